// The tokens of a query, one after another.
import { message } from "../../../shared/messages/message.ts";
import { QueryError } from "../query-error.ts";
import type { Token } from "./tokens.ts";

/** The tokens that may follow, for error messages; a symbol is shown as it is. */
export type Expected =
  | "expression"
  | "operator"
  | "label"
  | "matcher"
  | "string"
  | "duration"
  | ")"
  | "("
  | "]"
  | ","
  | "}";

export class TokenReader {
  readonly #tokens: readonly Token[];
  #index = 0;

  /** The last of them is the end. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.#at(this.#index);
  }

  get afterNext(): Token {
    return this.#at(this.#index + 1);
  }

  take(): Token {
    return this.#at(this.#index++);
  }

  takeSymbol(symbol: string): boolean {
    return this.#takeIf("symbol", symbol);
  }

  takeName(name: string): boolean {
    return this.#takeIf("name", name);
  }

  expect(symbol: ")" | "(" | "]" | "," | "}"): void {
    if (!this.takeSymbol(symbol)) throw this.unexpected(symbol);
  }

  expectKind(kind: Token["kind"], expected: Expected): Token {
    if (this.next.kind !== kind) throw this.unexpected(expected);
    return this.take();
  }

  /** A duration, or a number of seconds; milliseconds. */
  duration(): number {
    const { kind, number } = this.next;
    const ms = kind === "duration" ? number : kind === "number" ? Math.round(number * 1_000) : Number.NaN;
    if (!Number.isSafeInteger(ms)) throw this.unexpected("duration");
    this.take();
    return ms;
  }

  /** A comma-separated list up to `close`, which is consumed; a trailing comma is allowed. */
  list<T>(close: ")" | "}", read: () => T): T[] {
    const items: T[] = [];
    while (!this.takeSymbol(close)) {
      items.push(read());
      if (this.next.text !== close) this.expect(",");
    }
    return items;
  }

  /** To be thrown. */
  unexpected(expected: Expected): QueryError {
    const { text: found, position } = this.next;
    return new QueryError("bad_data", message("bad-request/promql-syntax", { position, found, expected }));
  }

  #takeIf(kind: Token["kind"], text: string): boolean {
    const isThere = this.next.kind === kind && this.next.text.toLowerCase() === text;
    if (isThere) this.#index++;
    return isThere;
  }

  #at(index: number): Token {
    const token = this.#tokens[Math.min(index, this.#tokens.length - 1)];
    if (token === undefined) throw new Error("there is no token");
    return token;
  }
}
