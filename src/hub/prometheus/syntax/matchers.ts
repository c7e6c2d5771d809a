// The label matchers of a selector: device="attic", metric=~"temp.*".
import { Pattern } from "../pattern/pattern.ts";
import type { Matcher, MatchOperator } from "./expression.ts";
import type { TokenReader } from "./token-reader.ts";

const OPERATORS: readonly MatchOperator[] = ["=", "!=", "=~", "!~"];

/** Those between braces; the first brace has been taken. */
export function readMatchers(tokens: TokenReader): Matcher[] {
  return tokens.list("}", () => {
    const label = tokens.expectKind("name", "label").text;
    const operator = OPERATORS.find((one) => one === tokens.next.text);
    if (operator === undefined) throw tokens.unexpected("matcher");
    tokens.take();
    return toMatcher(label, operator, tokens.expectKind("string", "string").string);
  });
}

/** Throws a QueryError where `value` is to be a pattern and is none. */
export function toMatcher(label: string, operator: MatchOperator, value: string): Matcher {
  return { label, operator, value, matches: test(operator, value) };
}

function test(operator: MatchOperator, value: string): (text: string) => boolean {
  switch (operator) {
    case "=":
      return (text) => text === value;
    case "!=":
      return (text) => text !== value;
    case "=~":
      return remembered(new Pattern(value));
    case "!~": {
      const matches = remembered(new Pattern(value));
      return (text) => !matches(text);
    }
  }
}

/** Most series share their labels with others. */
function remembered(pattern: Pattern): (text: string) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    const matches = known.get(text) ?? pattern.matches(text);
    known.set(text, matches);
    return matches;
  };
}
