// What the readings of a message may be and what they amount to, without a hub around it.
import { describe, expect, test } from "vitest";
import { decodeMetricValue } from "../../../src/hub/protocols/bramble/readings.ts";
import { limits } from "../../../src/shared/reading.ts";
import { bytes, DAY_MS, decode, metric, NOW_MS, nested, PI, refusal, taken, values } from "../../support/messages.ts";

describe("the device", () => {
  test.each(["device_id", "deviceId", "device"])("may be named as %s", (key) => {
    expect(taken(decode({ [key]: "raspi-01", t: 1 })).readings).toEqual([
      { device: "raspi-01", metric: "t", tsMs: null, value: 1 },
    ]);
  });

  test("comes from the topic where the message names none", () => {
    expect(taken(decode({ t: 1 }, PI)).readings).toMatchObject([{ device: "pi" }]);
    expect(taken(decode({ device_id: null, t: 1 }, PI)).readings).toMatchObject([{ device: "pi" }]);
  });

  test("is that of the sender's key where neither topic nor message names one", () => {
    const ofKey = { sender: PI.device };
    for (const message of [{ t: 1 }, { device: "/dev/ttyACM0", t: 1 }])
      expect(taken(decode(message, ofKey)).readings).toMatchObject([{ device: "pi" }]);
    // Whether that key may speak for it is not the decoder's to say.
    expect(taken(decode({ device_id: "other", t: 1 }, ofKey)).readings).toMatchObject([{ device: "other" }]);
  });

  test("may be named twice if both agree", () => {
    expect(values(decode({ device_id: "pi", deviceId: "pi", device: "pi", t: 1 }, PI))).toEqual([["t", 1]]);
  });

  test.each([
    ["the topic", { device: "other", t: 1 }, /“device” says other.*the topic, path or key says pi/],
    ["itself", { device_id: "pi", device: "other", t: 1 }, /“device” says other.*“device_id” says pi/],
    ["the topic, in a batch", [{ t: 1 }, { device_id: "Pi", t: 1 }], /“\[1\]\.device_id” says Pi/],
  ])("is refused where the message contradicts %s", (_with, message, words) => {
    expect(refusal(decode(message, PI))).toMatchObject({
      error: "device-mismatch",
      message: expect.stringMatching(words),
    });
  });

  test.each([
    ["my pi", /“device_id” says "my pi".*" " has no place/],
    ["pi/1", /"\/" has no place/],
    ["größe", /"ö" has no place/],
    ["-pi", /letter or digit first/],
    ["", /“device_id” says ""/],
    ["p".repeat(65), /1-64/],
    ["pi\n", /"\\n" has no place/],
    [7, /“device_id” says 7, /],
    [true, /says true, /],
    [{ name: "pi" }, /says an object/],
    [["pi"], /says an array/],
  ])("%j is no device id, and the words say why", (device_id, words) => {
    const problem = refusal(decode({ device_id, t: 1 }));
    expect(problem).toMatchObject({ error: "bad-device-id", details: [{ field: "device_id" }] });
    expect(problem.message).toMatch(words);
  });

  test.each([{ device: "/dev/ttyACM0", t: 1 }, { device_id: 7, t: 1 }, { deviceId: "", t: 1 }, { device: { t: 1 } }])(
    "counts for nothing where it is none and the topic names the device: %j",
    (message) => {
      expect(taken(decode(message, PI)).readings).toMatchObject([{ device: "pi" }]);
    },
  );

  test("is ignored where it is invalid and another one names the device", () => {
    expect(taken(decode({ device_id: "pi", device: "/dev/ttyACM0", t: 1 })).readings).toMatchObject([{ device: "pi" }]);
  });

  test.each([
    [`{"device_id":"a","t":None}`, "a"],
    ["{'device_id':'b'}", "b"],
    ["device=c t=1", "c"],
    ["", null],
    ['{"device_id":"a b","t":?}', "a"],
  ])("is known of a broken message that names it: %j", (text, device) => {
    expect(refusal(decode(text))).toMatchObject({ error: "not-json", device });
  });

  test("has to be named somewhere", () => {
    expect(refusal(decode({ t: 1 }))).toMatchObject({ error: "no-device", details: [{ field: "device_id" }] });
    expect(refusal(decode([{ device: "pi", t: 1 }, { t: 1 }])).message).toMatch(/No device.*\[1\]/);
  });

  test("is only a name at the top of the message", () => {
    expect(taken(decode({ t: 1, gps: { device: "u-blox", time: 7 } }, PI))).toMatchObject({
      readings: [{ metric: "t" }, { metric: "gps.time", value: 7, tsMs: null }],
      attributes: [{ device: "pi", name: "gps.device", text: "u-blox" }],
    });
  });
});

