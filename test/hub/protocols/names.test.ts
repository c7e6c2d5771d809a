// Names: device ids, metrics, the topics that the hub understands, and what MQTT 3.1.1 calls a filter, an id.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commandTopicDevice, parseTopic } from "../../../src/hub/protocols/bramble/topics.ts";
import { deviceTopics } from "../../../src/hub/protocols/protocols.ts";
import { RememberedTopics } from "../../../src/hub/protocols/remembered-topics.ts";
import { isValidClientId, isValidFilter } from "../../../src/hub/transport/mqtt/validation.ts";
import { foreignCharacter, isForbiddenKey, parseDeviceId, parseMetricName } from "../../../src/shared/ids.ts";

const deviceIds = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_\-.:]{0,63}$/);

describe("a device id", () => {
  test.each(["a", "7", "raspi-01", "Pi_4.kitchen", "b8:27:eb:00:00:01", "p".repeat(64)])("may be %s", (text) => {
    expect(parseDeviceId(text)).toBe(text);
  });

  test.each([
    ["", undefined],
    ["-a", undefined],
    [".a", undefined],
    ["_a", undefined],
    [":a", undefined],
    ["p".repeat(65), undefined],
    ["a b", " "],
    ["a/b", "/"],
    ["a\n", "\n"],
    ["a\0", "\0"],
    ["a+", "+"],
    ["#", "#"],
    ["é", "é"],
    ["pi😀", "😀"],
    ["ｐi", "ｐ"],
  ])("may not be %j, because of %j", (text, character) => {
    expect(parseDeviceId(text)).toBeUndefined();
    expect(foreignCharacter(text, "device id")).toBe(character);
  });
});

describe("a metric name", () => {
  test.each([
    ["t", "t"],
    ["-temp", "-temp"],
    ["a/b:c.d-e_f%", "a/b:c.d-e_f%"],
    ["CO₂", "CO₂"],
    ["room temperature", "room temperature"],
    ["तापमान", "तापमान"],
    ["e\u0301", "\u00e9"],
    ["m".repeat(64), "m".repeat(64)],
    // 64 characters, though 128 code units.
    ["𐐷".repeat(64), "𐐷".repeat(64)],
    ["e\u0301".repeat(64), "\u00e9".repeat(64)],
  ])("may be %j", (text, name) => {
    expect(parseMetricName(text)).toBe(name);
  });

  test.each([
    ["", undefined],
    [" t", undefined],
    ["t ", undefined],
    [" ", undefined],
    ["m".repeat(65), undefined],
    ["__proto__", undefined],
    ["constructor", undefined],
    ["prototype", undefined],
    ["a,b", ","],
    ['a"b', '"'],
    ["a\u00a0b", "\u00a0"],
    ["a\u200bb", "\u200b"],
    ["t°", "°"],
    ["t😀", "😀"],
    ["a\ud800", "\ud800"],
    ["=t", "="],
  ])("may not be %j, because of %j", (text, character) => {
    expect(parseMetricName(text)).toBeUndefined();
    expect(foreignCharacter(text, "metric name")).toBe(character);
  });

  test("is its own name again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 70 }), (text) => {
        const name = parseMetricName(text);
        fc.pre(name !== undefined);
        expect(parseMetricName(name)).toBe(name);
        expect([...name].length).toBeLessThanOrEqual(64);
        expect(isForbiddenKey(name)).toBe(false);
        expect(foreignCharacter(name, "metric name")).toBeUndefined();
      }),
    );
  });
});

