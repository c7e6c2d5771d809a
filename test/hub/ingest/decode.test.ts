// What a message of readings may hold and what it amounts to, without a hub around it.
import { describe, expect, test } from "vitest";
import { type Decoded, decodeMetricValue } from "../../../src/hub/ingest/decode.ts";
import { limits } from "../../../src/shared/reading.ts";
import { bytes, DAY_MS, decode, metric, NOW_MS, nested, PI, refusal, taken, values } from "../../support/messages.ts";

describe("the device", () => {
  test.each(["device_id", "deviceId", "device"])("may be named as %s", (key) => {
    expect(taken(decode({ [key]: "raspi-01", t: 1 })).readings).toEqual([
      { device: "raspi-01", metric: "t", tsMs: null, value: 1 },
    ]);
  });

  test("comes from the topic or the key where the message names none", () => {
    expect(taken(decode({ t: 1 }, PI)).readings).toMatchObject([{ device: "pi" }]);
    expect(taken(decode({ device_id: null, t: 1 }, PI)).readings).toMatchObject([{ device: "pi" }]);
  });

  test("may be named twice if both agree", () => {
    expect(values(decode({ device_id: "pi", deviceId: "pi", device: "pi", t: 1 }, PI))).toEqual([["t", 1]]);
  });

  test.each([
    ["the topic", { device: "other", t: 1 }, /“device” says other.*the topic or key says pi/],
    ["itself", { device_id: "pi", device: "other", t: 1 }, /“device” says other.*“device_id” says pi/],
    ["the topic, in a batch", [{ t: 1 }, { device_id: "Pi", t: 1 }], /“\[1\]\.device_id” says Pi/],
  ])("is refused where the message contradicts %s", (_with, message, words) => {
    expect(refusal(decode(message, PI))).toMatchObject({
      code: "device-mismatch",
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
    [7, /“device_id” says a number/],
    [true, /says a boolean/],
    [{ name: "pi" }, /says an object/],
    [["pi"], /says an array/],
  ])("%j is no device id, and the words say why", (device_id, words) => {
    const problem = refusal(decode({ device_id, t: 1 }));
    expect(problem).toMatchObject({ code: "bad-device-id", details: [{ field: "device_id" }] });
    expect(problem.message).toMatch(words);
  });

  test("has to be named somewhere", () => {
    expect(refusal(decode({ t: 1 }))).toMatchObject({ code: "no-device", details: [{ field: "device_id" }] });
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
    expect(problem.code).toBe("bad-metric");
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
    expect(refusal(decode(text, PI)).code).toBe("forbidden-key");
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

  test.each([{}, { ts: null }])("is the hub's to give where there is none: %j", (time) => {
    expect(taken(decode({ ...time, t: 1 }, PI)).readings).toMatchObject([{ tsMs: null }]);
  });

  test.each([limits.earliestTsMs, NOW_MS + DAY_MS])("is taken from 2000 until a day ahead, both included: %i", (ts) => {
    expect(taken(decode({ ts, t: 1 }, PI)).readings).toMatchObject([{ tsMs: ts }]);
  });

  test.each([
    [limits.earliestTsMs - 1, /“ts” is before the year 2000/],
    [0, /before the year 2000/],
    [-1e12, /before the year 2000/],
    [NOW_MS + DAY_MS + 1, /“ts” is more than a day in the future/],
    [1e300, /more than a day in the future/],
    ["yesterday", /“ts” is no time/],
    ["", /no time/],
    ["2026-02-30T00:00:00Z", /no time/],
    [true, /no time/],
    [{ seconds: 1 }, /no time/],
    [[1], /no time/],
  ])("%j is refused, and the words say why", (ts, words) => {
    const problem = refusal(decode({ ts, t: 1 }, PI));
    expect(problem).toMatchObject({ code: "bad-time", details: [{ field: "ts" }] });
    expect(problem.message).toMatch(words);
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

  test("may lie 8 objects deep, and no deeper", () => {
    expect(values(decode(nested(8), PI))).toEqual([["a.a.a.a.a.a.a.a", 1]]);
    expect(refusal(decode(nested(9), PI))).toMatchObject({
      code: "too-deep",
      message: expect.stringMatching(/“a(\.a){7}” is nested over 8 deep/),
      details: [{ field: "a.a.a.a.a.a.a.a", limit: 8 }],
    });
    expect(refusal(decode(nested(40_000), PI)).code).toBe("too-deep");
  });

  test.each(["warm", "", "1e3", "0x10", "25,5", "1 000", "٢٥", "NaN", "on"])(
    "of other text is an attribute: %j",
    (text) => {
      const { readings, attributes } = taken(decode({ t: 1, note: text }, PI));
      expect(readings).toHaveLength(1);
      expect(attributes).toEqual([{ device: "pi", name: "note", text }]);
    },
  );

  test("of long text is cut, and says so", () => {
    const [attribute] = taken(decode({ t: 1, note: "x".repeat(1_001) }, PI)).attributes;
    expect(attribute?.text).toBe(`${"x".repeat(999)}…`);
  });

  test("of null is skipped", () => {
    expect(values(decode({ t: null, u: 2, v: { w: null } }, PI))).toEqual([["u", 2]]);
  });

  test.each([
    [{ t: 1, list: [1, 2] }, "list"],
    [{ t: 1, a: { list: [] } }, "a.list"],
    [[{ t: 1 }, { t: [1] }], "[1].t"],
  ])("of an array refuses the message: %j", (message, field) => {
    const problem = refusal(decode(message, PI));
    expect(problem).toMatchObject({ code: "array-value", details: [{ field }] });
    expect(problem.message).toContain(`“${field}”`);
  });

  test.each([
    ['{"t":NaN}', "t", 5],
    ['{"a":{"t":-Infinity}}', "a.t", 10],
    ['{"t":nan}', "t", 5],
    ['[{"t":1},{"t":Infinity}]', "[1].t", 14],
    ['{"t":1e999}', "t", undefined],
    [`{"t":"1${"0".repeat(400)}"}`, "t", undefined],
  ])("that is not finite refuses the message: %s", (text, field, position) => {
    const problem = refusal(decode(text, PI));
    expect(problem).toMatchObject({ code: "not-finite", details: [{ field }] });
    expect(problem.details?.[0]?.position).toBe(position);
    expect(problem.message).toContain(`“${field}”`);
    if (position !== undefined) expect(problem.message).toContain(`at character ${position + 1} `);
  });

  test.each([{}, { a: {} }, { t: null }, { note: "warm" }, { ts: NOW_MS }])(
    "is what a message has to hold at least one of: %j",
    (message) => {
      expect(refusal(decode(message, PI)).code).toBe("no-usable-value");
    },
  );
});

describe("a batch", () => {
  test("is an array of messages, each with its own device and time", () => {
    const batch = [
      { device_id: "a", ts: NOW_MS, t: 1 },
      { device_id: "b", t: 2 },
    ];
    expect(taken(decode(batch)).readings).toEqual([
      { device: "a", metric: "t", tsMs: NOW_MS, value: 1 },
      { device: "b", metric: "t", tsMs: null, value: 2 },
    ]);
  });

  test("may be one message a line, with any line ends and empty lines", () => {
    const text = '{"t":1}\r\n\n{"t":2}\n  \n{"t":3}';
    expect(values(decode(text, { ...PI, ndjson: true }))).toEqual([
      ["t", 1],
      ["t", 2],
      ["t", 3],
    ]);
  });

  test.each<[string, unknown[], string, string]>([
    ["an item that is no object", [{ t: 1 }, 7], "not-an-object", "[1]"],
    ["a batch in a batch", [{ t: 1 }, [{ t: 1 }]], "not-an-object", "[1]"],
    ["an item without a value", [{ t: 1 }, { t: 1 }, { note: "x" }], "no-usable-value", "[2]"],
    ["a bad name", [{ t: 1 }, { "t!": 1 }], "bad-metric", "[1].t!"],
    ["a bad device", [{ t: 1 }, { device: "-" }], "bad-device-id", "[1].device"],
    ["a bad time", [{ t: 1 }, { ts: 0, t: 1 }], "bad-time", "[1].ts"],
    ["a forbidden key", [{ t: 1 }, { constructor: 1 }], "forbidden-key", "[1].constructor"],
  ])("is refused whole for %s, and the words name the item", (_for, batch, code, field) => {
    const lines = batch.map((item) => JSON.stringify(item)).join("\n");
    for (const decoded of [decode(batch, PI), decode(lines, { ...PI, ndjson: true })]) {
      expect(refusal(decoded)).toMatchObject({ code, details: [{ field }] });
      expect(refusal(decoded).message).toContain(field);
    }
  });

  test("of lines is refused whole for a broken one; the words name item, field and character", () => {
    const problem = refusal(decode('{"t":1}\n\n{"t":2.}\n{"t":3}', { ...PI, ndjson: true }));
    expect(problem).toMatchObject({ code: "not-json", details: [{ field: "[1]", position: 15 }] });
    expect(problem.message).toMatch(/broken at character 16 in “\[1\]”.*found "\."/);
  });

  test.each(["[]", "  [ ] "])("may not be empty: %s", (text) => {
    expect(refusal(decode(text, PI)).code).toBe("no-usable-value");
  });
});

describe("a message", () => {
  test.each([
    ["7", "a number"],
    ['"t"', "a string"],
    ["true", "a boolean"],
    ["null", "null"],
  ])("is an object or an array, not %s", (text, word) => {
    expect(refusal(decode(text, PI))).toMatchObject({
      code: "not-an-object",
      message: expect.stringContaining(`is ${word}, not a JSON object`),
    });
  });

  test.each([
    ["", /empty/],
    [" \n", /empty/],
    ["\ufeff", /empty/],
    ["t=25.5", /character 1: expected a value, found "t"/],
    ["{'t':1}", /character 2: .*double quotes, found "'"/],
    ['{"t":1,}', /character 8: .*found "}"/],
    ['{"t":1}x', /character 8: .*should end here, found "x"/],
    ['{"t":😀}', /character 6 in “t”: expected a value, found "😀"/],
    ['{"a":{"t":1', /character 12 in “a”: the message ends too early: expected , or }\./],
  ])("that is no JSON is refused; the words name field and character: %j", (text, words) => {
    const problem = refusal(decode(text, PI));
    expect(problem.code).toBe("not-json");
    expect(problem.message).toMatch(words);
  });

  test("may begin with a byte order mark", () => {
    expect(values(decode('\ufeff{"t":1}', PI))).toEqual([["t", 1]]);
  });

  test.each([
    ["a broken sequence", [0x7b, 0xff, 0x7d]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["half a character", [0x22, 0xf0, 0x9f, 0x98]],
    ["Latin-1", [0x22, 0xb0, 0x43, 0x22]],
  ])("is UTF-8: %s is refused", (_name, raw) => {
    const problem = refusal(decode(Uint8Array.from(raw), PI));
    expect(problem).toMatchObject({ code: "not-json", message: expect.stringContaining("UTF-8") });
  });

  test("may have 256 KiB, counted in bytes, and not one more", () => {
    const most = 256 * 1024;
    const padded = (length: number) => `{"t":1,"note":"°"}`.padEnd(length - 1);
    expect(bytes(padded(most))).toHaveLength(most);
    expect(values(decode(padded(most), PI))).toEqual([["t", 1]]);
    expect(refusal(decode(padded(most + 1), PI))).toMatchObject({
      code: "too-large",
      message: expect.stringContaining(`over ${most} bytes`),
      details: [{ limit: most }],
    });
  });

  test.each([
    ["a batch", (count: number) => new Array<unknown>(count).fill({ t: 1 })],
    [
      "one object",
      (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, 1])),
    ],
  ])("may hold 10,000 readings in %s, and not one more", (_name, message) => {
    expect(taken(decode(message(10_000), PI)).readings).toHaveLength(10_000);
    expect(refusal(decode(message(10_001), PI))).toMatchObject({
      code: "too-many-readings",
      details: [{ limit: 10_000 }],
    });
  });

  test("of any depth and length is answered, and what is kept of it stays small", () => {
    const deep = `${"[".repeat(120_000)}${"]".repeat(120_000)}`;
    const long = "x".repeat(250_000);
    for (const text of [
      deep,
      `{"device_id":${deep}}`,
      `{"ts":${deep}}`,
      `{"t":${deep}}`,
      `{"device_id":"${long}"}`,
      `{"ts":"${long}"}`,
      `{"${long}":1}`,
      `{"${long}":{"t":[]}}`,
      `{"${long}":NaN}`,
      `{"${long}"`,
      `"${long}`,
    ]) {
      expect(JSON.stringify(refusal(decode(text, PI))).length).toBeLessThan(1_000);
    }
  });
});

describe("the bare payload of a metric topic", () => {
  const bare = (text: string): Decoded => decodeMetricValue(bytes(text), PI.device, metric("t"));

  test.each([
    ["25.5", 25.5],
    [" -3\n", -3],
    ["1e3", 1_000],
    [".5", 0.5],
    ["true", 1],
    ["false", 0],
    ["ON", 1],
    ["OFF", 0],
    ["on", 1],
  ])("may be %j", (text, value) => {
    expect(taken(bare(text))).toEqual({
      kind: "decoded",
      readings: [{ device: "pi", metric: "t", tsMs: null, value }],
      attributes: [],
    });
  });

  test.each([
    ["", "no-usable-value"],
    ["warm", "no-usable-value"],
    ["25,5", "no-usable-value"],
    ["0x10", "no-usable-value"],
    ["25.5 °C", "no-usable-value"],
    ['{"t":1}', "no-usable-value"],
    ["1 2", "no-usable-value"],
    ["NaN", "not-finite"],
    ["-inf", "not-finite"],
    ["1e999", "not-finite"],
  ])("may not be %j", (text, code) => {
    expect(refusal(bare(text))).toMatchObject({ code, message: expect.stringMatching(/.{20}/) });
  });

  test("is UTF-8, of at most 256 KiB", () => {
    expect(refusal(decodeMetricValue(Uint8Array.of(0xff), PI.device, metric("t"))).code).toBe("not-json");
    expect(refusal(bare("1".padEnd(256 * 1024 + 1))).code).toBe("too-large");
  });
});
