// The error of invalid JSON names the exact character.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findJsonFault, type JsonFault } from "../../../src/hub/protocols/json-error.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The fault of a text that is no JSON, after what holds for each of them. */
function faultOf(text: string): JsonFault {
  expect(isJson(text)).toBe(false);
  const fault = findJsonFault(text);
  expect(fault.position).toSatisfy(Number.isInteger);
  expect(fault.position).toBeGreaterThanOrEqual(0);
  expect(fault.position).toBeLessThanOrEqual(text.length);
  expect(fault.reason).not.toBe("");
  return fault;
}

describe("the message has the position and the reason", () => {
  test.each([
    // Ends too early.
    ["", 0, "", "the message ends too early: expected a value"],
    ["{", 1, "", "the message ends too early: expected a name in double quotes"],
    ['{"a":', 5, "a", "the message ends too early: expected a value"],
    ['{"a":1', 6, "", "the message ends too early: expected , or }"],
    ["[1,", 3, "[1]", "the message ends too early: expected a value"],
    ["[1", 2, "", "the message ends too early: expected , or ]"],
    ['{"a":"b', 7, "a", "the message ends too early: the text in quotes never ends"],
    ['{"a', 3, "", "the message ends too early: the text in quotes never ends"],
    // Goes on.
    ["{}}", 2, "", "the message should end here"],
    ['{"a":1} {"a":2}', 8, "", "the message should end here"],
    ["01", 1, "", "the message should end here"],
    // Written for people, JavaScript or Python.
    ["{'a':1}", 1, "", "expected a name in double quotes"],
    ["{a:1}", 1, "", "expected a name in double quotes"],
    ['{"a":1,}', 7, "", "expected a name in double quotes"],
    ["[1,]", 3, "[1]", "expected a value"],
    ['{"a":True}', 5, "a", "expected a value"],
    ['{"a":None}', 5, "a", "expected a value"],
    ['{"a" 1}', 5, "a", "expected :"],
    ['{"a":1 "b":2}', 7, "", "expected , or }"],
    ["{1:2}", 1, "", "expected a name in double quotes"],
    ['{"a":25,5}', 8, "", "expected a name in double quotes"],
    // Numbers that JSON writes otherwise.
    ['{"a":.5}', 5, "a", "expected a value"],
    ['{"a":+5}', 5, "a", "expected a value"],
    ['{"a":5.}', 6, "", "expected , or }"],
    ['{"a":-}', 5, "a", "expected a value"],
    ['{"a":0x10}', 6, "", "expected , or }"],
    ['{"a":1e}', 6, "", "expected , or }"],
    // Inside quotes.
    ['{"a":"x\ny"}', 7, "a", "a control character inside quotes"],
    ['{"a\t":1}', 3, "", "a control character inside quotes"],
    ['["\\x41"]', 2, "[0]", "not an escape that JSON has"],
    ['["\\u12g4"]', 2, "[0]", "not an escape that JSON has"],
    ['["C:\\temp\\dir"]', 9, "[0]", "not an escape that JSON has"],
    // Deep inside.
    ['{"a":{"b":[1,{"c":?}]}}', 18, "a.b[1].c", "expected a value"],
    ['[{"a":1},{"b":2,"c":x}]', 20, "[1].c", "expected a value"],
    ['{"a":{"b":1},"c":x}', 17, "c", "expected a value"],
  ])("%j breaks at %i", (text, position, field, reason) => {
    expect(faultOf(text)).toEqual({ position, field, reason });
  });

  test.each([
    ['{"t":NaN, "u":?}', 14],
    ['{"t":nan, "u":?}', 14],
    ['{"t":-Infinity, "u":?}', 20],
    ['{"t":inf, "u":?}', 14],
  ])("%j: a number that is not finite is passed over", (text, position) => {
    expect(faultOf(text)).toMatchObject({ position, field: "u", reason: "expected a value" });
  });

  test.each(['{"t":NaNo}', '{"t":Infinity2}', '{"t":info}'])("%j only looks as if it had one", (text) => {
    expect(faultOf(text)).toMatchObject({ position: 5, field: "t" });
  });
});

describe("every invalid text has an error", () => {
  test.each([
    ["open brackets", "[".repeat(200_000)],
    ["open braces", '{"a":'.repeat(40_000)],
    ["an open text", `"${"x".repeat(200_000)}`],
    ["an open text of escapes", `"${"\\n".repeat(100_000)}`],
    ["an open text of pairs", `"${"😀".repeat(100_000)}`],
    ["a text with a fault at its end", `"${"x".repeat(200_000)}\n"`],
    ["a long number", `${"1".repeat(200_000)}x`],
    ["a long list", `[${"1,".repeat(100_000)}]`],
    ["blanks", " ".repeat(200_000)],
    ["blanks between all", `[${" 1 ,".repeat(50_000)}`],
    ["letters", "N".repeat(200_000)],
  ])("of 200,000 characters at once: %s", (_name, text) => {
    const startMs = performance.now();
    faultOf(text);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  const almostJson = fc.string({ unit: fc.constantFrom(...'{}[]",:\\u0-1.eE+ntf\n\ud83d N\u2028') });

  test("of any characters", () => {
    const broken = fc.oneof(fc.string({ unit: "binary" }), almostJson).filter((text) => !isJson(text));
    fc.assert(
      fc.property(broken, (text) => void faultOf(text)),
      { numRuns: 2_000 },
    );
  });

  test("that was JSON but for one character", () => {
    const spoilt = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom("delete", ...'{}[]",:\\0.-x \n'))
      .map(([json, at, how]) => {
        const index = at % (json.length + 1);
        return json.slice(0, index) + (how === "delete" ? "" : how) + json.slice(index + Number(how === "delete"));
      })
      .filter((text) => !isJson(text));
    fc.assert(
      fc.property(spoilt, (text) => void faultOf(text)),
      { numRuns: 2_000 },
    );
  });

  test("at the character itself, or where its number, word or escape begins", () => {
    const withControl = fc.tuple(fc.json(), fc.nat()).map(([json, at]) => ({ json, index: at % (json.length + 1) }));
    fc.assert(
      fc.property(withControl, ({ json, index }) => {
        const { position } = faultOf(`${json.slice(0, index)}\u0001${json.slice(index)}`);
        expect(position).toBeLessThanOrEqual(index);
        expect(json.slice(position, index)).toMatch(/^[-+.\w\\]*$/);
      }),
      { numRuns: 2_000 },
    );
  });
});
