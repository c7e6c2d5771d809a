// What a batch may be, and a message as a whole: its form, its length, its encoding. Without a hub around it.
import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { limits } from "../../../src/shared/reading.ts";
import { bytes, decode, NOW_MS, PI, refusal, taken, values } from "../../support/messages.ts";

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const named = <T>(count: number, make: () => T): Record<string, T> =>
  Object.fromEntries(times(count, (index) => [`m${index}`, make()]));
/** Where the longest beginning ends that has whole characters alone. */
function firstFault(message: Buffer): number {
  const ends = times(message.length, (end) => end);
  return ends.findLast((end) => isUtf8(message.subarray(0, end))) ?? 0;
}

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

  test("is stored where an item has no value, which is reported", () => {
    const { readings, skipped } = taken(decode([{ t: 1 }, { note: "x" }, { t: 3 }], PI));
    expect(readings).toHaveLength(2);
    expect(skipped).toMatchObject([{ device: "pi", field: "[1]", reason: { code: "skipped/no-number" } }]);
    expect(refusal(decode([{ a: null }, { b: "x" }], PI))).toMatchObject({
      error: "no-usable-value",
      params: { fields: [{ field: "[0].a" }, { field: "[1].b" }] },
    });
  });

  test.each<[string, unknown[], string, string]>([
    ["an item that is no object", [{ t: 1 }, 7], "not-an-object", "[1]"],
    ["a batch in a batch", [{ t: 1 }, [{ t: 1 }]], "not-an-object", "[1]"],
    ["a bad name", [{ t: 1 }, { "t!": 1 }], "bad-metric", "[1].t!"],
    ["another device", [{ t: 1 }, { device: "attic" }], "device-mismatch", "[1].device"],
    ["a bad time", [{ t: 1 }, { ts: 0, t: 1 }], "bad-time", "[1].ts"],
    ["a forbidden key", [{ t: 1 }, { constructor: 1 }], "forbidden-key", "[1].constructor"],
  ])("is refused whole for %s, and the words name the item", (_for, batch, code, field) => {
    const lines = batch.map((item) => JSON.stringify(item)).join("\n");
    for (const decoded of [decode(batch, PI), decode(lines, { ...PI, ndjson: true })]) {
      expect(refusal(decoded)).toMatchObject({ error: code, details: [{ field }] });
      expect(refusal(decoded).message).toContain(field);
    }
  });

  test("of lines is refused as a whole for an invalid one; the message names item, field and character", () => {
    const problem = refusal(decode('{"t":1}\n\n{"t":2.}\n{"t":3}', { ...PI, ndjson: true }));
    expect(problem).toMatchObject({ error: "not-json", details: [{ field: "[1]", position: 15 }] });
    expect(problem.message).toMatch(/broken at character 16 in “\[1\]”.*found "\."/);
  });

  test.each(["[]", "  [ ] "])("may not be empty: %s", (text) => {
    expect(refusal(decode(text, PI)).error).toBe("no-usable-value");
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
      error: "not-an-object",
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
    expect(problem.error).toBe("not-json");
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
    expect(problem).toMatchObject({ error: "not-json", message: expect.stringContaining("UTF-8") });
  });

  test("may have 256 KiB, counted in bytes, and not one more", () => {
    const most = 256 * 1024;
    const padded = (length: number) => `{"t":1,"note":"°"}`.padEnd(length - 1);
    expect(bytes(padded(most))).toHaveLength(most);
    expect(values(decode(padded(most), PI))).toEqual([["t", 1]]);
    expect(refusal(decode(padded(most + 1), PI))).toMatchObject({
      error: "too-large",
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
      error: "too-many-readings",
      details: [{ limit: 10_000 }],
    });
  });

  test.each([
    ["items without a reading", (count: number) => new Array<unknown>(count).fill({})],
    ["fields without a value", (count: number) => [{ t: 1, ...named(count, () => null) }]],
    ["places without a value", (count: number) => [{ t: 1, ...named(count / 50, () => new Array(50).fill(null)) }]],
  ])("may hold 10,000 %s beside its readings, and not one more", (_name, others) => {
    expect(taken(decode([{ t: 1 }, ...others(10_000)], PI)).skipped).toHaveLength(100);
    expect(refusal(decode([{ t: 1, u: null }, ...others(10_000)], PI))).toMatchObject({
      error: "too-many-readings",
      details: [{ limit: 10_000 }],
    });
  });

  test("may hold 1,000 texts, of which the latest of each name is kept, and not one more", () => {
    const texts = (count: number) => named(count, () => "x");
    expect(taken(decode({ t: 1, ...texts(1_000) }, PI)).attributes).toHaveLength(1_000);
    expect(refusal(decode({ t: 1, ...texts(1_001) }, PI))).toMatchObject({
      error: "too-many-readings",
      details: [{ limit: 1_000 }],
    });
    const again = times(5_000, (index) => ({ t: index, state: index % 2 === 0 ? "on and on" : "off and off" }));
    expect(taken(decode(again, PI)).attributes).toEqual([{ device: "pi", name: "state", text: "off and off" }]);
  });

  test("that is not UTF-8 gets the position of the first invalid byte", () => {
    const text = fc.string({ unit: "grapheme-composite", maxLength: 30 });
    fc.assert(
      fc.property(text, fc.uint8Array({ minLength: 1, maxLength: 12 }), text, (before, wrong, after) => {
        const message = Buffer.concat([Buffer.from(before), wrong, Buffer.from(after)]);
        fc.pre(!isUtf8(message) && message.at(-1) !== 0);
        expect(refusal(decode(new Uint8Array(message), PI)).details).toMatchObject([{ position: firstFault(message) }]);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    [
      "bytes that are no text, at the end",
      Buffer.concat([Buffer.alloc(limits.messageBytes - 1, "a"), Buffer.of(0xb0)]),
    ],
    [
      "characters, and bytes that are none",
      Buffer.concat([Buffer.alloc(limits.messageBytes - 2, "°"), Buffer.of(0xb0)]),
    ],
    ["a list that never ends", `[${"1,".repeat(131_000)}`],
    ["an object that never ends", `{${'"":1,'.repeat(52_000)}`],
    ["empty objects", `[${"{},".repeat(87_000)}{}]`],
    ["places without a value", `{"t":1,"a":[${new Array(1_300).fill(`[${'"",'.repeat(63)}""]`).join(",")}]}`],
    ["fields without a value", `{"t":1,${times(1_300, (n) => `"a${n}":[${'"",'.repeat(63)}""]`).join(",")}}`],
    ["texts", `{"t":1,${times(21_000, (n) => `"${n}":"x"`).join(",")}}`],
    ["levels", `{"t":1,${times(8_000, (n) => `"${n}":{"a":{"b":{"c":{}}}}`).join(",")}}`],
  ])("takes no longer than a few batches of readings, at the largest: %s", (_name, message) => {
    const batch = JSON.stringify(times(8_000, (index) => ({ ts: 1_704_067_200 + index, t: 1 })));
    // The processor's time: other tests run beside this one.
    const costUs = (one: string | Uint8Array) => {
      const before = process.threadCpuUsage();
      for (let count = 0; count < 6; count++) decode(one, PI);
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    expect(costUs(message) / costUs(batch)).toBeLessThan(8);
  });

  test("of any depth and length is answered, with bounded memory", () => {
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
