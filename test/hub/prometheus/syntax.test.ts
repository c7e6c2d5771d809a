// PromQL and its regular expressions as texts: what is read is written again, and what is not is refused by one kind of error.
import fc from "fast-check";
import { expect, test } from "vitest";
import { Pattern } from "../../../src/hub/prometheus/pattern/pattern.ts";
import { QueryError } from "../../../src/hub/prometheus/query-error.ts";
import type { Expression } from "../../../src/hub/prometheus/syntax/expression.ts";
import { parseQuery } from "../../../src/hub/prometheus/syntax/parse.ts";
import { printExpression } from "../../../src/hub/prometheus/syntax/print.ts";

/** Null where it is refused; everything else that is thrown is a fault. */
function parsed(text: string): Expression | null {
  try {
    return parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError && error.type === "bad_data") return null;
    throw error;
  }
}

const refusal = (text: string): string => {
  try {
    parseQuery(text);
  } catch (error) {
    if (error instanceof QueryError) return error.message;
  }
  return "";
};

const label = fc.constantFrom("device", "metric", "room", "unit", "by", "x_1");
const text = fc.oneof(fc.string({ unit: "grapheme", maxLength: 6 }), fc.constantFrom("attic", "a.*", "\\", '"', "\n"));
const duration = fc.constantFrom("5m", "1h30m", "250ms", "1y2w3d", "30", "0x10");
const matcher = fc.oneof(
  fc.tuple(label, fc.constantFrom("=", "!="), text).map(([name, is, value]) => `${name}${is}${JSON.stringify(value)}`),
  fc.tuple(label, fc.constantFrom("=~", "!~")).map(([name, is]) => `${name} ${is} 'a(b|c)*'`),
);
const selector = fc
  .tuple(fc.constantFrom("bramble_reading", "rate", "a:b", "sum"), fc.array(matcher, { maxLength: 3 }))
  .map(([name, matchers]) => (matchers.length === 0 ? name : `${name} { ${matchers.join(" , ")} , }`));
const offset = fc.oneof(
  fc.constant(""),
  duration.map((span) => ` offset ${span}`),
  duration.map((span) => ` OFFSET -${span}`),
);
const ranged = fc.tuple(selector, duration, offset).map(([what, span, back]) => `${what}[${span}]${back}`);
const scalar = fc.constantFrom(
  "1",
  "-2.5e-7",
  ".5",
  "0x1F",
  "Inf",
  "-inf",
  "NaN",
  "time()",
  "1 + 2 * 3",
  "-2 ^ 2",
  "2^3^2",
);
const { vector } = fc.letrec<{ vector: string }>((tie) => ({
  vector: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.tuple(selector, offset).map(([what, back]) => what + back),
    fc.tuple(fc.constantFrom("avg_over_time", "rate", "delta"), ranged).map(([name, what]) => `${name}(${what})`),
    tie("vector").map((inner) => `-(${inner})`),
    tie("vector").map((inner) => `- ${inner} # a comment\n`),
    tie("vector").map((inner) => `sum without (device, by) (${inner})`),
    tie("vector").map((inner) => `max(${inner}) by (room)`),
    fc
      .tuple(tie("vector"), fc.constantFrom("+", "-", "/", "%", "^", ">", "== bool"), scalar)
      .map((all) => all.join(" ")),
    fc.tuple(scalar, fc.constantFrom("*", "^", "<=bool", "!="), tie("vector")).map(([a, is, b]) => `${a} ${is} (${b})`),
  ),
}));

test("printing and parsing round-trip", () => {
  fc.assert(
    fc.property(vector, (query) => {
      const tree = parseQuery(query);
      const written = printExpression(tree);
      const again = parseQuery(written);
      expect(JSON.stringify(again)).toBe(JSON.stringify(tree));
      expect(printExpression(again)).toBe(written);
    }),
    { numRuns: 300 },
  );
});

test("any text is a query or refused with a message", () => {
  const pieces = fc.constantFrom(
    ...'( ) { } [ ] , + - ^ == =~ > : @ 5m 1e9 "a" \'b sum by rate x offset bool or on time # \n \\ ° 😀'.split(" "),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((all) => all.join(" ")),
        vector,
      ),
      fc.nat(),
      (query, cut) => {
        const tree = parsed(query);
        if (tree !== null) expect(parsed(printExpression(tree))).not.toBeNull();
        parsed(query.slice(0, cut % (query.length + 1)));
      },
    ),
    { numRuns: 500 },
  );
  for (const deep of ["(".repeat(9_000), "-".repeat(9_000), "1+".repeat(4_000), `${"sum(".repeat(2_000)}x`])
    parsed(deep);
  expect(refusal("-".repeat(9_000))).toContain("500 operations");
});

