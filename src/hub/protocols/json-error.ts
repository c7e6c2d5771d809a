// Finds where and why a text is invalid JSON. Only texts that JSON.parse refused come here, so it may be slow. V8's own messages
// have no position for short texts.
//
// Not by jsonc-parser: its visitor recurses without a bound (20,000 brackets throw a RangeError), and says where a broken value begins,
// not which character of it is wrong.

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
/** Skips strings, an unterminated one in a single step, so that the search is linear. */
const STRING_OR_NOT_FINITE = /"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)|[+-]?\b(?:NaN|Infinity|inf)\b/gi;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A string up to what ends or breaks it: no control character, only the escapes of RFC 8259. */
const STRING_START = /"(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const STRING = new RegExp(`${STRING_START.source}"`, "uy");
const WORD = /true|false|null/y;
const SPACE = " \t\r\n";

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

/** A text of maximum size may have a value for every two characters, so a step allocates nothing. */
class Scanner {
  readonly #text: string;
  /** To the value under way: names, and places in arrays. */
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): JsonFault {
    const fault = this.#value();
    if (fault !== null) return fault;
    this.#skipSpace();
    return this.#fault("the message should end here");
  }

  #value(): JsonFault | null {
    this.#skipSpace();
    if (this.#path.length > MAX_DEPTH) return this.#fault("nested too deep");
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#skipString() ? null : this.#brokenString();
      default:
        return this.#skip(NUMBER) || this.#skip(NOT_FINITE) || this.#skip(WORD)
          ? null
          : this.#fault("expected a value");
    }
  }

  #array(): JsonFault | null {
    this.#at++;
    this.#skipSpace();
    if (this.#eat("]")) return null;
    for (let index = 0; ; index++) {
      // What is at fault stays in the path.
      this.#path.push(index);
      const fault = this.#value();
      if (fault !== null) return fault;
      this.#path.pop();
      this.#skipSpace();
      if (this.#eat("]")) return null;
      if (!this.#eat(",")) return this.#fault("expected , or ]");
    }
  }

  #object(): JsonFault | null {
    this.#at++;
    this.#skipSpace();
    if (this.#eat("}")) return null;
    for (;;) {
      const fault = this.#member();
      if (fault !== null) return fault;
      this.#skipSpace();
      if (this.#eat("}")) return null;
      if (!this.#eat(",")) return this.#fault("expected , or }");
    }
  }

  #member(): JsonFault | null {
    this.#skipSpace();
    const start = this.#at;
    if (this.#text[start] !== '"') return this.#fault("expected a name in double quotes");
    if (!this.#skipString()) return this.#brokenString();
    this.#path.push(this.#text.slice(start + 1, this.#at - 1));
    this.#skipSpace();
    const fault = this.#eat(":") ? this.#value() : this.#fault("expected :");
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
    const field = this.#path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
    return { position: this.#at, field: field.replace(/^\./, ""), reason };
  }

  #eat(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  /** Most have no escape. */
  #skipString(): boolean {
    for (let at = this.#at + 1; ; at++) {
      const next = this.#text[at];
      if (next === '"') {
        this.#at = at + 1;
        return true;
      }
      if (next === undefined || next < " " || next === "\\") return this.#skip(STRING);
    }
  }

  #skipSpace(): void {
    while (SPACE.includes(this.#text[this.#at] ?? "x")) this.#at++;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }
}