describe("a topic", () => {
  test.each([
    ["sensor/data", { kind: "readings", device: null }],
    ["sensor/pi/data", { kind: "readings", device: "pi" }],
    ["sensor/data/data", { kind: "readings", device: "data" }],
    ["bramble/pi/readings", { kind: "readings", device: "pi" }],
    ["bramble/pi/metric/t", { kind: "metric", device: "pi", metric: "t" }],
    ["bramble/pi/metric/bme280/t", { kind: "metric", device: "pi", metric: "bme280/t" }],
    ["bramble/pi/metric/e\u0301", { kind: "metric", device: "pi", metric: "\u00e9" }],
    ["bramble/pi/about", { kind: "about", device: "pi" }],
    ["bramble/pi/status", { kind: "status", device: "pi" }],
  ])("of ours is understood: %s", (topic, meaning) => {
    expect(parseTopic(topic)).toEqual(meaning);
    expect(deviceTopics.isDeviceTopic(topic)).toBe(true);
  });

  test.each([
    ["sensor//data", { kind: "bad-device-id", text: "" }],
    ["sensor/my pi/data", { kind: "bad-device-id", text: "my pi" }],
    ["bramble/-pi/readings", { kind: "bad-device-id", text: "-pi" }],
    ["bramble/my pi/metric/t!", { kind: "bad-device-id", text: "my pi" }],
    ["bramble/pi/metric/", { kind: "bad-metric", device: "pi", text: "" }],
    ["bramble/pi/metric/t!", { kind: "bad-metric", device: "pi", text: "t!" }],
    ["bramble/pi/metric/__proto__", { kind: "bad-metric", device: "pi", text: "__proto__" }],
  ])("of ours with a bad name is ours to refuse: %s", (topic, meaning) => {
    expect(parseTopic(topic)).toEqual(meaning);
    expect(deviceTopics.isDeviceTopic(topic)).toBe(true);
  });

  test.each(["state", "reply"])("of a device that carries no reading is a device's too: %s", (kind) => {
    expect(parseTopic(`bramble/pi/${kind}`)).toEqual({ kind, device: "pi" });
    expect(deviceTopics.isDeviceTopic(`bramble/pi/${kind}`)).toBe(true);
  });

  test.each([
    "",
    "/",
    "sensor",
    "sensor/",
    "data",
    "/sensor/data",
    "sensor/data/",
    "sensor/pi/data/",
    "sensor/pi/readings",
    "Sensor/data",
    "sensors/pi/data",
    "bramble/pi",
    "bramble/pi/",
    "bramble/pi/data",
    "bramble/pi/metric",
    "bramble/pi/readings/",
    "bramble/pi/about/x",
    "bramble/pi/command",
    "bramble/pi/state/x",
    "home/bramble/pi/readings",
    "$SYS/broker/uptime",
  ])("of anybody else is an ordinary one: %j", (topic) => {
    expect(parseTopic(topic)).toBeNull();
    expect(deviceTopics.isDeviceTopic(topic)).toBe(false);
  });

  test("is parsed once while cached, in a bounded cache", () => {
    const looked: string[] = [];
    const topics = new RememberedTopics((topic) => {
      looked.push(topic);
      return { isDeviceTopic: topic === "sensor/data", device: null, isCommandTopic: false };
    });
    for (let times = 0; times < 3; times++) expect(topics.isDeviceTopic("sensor/data")).toBe(true);
    expect(looked).toEqual(["sensor/data"]);
    for (let index = 0; index < 20_000; index++) expect(topics.isCommandTopic(`home/${index}`)).toBe(false);
    expect(topics.isDeviceTopic("sensor/data")).toBe(true);
    expect(looked.filter((topic) => topic === "sensor/data")).toHaveLength(2);
    const long = "a".repeat(1_000);
    for (let times = 0; times < 2; times++) expect(topics.deviceOf(long)).toBeNull();
    expect(looked.filter((topic) => topic === long)).toHaveLength(2);
  });

  test("of any text is understood or not, and its device is the one that it names", () => {
    fc.assert(
      fc.property(
        deviceIds,
        fc.array(fc.constantFrom("sensor", "bramble", "data", "metric", "", "a b", "+")),
        (id, rest) => {
          expect(parseTopic(`bramble/${id}/readings`)).toEqual({ kind: "readings", device: id });
          expect(parseTopic(`sensor/${id}/data`)).toEqual({ kind: "readings", device: id });
          const topic = parseTopic(rest.join("/"));
          if (topic !== null && "metric" in topic)
            expect(rest.join("/")).toBe(`bramble/${topic.device}/metric/${topic.metric}`);
        },
      ),
    );
  });
});

describe("a command topic", () => {
  test("is the device's own, and no other filter asks for its commands", () => {
    fc.assert(
      fc.property(deviceIds, (text) => {
        expect(commandTopicDevice(`bramble/${text}/command`)).toBe(text);
        expect(parseTopic(`bramble/${text}/command`)).toBeNull();
      }),
    );
  });

  test.each([
    "bramble/+/command",
    "bramble/#",
    "#",
    "bramble/pi/+",
    "bramble/pi/command/",
    "bramble/pi/command/#",
    "bramble/pi/x/command",
    "bramble//command",
    "bramble/my pi/command",
    "x/bramble/pi/command",
    "bramble/pi/commands",
  ])("is not asked for by %s", (filter) => {
    expect(commandTopicDevice(filter)).toBeUndefined();
  });
});

describe("MQTT 3.1.1", () => {
  test.each(["a", "/", "//", "/finance", "Accounts payable", "sensor/data", "$SYS/x", "温度/😀"])(
    "calls the topic %j a filter",
    (topic) => {
      expect(isValidFilter(topic)).toBe(true);
    },
  );

  test.each([
    "#",
    "+",
    "sport/tennis/player1/#",
    "sport/#",
    "+/tennis/#",
    "sport/+/player1",
    "+/+",
    "/+",
    "/#",
    "+/+/#",
  ])("calls %s a filter", (filter) => {
    expect(isValidFilter(filter)).toBe(true);
  });

  test.each(["sport/tennis#", "sport/tennis/#/ranking", "#/", "##", "sport+", "+sport", "a/+b/c", "++", "+#", "a/#b"])(
    "calls %s no filter",
    (filter) => {
      expect(isValidFilter(filter)).toBe(false);
    },
  );

  test("and the hub take filters of 1 to 1,024 characters", () => {
    expect(["", "t", "t".repeat(1_024), "t".repeat(1_025)].map(isValidFilter)).toEqual([false, true, true, false]);
  });

  test.each([
    ["pi", true, true],
    ["pi", false, true],
    ["paho/1234 ß", false, true],
    ["i".repeat(128), true, true],
    ["", true, true],
    ["", false, false],
    ["i".repeat(129), true, false],
    ["a\0", true, false],
    ["a\n", true, false],
    ["a\ufffd", true, true],
    ["a\u0085", true, false],
  ])("and the hub take the client id %j (it may be empty: %s): %s", (id, mayBeEmpty, sound) => {
    expect(isValidClientId(id, mayBeEmpty)).toBe(sound);
  });
});