describe("a metric", () => {
  test.each([
    "t",
    "CO₂",
    "m³/h",
    "温度",
    "температура",
    "तापमान",
    "درجة-الحرارة",
    "rel. humidity",
    "a:b_c-d%",
    "½",
    "-t",
  ])("may be called %s", (name) => {
    expect(values(decode({ [name]: 1 }, PI))).toEqual([[name.normalize("NFC"), 1]]);
  });

  test("has one name however its accents are typed", () => {
    expect(values(decode({ "e\u0301": 1 }, PI))).toEqual([["\u00e9", 1]]);
    expect(values(decode({ ["e\u0301".repeat(64)]: 1 }, PI))).toEqual([["\u00e9".repeat(64), 1]]);
  });

  test.each([
    ["temp!", /“temp!” names no metric \("!" has no place/],
    ["a,b", /"," has no place/],
    ["t😀", /"😀" has no place/],
    ["a\tb", /"\\t" has no place/],
    ["=1+1", /"=" has no place/],
    [" t", /inner spaces/],
    ["t ", /inner spaces/],
    ["", /“” names no metric/],
    ["é".repeat(65), /1-64/],
  ])("may not be called %j, and the words say why", (name, words) => {
    const problem = refusal(decode({ [name]: 1 }, PI));
    expect(problem.error).toBe("bad-metric");
    expect(problem.message).toMatch(words);
  });

  test.each([
    '{"__proto__":1}',
    '{"constructor":1}',
    '{"prototype":1}',
    '{"t":1,"__proto__":null}',
    '{"t":1,"a":{"b":{"constructor":2}}}',
    '{"t":1,"a":{"__proto__":{"polluted":1}}}',
    '{"t":1,"ts":1769860800,"time":{"__proto__":1}}',
    '[{"t":1},{"prototype":"x"}]',
  ])("is never a name that means something to JavaScript: %s", (text) => {
    expect(refusal(decode(text, PI)).error).toBe("forbidden-key");
    expect(Reflect.has({}, "polluted")).toBe(false);
  });
});

describe("the time", () => {
  const iso = "2026-01-31T11:59:58.500Z";
  const ms = Date.parse(iso);
  test.each([
    ["ts in seconds", { ts: ms / 1e3 }],
    ["timestamp in milliseconds", { timestamp: ms }],
    ["time in microseconds", { time: ms * 1e3 }],
    ["ts in nanoseconds", { ts: ms * 1e6 }],
    ["a number as text", { ts: String(ms) }],
    ["ISO 8601", { time: iso }],
    ["ISO 8601 without offset, which is UTC", { time: "2026-01-31 11:59:58.5" }],
    ["ISO 8601 with an offset", { time: "2026-01-31T17:29:58.5+05:30" }],
    ["ts before timestamp before time", { time: 1, timestamp: 2, ts: ms }],
    ["the first that is not null", { ts: null, timestamp: null, time: ms }],
  ])("may be %s", (_name, time) => {
    expect(taken(decode({ ...time, t: 1, u: 2 }, PI)).readings).toEqual([
      { device: "pi", metric: "t", tsMs: ms, value: 1 },
      { device: "pi", metric: "u", tsMs: ms, value: 2 },
    ]);
  });

  test.each([{}, { ts: null }])("is the receipt time where there is none: %j", (time) => {
    expect(taken(decode({ ...time, t: 1 }, PI)).readings).toMatchObject([{ tsMs: null }]);
  });

  test.each([limits.earliestTsMs, NOW_MS + DAY_MS])("is valid from 2000 to a day ahead, inclusive: %i", (ts) => {
    expect(taken(decode({ ts, t: 1 }, PI)).readings).toMatchObject([{ tsMs: ts }]);
  });

  test.each([
    [limits.earliestTsMs - 1, /“ts” is 946684799999, which is before the year 2000/],
    [0, /before the year 2000/],
    [-1e12, /before the year 2000/],
    [NOW_MS + DAY_MS + 1, /“ts” is 1769947200001, which is more than a day in the future/],
    [1e300, /more than a day in the future/],
    ["yesterday", /“ts” is "yesterday", which is no time/],
    [NOW_MS / 1_000 - 946_684_800, /counts from 2000 as MicroPython does: add 946684800/],
    ["2026-02-30T00:00:00Z", /no time/],
    [true, /no time/],
    [{ seconds: 1 }, /no time/],
    [[1], /no time/],
  ])("%j is refused, and the words say why", (ts, words) => {
    const problem = refusal(decode({ ts, t: 1 }, PI));
    expect(problem).toMatchObject({ error: "bad-time", details: [{ field: "ts" }] });
    expect(problem.message).toMatch(words);
  });

  test.each(["", "None", "unavailable"])("that is none is the hub's, and told: %j", (ts) => {
    const { readings, skipped } = taken(decode({ ts, t: 1 }, PI));
    expect(readings).toMatchObject([{ metric: "t", tsMs: null }]);
    expect(skipped).toMatchObject([{ field: "ts", reason: { code: "skipped/no-value" } }]);
  });

  test.each([
    ["2026-01-31 13:00:00", true],
    ["2026-01-31T13:00", true],
    ["2026-01-31T13:00:00Z", false],
    ["2026-01-31 13:00:00+01:00", false],
    [NOW_MS, false],
    [String(NOW_MS), false],
  ])("%j may be in the zone of the device: %s", (ts, isLocal) => {
    const { readings, localTimes } = taken(decode({ ts, t: 1 }, PI));
    expect(readings.map((reading) => localTimes.has(reading))).toEqual([isLocal]);
  });

  test("beside ts may be an object of values like any other", () => {
    expect(values(decode({ ts: ms, time: { uptime: 7 } }, PI))).toEqual([["time.uptime", 7]]);
  });
});

describe("a value", () => {
  test.each([
    ["a number", "21.5", 21.5],
    ["zero", "0", 0],
    ["the largest double", "1.7976931348623157e308", Number.MAX_VALUE],
    ["the smallest double", "5e-324", Number.MIN_VALUE],
    ["a plain decimal in quotes", '"25.5"', 25.5],
    ["a signed decimal in quotes", '"-3"', -3],
    ["a decimal in quotes with spaces around it", '" +.5 "', 0.5],
    ["true", "true", 1],
    ["false", "false", 0],
  ])("may be %s", (_name, json, value) => {
    expect(values(decode(`{"t":${json}}`, PI))).toEqual([["t", value]]);
  });

  test("in nested objects is flattened with dots", () => {
    const message = { bme280: { temperature: 21, raw: { adc: "512", ok: true } }, t: 1 };
    expect(values(decode(message, PI))).toEqual([
      ["bme280.temperature", 21],
      ["bme280.raw.adc", 512],
      ["bme280.raw.ok", 1],
      ["t", 1],
    ]);
  });

  test("may be nested 8 deep, and no deeper", () => {
    expect(values(decode(nested(8), PI))).toEqual([["a.a.a.a.a.a.a.a", 1]]);
    expect(refusal(decode(nested(9), PI))).toMatchObject({
      error: "too-deep",
      message: expect.stringMatching(/“a(\.a){7}” is nested over 8 deep/),
      details: [{ field: "a.a.a.a.a.a.a.a", limit: 8 }],
    });
    expect(refusal(decode(nested(40_000), PI)).error).toBe("too-deep");
  });

  test.each(["warm", "0x10", "25,5", "1 000", "٢٥", "25.5 parsecs", "onset", "nano"])(
    "of other text is an attribute: %j",
    (text) => {
      const { readings, attributes } = taken(decode({ t: 1, note: text }, PI));
      expect(readings).toHaveLength(1);
      expect(attributes).toEqual([{ device: "pi", name: "note", text }]);
    },
  );

  test.each([
    ["digits and words", `${"1".repeat(250_000)} a b c`],
    ["digits after a point", `.${"1".repeat(250_000)}x y z`],
    ["spaces", `1${" ".repeat(250_000)}a b c`],
    ["an exponent", `1e${"1".repeat(250_000)}x y z`],
    ["digits and a comma", `${"1".repeat(125_000)},${"1".repeat(125_000)}x`],
  ])("of a long text of %s is read in time with its length", (_of, text) => {
    // Each took minutes where a number could be matched in as many ways as it has digits.
    expect(taken(decode({ t: 1, note: text }, PI)).readings).toHaveLength(1);
    expect(refusal(decode({ ts: text, t: 1 }, PI)).error).toBe("bad-time");
    expect(refusal(decodeMetricValue(bytes(text), PI.device, metric("t"))).error).toBe("no-usable-value");
  });

  test("of long text is truncated and marked", () => {
    const [attribute] = taken(decode({ t: 1, note: "x".repeat(1_001) }, PI)).attributes;
    expect(attribute?.text).toBe(`${"x".repeat(999)}…`);
  });

  test.each([
    ["1e3", 1_000],
    [" 1e-05 ", 0.00001],
    ["ON", 1],
    ["off", 0],
    ["True", 1],
    ["FALSE", 0],
  ])("may be the text %j", (text, value) => {
    expect(values(decode({ t: text }, PI))).toEqual([["t", value]]);
  });

  test.each([
    ["20.6 ℃", 20.6, "°C"],
    ["3.3V", 3.3, "V"],
    ["-5 dBm", -5, "dBm"],
    ["48 %", 48, "%"],
    ["1e2 lux", 100, "lx"],
    ["12 ug/m3", 12, "µg/m³"],
  ])("may have a known unit: %j", (text, value, unit) => {
    const { readings, units } = taken(decode({ t: text }, PI));
    expect(readings).toMatchObject([{ metric: "t", value }]);
    expect(units).toEqual([{ device: "pi", metric: "t", unit }]);
  });

  test.each([
    ['{"t":null,"u":2}', "null"],
    ['{"t":NaN,"u":2}', '"NaN"'],
    ['{"t":-Infinity,"u":2}', '"-Infinity"'],
    ['{"t":nan,"u":2,"x":"\\"NaN"}', '"nan"'],
    ['{"t":1e999,"u":2}', "Infinity"],
    ['{"t":"None","u":2}', '"None"'],
    ['{"t":"unavailable","u":2}', '"unavailable"'],
    ['{"t":" unknown","u":2}', '" unknown"'],
    ['{"t":"","u":2}', '""'],
    ['{"t":"inf","u":2}', '"inf"'],
  ])("that is none costs nothing else: %s", (text, value) => {
    expect(values(decode(text, PI))).toEqual([["u", 2]]);
    expect(taken(decode(text, PI)).skipped).toMatchObject([
      { device: "pi", field: "t", reason: { code: "skipped/no-value", params: { value } } },
    ]);
  });

  test("in an array of numbers and booleans is named by its place", () => {
    expect(values(decode({ Power: [0, 5.5, true], a: { b: [1] } }, PI))).toEqual([
      ["Power.0", 0],
      ["Power.1", 5.5],
      ["Power.2", 1],
      ["a.b.0", 1],
    ]);
    const half = taken(decode('{"t":[21.5,NaN,22]}', PI));
    expect(half).toMatchObject({
      readings: [{ metric: "t.0" }, { metric: "t.2" }],
      skipped: [{ field: "t.1" }],
    });
  });

  test.each([
    [{ t: 1, list: ["a", 2] }, "list"],
    [{ t: 1, a: { list: [] } }, "a.list"],
    [{ t: 1, list: [{ u: 1 }] }, "list"],
    [{ t: 1, list: [[1]] }, "list"],
    [{ t: 1, list: Array.from({ length: 65 }, () => 1) }, "list"],
    [[{ t: 1 }, { u: [], v: 2 }], "[1].u"],
  ])("in any other array is left out: %j", (message, field) => {
    expect(taken(decode(message, PI)).skipped).toMatchObject([{ field, reason: { code: "skipped/array" } }]);
  });

  test.each([
    ['{"t":1,"list":[{"a":{"__proto__":2}}]}', "forbidden-key", "list.__proto__"],
    ['{"t":1,"list":[[{"constructor":2}]]}', "forbidden-key", "list.constructor"],
    [`{"t":1,"list":[${nested(7)}]}`, null, null],
    [`{"t":1,"list":[${nested(8)}]}`, "too-deep", "list"],
  ])("in such an array is held to the rules of names and depth all the same: %s", (text, error, field) => {
    const decoded = decode(text, PI);
    if (error === null) expect(values(decoded)).toEqual([["t", 1]]);
    else expect(refusal(decoded)).toMatchObject({ error, details: [{ field }] });
  });

  test.each([
    ['{"t":NaN}', ["t", '"NaN"'], /“t” says "NaN"/],
    ['{"t":1e999}', ["t", "Infinity"], /“t” says Infinity/],
    ['{"v":"None"}', ["v", '"None"'], /“v” says "None"/],
    ['{"v":"25,5"}', ["v", '"25,5"'], /“v” says "25,5"\. Write 25\.5, with a decimal point/],
    ['{"v":"warm"}', ["v", '"warm"'], /“v” says "warm"/],
    ['{"v":[]}', ["v", "an array"], /“v” says an array/],
    [`{"t":"1${"0".repeat(400)}"}`, ["t", `"1${"0".repeat(37)}…`], /“t” says/],
  ])("that is the only one, and none, refuses the message and is named: %s", (text, [field, value], words) => {
    const problem = refusal(decode(text, PI));
    expect(problem).toMatchObject({ error: "no-usable-value", params: { fields: [{ field, value }] } });
    expect(problem.message).toMatch(words);
  });

  test.each([{}, { a: {} }, { t: null }, { note: "warm" }, { ts: NOW_MS }])(
    "is what a message has to hold at least one of: %j",
    (message) => {
      expect(refusal(decode(message, PI)).error).toBe("no-usable-value");
    },
  );
});
