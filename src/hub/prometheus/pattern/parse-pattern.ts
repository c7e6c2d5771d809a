// Reads a pattern of RE2: literals, classes, groups, alternatives, repetitions, (?i) and (?s).
import { message } from "../../../shared/messages/message.ts";
import { QueryError } from "../query-error.ts";
import { CharacterSet, type Range } from "./character-set.ts";

export type PatternNode =
  | { readonly kind: "empty" }
  | { readonly kind: "character"; readonly set: CharacterSet }
  | { readonly kind: "edge"; readonly of: "start" | "end" }
  | { readonly kind: "sequence" | "alternatives"; readonly parts: readonly PatternNode[] }
  | { readonly kind: "repeat"; readonly part: PatternNode; readonly least: number; readonly most: number };

interface Flags {
  readonly ignoresCase: boolean;
  readonly dotTakesLines: boolean;
}

const MAX_CHARACTERS = 1_000;
const MAX_REPEATS = 1_000;
const MAX_DEPTH = 100;

const code = (character: string) => character.codePointAt(0) ?? 0;
const span = (first: string, last: string): Range => [code(first), code(last)];
const DIGITS = [span("0", "9")];
const WORD = [span("0", "9"), span("A", "Z"), span("_", "_"), span("a", "z")];
const SPACE = [..."\t\n\f\r "].map((one) => span(one, one));
const CLASSES: Readonly<Record<string, CharacterSet>> = {
  d: new CharacterSet(DIGITS),
  D: new CharacterSet(DIGITS, true),
  w: new CharacterSet(WORD),
  W: new CharacterSet(WORD, true),
  s: new CharacterSet(SPACE),
  S: new CharacterSet(SPACE, true),
};
const NAMED_CLASSES: Readonly<Record<string, readonly Range[]>> = {
  alnum: [span("0", "9"), span("A", "Z"), span("a", "z")],
  alpha: [span("A", "Z"), span("a", "z")],
  digit: DIGITS,
  lower: [span("a", "z")],
  upper: [span("A", "Z")],
  word: WORD,
  space: [...SPACE, span("\v", "\v")],
  punct: [span("!", "/"), span(":", "@"), span("[", "`"), span("{", "~")],
  xdigit: [span("0", "9"), span("A", "F"), span("a", "f")],
};
const ESCAPED: Readonly<Record<string, string>> = { a: "\u0007", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };
const NO_LINE = new CharacterSet([span("\n", "\n")], true);
const ANY = new CharacterSet([], true);

/** Throws a QueryError where `text` is no pattern, or has what is not taken here. */
export function parsePattern(text: string): PatternNode {
  if (text.length > MAX_CHARACTERS) throw patternError(text, "too-large");
  return new PatternParser(text).parse();
}

export function patternError(pattern: string, fault: "syntax" | "unsupported" | "too-large"): QueryError {
  return new QueryError("bad_data", message("bad-request/promql-pattern", { pattern: pattern.slice(0, 80), fault }));
}

