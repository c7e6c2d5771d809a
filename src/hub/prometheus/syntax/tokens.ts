// Cuts the text of a query into tokens. Comments and white space are passed over.
import { message } from "../../../shared/messages/message.ts";
import { QueryError } from "../query-error.ts";
import { readDuration } from "./duration.ts";

export interface Token {
  readonly kind: "number" | "duration" | "string" | "name" | "symbol" | "end";
  /** The text in the query; empty at the end. */
  readonly text: string;
  /** Of a string: its value. */
  readonly string: string;
  /** Of a number; of a duration: milliseconds. */
  readonly number: number;
  /** Zero-based character of the query. */
  readonly position: number;
}

const BLANK = /(?:\s+|#[^\n]*)*/y;
const NUMBER = /(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])/y;
const NAME = /[A-Za-z_][\w:]*/y;
const SYMBOL = /=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}[\],:@]/y;
const SPECIAL_NUMBER = /^(?:inf|nan)$/i;
const STRING = /"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*'|`[^`]*`/y;
const ESCAPE = /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|.)/gsu;
const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const LAST_CODE_POINT = 0x10_ff_ff;

/** Throws a QueryError where the text has what no token begins with. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (;;) {
    const from = tokens.at(-1);
    const position = behindBlank(text, from === undefined ? 0 : from.position + from.text.length);
    const token = tokenAt(text, position);
    tokens.push(token);
    if (token.kind === "end") return tokens;
  }
}

function tokenAt(text: string, position: number): Token {
  const none = { string: "", number: 0, position };
  if (position === text.length) return { ...none, kind: "end", text: "" };
  const duration = readDuration(text, position);
  if (duration !== null) {
    const written = text.slice(position, position + duration.length);
    return { ...none, kind: "duration", text: written, number: duration.ms };
  }
  const number = match(NUMBER, text, position);
  if (number !== null) return { ...none, kind: "number", text: number, number: Number(number) };
  const name = match(NAME, text, position);
  if (name !== null && SPECIAL_NUMBER.test(name)) {
    const value = name.toLowerCase() === "nan" ? Number.NaN : Number.POSITIVE_INFINITY;
    return { ...none, kind: "number", text: name, number: value };
  }
  if (name !== null) return { ...none, kind: "name", text: name };
  const string = match(STRING, text, position);
  if (string !== null) return { ...none, kind: "string", text: string, string: unquoted(string, position) };
  const symbol = match(SYMBOL, text, position);
  if (symbol !== null) return { ...none, kind: "symbol", text: symbol };
  if (/["'`]/.test(text.charAt(position)))
    throw new QueryError("bad_data", message("bad-request/promql-open-string", { position }));
  const found = String.fromCodePoint(text.codePointAt(position) ?? 0);
  throw new QueryError("bad_data", message("bad-request/promql-syntax", { position, found, expected: "expression" }));
}

function behindBlank(text: string, position: number): number {
  return position + (match(BLANK, text, position)?.length ?? 0);
}

function match(pattern: RegExp, text: string, position: number): string | null {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? null;
}

function unquoted(literal: string, position: number): string {
  const inner = literal.slice(1, -1);
  if (literal.startsWith("`")) return inner;
  return inner.replaceAll(ESCAPE, (value, named?: string, ...codes: (string | undefined)[]) => {
    if (named !== undefined) return NAMED_ESCAPES[named] ?? named;
    const [hexadecimal, octal, short, long] = codes;
    const code =
      octal === undefined ? Number.parseInt(hexadecimal ?? short ?? long ?? "", 16) : Number.parseInt(octal, 8);
    if (code <= LAST_CODE_POINT) return String.fromCodePoint(code);
    throw new QueryError("bad_data", message("bad-request/promql-escape", { value, position }));
  });
}
