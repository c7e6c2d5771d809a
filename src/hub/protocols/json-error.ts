// Finds where and why a text is invalid JSON. Only texts that JSON.parse refused come here, so it may be slow. V8's own messages
// have no position for short texts.

/**
 * Where and why a text is no JSON. `position` counts UTF-16 units from 0; `field` is the path of the
 * value there, such as `[3].bme280.temperature`.
 */
export interface JsonFault {
  readonly position: number;
  readonly field: string;
  readonly reason: string;
}

/** As Python (NaN, Infinity) and C (nan, -inf) write numbers that JSON has no way to write. */
const NOT_FINITE = /[+-]?(?:NaN|Infinity|inf)\b/iy;
/** Strings are passed over, one that never ends in a single step: the search takes time in proportion to the text. */
const STRING_OR_NOT_FINITE = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[+-]?\b(?:NaN|Infinity|inf)\b/gi;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A string up to what ends or breaks it: no control character, only the escapes of RFC 8259. */
const STRING_START = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const STRING = new RegExp(`${STRING_START.source}"`, "uy");
const WORD = /true|false|null/y;
const SPACE = /[ \t\r\n]*/y;

/** Deeper than any message the hub takes, shallow enough to recurse. */
const MAX_DEPTH = 64;

/** Finds the first fault of `text` by RFC 8259; call it only with a text that JSON.parse refused. */
export function findJsonFault(text: string): JsonFault {
  return new Scanner(text).scan();
}

/** Puts numbers that are not finite into quotes, so that the rest of a text can be parsed. */
export function quoteNotFinite(text: string): string {
  return text.replace(STRING_OR_NOT_FINITE, (found) => (found.startsWith('"') ? found : `"${found}"`));
}

class Scanner {
  readonly #text: string;
  readonly #path: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JsonFault {
    const fault = this.#value(0);
    if (fault !== null) return fault;
    this.#skip(SPACE);
    return this.#fault("the message should end here");
  }

  #value(depth: number): JsonFault | null {
    this.#skip(SPACE);
    const next = this.#text[this.#at];
    if (depth > MAX_DEPTH) return this.#fault("nested too deep");
    if (next === "{") return this.#members("}", () => this.#member(depth));
    if (next === "[") {
      let index = 0;
      return this.#members("]", () => this.#within(`[${index++}]`, () => this.#value(depth + 1)));
    }
    if (next === '"') return this.#skip(STRING) ? null : this.#brokenString();
    if (this.#skip(NOT_FINITE) || this.#skip(NUMBER) || this.#skip(WORD)) return null;
    return this.#fault("expected a value");
  }

  #members(close: "}" | "]", member: () => JsonFault | null): JsonFault | null {
    this.#at++;
    this.#skip(SPACE);
    if (this.#eat(close)) return null;
    for (;;) {
      const fault = member();
      if (fault !== null) return fault;
      this.#skip(SPACE);
      if (this.#eat(close)) return null;
      if (!this.#eat(",")) return this.#fault(`expected , or ${close}`);
    }
  }

  #member(depth: number): JsonFault | null {
    this.#skip(SPACE);
    const start = this.#at;
    if (this.#text[start] !== '"') return this.#fault("expected a name in double quotes");
    if (!this.#skip(STRING)) return this.#brokenString();
    return this.#within(`.${this.#text.slice(start + 1, this.#at - 1)}`, () => {
      this.#skip(SPACE);
      return this.#eat(":") ? this.#value(depth + 1) : this.#fault("expected :");
    });
  }

  /** Takes a step of the path; what is at fault stays in it. */
  #within(step: string, value: () => JsonFault | null): JsonFault | null {
    this.#path.push(step);
    const fault = value();
    if (fault === null) this.#path.pop();
    return fault;
  }

  /** Moves to the character that breaks the string: a raw control character, a bad escape, or the end. */
  #brokenString(): JsonFault {
    this.#skip(STRING_START);
    const next = this.#text[this.#at];
    if (next === undefined) return this.#fault("the text in quotes never ends");
    return this.#fault(next === "\\" ? "not an escape that JSON has" : "a control character inside quotes");
  }

  #fault(wanted: string): JsonFault {
    const reason = this.#at < this.#text.length ? wanted : `the message ends too early: ${wanted}`;
    return { position: this.#at, field: this.#path.join("").replace(/^\./, ""), reason };
  }

  #eat(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #matches(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #skip(pattern: RegExp): boolean {
    if (!this.#matches(pattern)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