class PatternParser {
  readonly #text: string;
  readonly #characters: readonly string[];
  #index = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#characters = [...text];
  }

  parse(): PatternNode {
    const node = this.#alternatives({ ignoresCase: false, dotTakesLines: true });
    if (this.#index < this.#characters.length) throw this.#error("syntax");
    return node;
  }

  get #next(): string | undefined {
    return this.#characters[this.#index];
  }

  #take(wanted: string): boolean {
    const isThere = this.#characters.slice(this.#index, this.#index + wanted.length).join("") === wanted;
    if (isThere) this.#index += wanted.length;
    return isThere;
  }

  #alternatives(flags: Flags): PatternNode {
    if (++this.#depth > MAX_DEPTH) throw this.#error("too-large");
    const parts: PatternNode[] = [];
    let current = flags;
    do {
      const sequence: PatternNode[] = [];
      for (;;) {
        const { node, flags: changed } = this.#repeated(current);
        current = changed;
        if (node === null) break;
        sequence.push(node);
      }
      parts.push(
        sequence.length === 1 && sequence[0] !== undefined ? sequence[0] : { kind: "sequence", parts: sequence },
      );
    } while (this.#take("|"));
    this.#depth--;
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { kind: "alternatives", parts };
  }

  /** Null at the end of a sequence; flags may change on the way, and stay so up to the end of the group. */
  #repeated(flags: Flags): { readonly node: PatternNode | null; readonly flags: Flags } {
    const next = this.#next;
    if (next === undefined || next === "|" || next === ")") return { node: null, flags };
    if (next === "(") {
      const changed = this.#flagsAlone(flags);
      if (changed !== null) return { node: { kind: "empty" }, flags: changed };
    }
    let node = this.#atom(flags);
    for (let count = 0; ; count++) {
      const times = this.#times();
      if (times === null) return { node, flags };
      if (count > 0) throw this.#error("syntax");
      node = { kind: "repeat", part: node, ...times };
      // What it prefers makes no difference to whether all of it matches.
      this.#take("?");
    }
  }

  #times(): { readonly least: number; readonly most: number } | null {
    if (this.#take("*")) return { least: 0, most: Number.POSITIVE_INFINITY };
    if (this.#take("+")) return { least: 1, most: Number.POSITIVE_INFINITY };
    if (this.#take("?")) return { least: 0, most: 1 };
    const rest = this.#characters.slice(this.#index, this.#index + 16).join("");
    const counted = /^\{(\d{1,5})(,(\d{0,5}))?\}/.exec(rest);
    if (counted === null) return null;
    const [all, first = "", comma, second = ""] = counted;
    this.#index += all.length;
    const least = Number(first);
    const most = comma === undefined ? least : second === "" ? Number.POSITIVE_INFINITY : Number(second);
    if (least > MAX_REPEATS || (most > MAX_REPEATS && most !== Number.POSITIVE_INFINITY) || most < least)
      throw this.#error("syntax");
    return { least, most };
  }

  #atom(flags: Flags): PatternNode {
    if (this.#take("(")) return this.#group(flags);
    if (this.#take("^")) return { kind: "edge", of: "start" };
    if (this.#take("$")) return { kind: "edge", of: "end" };
    if (this.#take(".")) return { kind: "character", set: flags.dotTakesLines ? ANY : NO_LINE };
    const set = this.#take("[") ? this.#class() : this.#take("\\") ? this.#escape() : this.#literal();
    if (set === "start" || set === "end") return { kind: "edge", of: set };
    return { kind: "character", set: flags.ignoresCase ? set.inAnyCase : set };
  }

  #literal(): CharacterSet {
    const character = this.#next;
    if (character === undefined || "*+?".includes(character)) throw this.#error("syntax");
    this.#index++;
    return new CharacterSet([span(character, character)]);
  }

  #group(flags: Flags): PatternNode {
    let inner = flags;
    if (this.#take("?")) {
      if (this.#take("P<") || this.#take("<")) {
        const name = /^\w+>/.exec(this.#characters.slice(this.#index).join(""))?.[0];
        if (name === undefined) throw this.#error("syntax");
        this.#index += name.length;
      } else {
        inner = this.#flags(flags);
        if (!this.#take(":")) throw this.#error("unsupported");
      }
    }
    const node = this.#alternatives(inner);
    if (!this.#take(")")) throw this.#error("syntax");
    return node;
  }

  /** (?i): null, and nothing is taken, where it is none. */
  #flagsAlone(flags: Flags): Flags | null {
    const before = this.#index;
    if (this.#take("(?")) {
      const changed = this.#flags(flags);
      if (this.#index > before + 2 && this.#take(")")) return changed;
    }
    this.#index = before;
    return null;
  }

  #flags(flags: Flags): Flags {
    let { ignoresCase, dotTakesLines } = flags;
    for (let isOn = true; ; this.#index++) {
      if (this.#next === "i") ignoresCase = isOn;
      else if (this.#next === "s") dotTakesLines = isOn;
      else if (this.#next === "-" && isOn) isOn = false;
      else if (this.#next !== "U") return { ignoresCase, dotTakesLines };
    }
  }

  /** Behind a backslash. */
  #escape(): CharacterSet | "start" | "end" {
    const letter = this.#next;
    if (letter === undefined) throw this.#error("syntax");
    this.#index++;
    if (letter === "A") return "start";
    if (letter === "z") return "end";
    const known = CLASSES[letter];
    if (known !== undefined) return known;
    const character = this.#escapedCharacter(letter);
    return new CharacterSet([span(character, character)]);
  }

  #escapedCharacter(letter: string): string {
    const named = ESCAPED[letter];
    if (named !== undefined) return named;
    if (letter === "x") {
      const rest = this.#characters.slice(this.#index, this.#index + 10).join("");
      const hexadecimal = /^(?:([\da-fA-F]{2})|\{([\da-fA-F]{1,6})\})/.exec(rest);
      const point = Number.parseInt(hexadecimal?.[1] ?? hexadecimal?.[2] ?? "", 16);
      if (hexadecimal === null || point > 0x10_ff_ff) throw this.#error("syntax");
      this.#index += hexadecimal[0].length;
      return String.fromCodePoint(point);
    }
    if (/[A-Za-z0-9]/.test(letter)) throw this.#error("unsupported");
    return letter;
  }

  /** Behind its bracket. */
  #class(): CharacterSet {
    const isNegated = this.#take("^");
    const ranges: Range[] = [];
    for (let isFirst = true; isFirst || this.#next !== "]"; isFirst = false) {
      const first = this.#classPart();
      if (typeof first !== "string") {
        ranges.push(...first);
        continue;
      }
      const isRange = this.#next === "-" && this.#characters[this.#index + 1] !== "]";
      if (isRange) this.#index++;
      const last = isRange ? this.#classPart() : first;
      if (typeof last !== "string" || code(last) < code(first)) throw this.#error("syntax");
      ranges.push(span(first, last));
    }
    this.#index++;
    return new CharacterSet(ranges, isNegated);
  }

  #classPart(): string | readonly Range[] {
    const character = this.#next;
    if (character === undefined) throw this.#error("syntax");
    if (character === "[" && this.#characters[this.#index + 1] === ":") {
      const rest = this.#characters.slice(this.#index, this.#index + 16).join("");
      const [named, sign = "", name = ""] = /^\[:(\^?)([a-z]+):\]/.exec(rest) ?? [];
      const ranges = Object.hasOwn(NAMED_CLASSES, name) ? NAMED_CLASSES[name] : undefined;
      if (named === undefined || ranges === undefined) throw this.#error("syntax");
      this.#index += named.length;
      return new CharacterSet(ranges, sign === "^").ranges;
    }
    this.#index++;
    if (character !== "\\") return character;
    const letter = this.#next;
    if (letter === undefined) throw this.#error("syntax");
    this.#index++;
    return CLASSES[letter]?.ranges ?? this.#escapedCharacter(letter);
  }

  #error(fault: "syntax" | "unsupported" | "too-large"): QueryError {
    return patternError(this.#text, fault);
  }
}