test.each([
  ["", "Character 1: the query ends"],
  ["bramble_reading{", "a label's name is expected"],
  ['bramble_reading{device="attic}', "Character 24: a text begins that does not end"],
  ['bramble_reading{device~"a"}', "“~”"],
  ["bramble_reading[5m", "“]”"],
  ["bramble_reading[5m]", ""],
  ["rate(bramble_reading)", "“rate” takes a range"],
  ["bramble_reading[5m] + 1", "“+” takes an instant vector"],
  ["rate(bramble_reading[5m], 2)", "takes 1 in its parentheses, and is given 2"],
  ["histogram_quantile(0.9, x)", "“histogram_quantile” is no function of this API. Answered are selectors"],
  ["topk(3, bramble_reading)", "“topk” is no aggregation"],
  ["x and y", "“and” is no operator"],
  ["x + y", "not answered between two vectors"],
  ["x + on(device) y", "not answered between two vectors"],
  ["avg_over_time(rate(x[5m])[1h:1m])", "no subqueries"],
  ["x[1h:5m]", "no subqueries"],
  ["x @ 1", "no @ modifier"],
  ['"text"', "stands in braces only"],
  ["1 > 2", "write “> bool”"],
  ["{}", "needs a name"],
  ['{device=~".*"}', "needs a name"],
  ["x[0s]", "longer than 0"],
  ['x{a="\\q"}', "means nothing in a text"],
])("%s: %s", (query, words) => {
  expect(refusal(query)).toContain(words);
  expect(refusal(query) === "").toBe(words === "");
});

const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom("a", "b", ".", "[ab]", "[^a]", "\\.", "\\d", "\\w", "[[:alpha:]]", "ä", "😀", "^", "$", ""),
    fc.array(tie("pattern"), { maxLength: 3 }).map((parts) => parts.join("")),
    fc.tuple(tie("pattern"), tie("pattern")).map(([a, b]) => `(${a}|${b})`),
    fc
      .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "{2}", "{1,}", "{0,2}", "*?"))
      .map(([a, times]) => `(?:${a})${times}`),
  ),
}));

test("a pattern matches what JavaScript's own engine matches", () => {
  fc.assert(
    fc.property(
      pattern,
      fc.array(fc.constantFrom("a", "b", ".", "1", "ä", "😀", "\n"), { maxLength: 6 }),
      (source, characters) => {
        const subject = characters.join("");
        const native = new RegExp(`^(?:${source.replaceAll("[[:alpha:]]", "[A-Za-z]")})$`, "su");
        expect(new Pattern(source).matches(subject), `${source} on ${subject}`).toBe(native.test(subject));
      },
    ),
    { numRuns: 1_000 },
  );
  expect(new Pattern("(?i)TEMP.*").matches("temperature")).toBe(true);
  expect(new Pattern("a(?i:B)c").matches("abC")).toBe(false);
  expect(["a", "A", "b"].map((text) => new Pattern("(?i)[^a]").matches(text))).toEqual([false, false, true]);
  expect(new Pattern("(?P<x>a)|\\x62|\\x{1F600}|[\\d-]").matches("-")).toBe(true);
});

test("patterns match in linear time; too large or unsupported ones are refused", () => {
  for (const slow of ["(a+)+b", "(a|a)*b", "(.*)*b", "(a*){50}b", "(x+x+)+y"])
    expect(new Pattern(slow).matches("a".repeat(2_000))).toBe(false);
  for (const bad of ["(", ")", "a**", "*", "[", "[b-a]", "a{2,1}", "\\", "(?<!a)", "[[:nothing:]]", "\\x{110000}"])
    expect(() => new Pattern(bad), bad).toThrow("is no regular expression");
  for (const other of ["(?=a)", "(?", "\\1", "\\bword", "\\pL", "(?m)a"])
    expect(() => new Pattern(other), other).toThrow("not taken here");
  for (const large of ["((a{1000}){1000}){1000}", "((){1000}){1000}", "a".repeat(1_001), "(".repeat(500)])
    expect(() => new Pattern(large), large.slice(0, 40)).toThrow("too large");
});
