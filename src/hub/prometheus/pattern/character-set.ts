// The set of characters that one position of a pattern matches, as ranges of code points.

export type Range = readonly [first: number, last: number];

const LAST = 0x10_ff_ff;

export class CharacterSet {
  readonly #ranges: readonly Range[];
  readonly #isNegated: boolean;

  constructor(ranges: readonly Range[], isNegated = false) {
    this.#ranges = ranges;
    this.#isNegated = isNegated;
  }

  has(code: number): boolean {
    return this.#isListed(code) !== this.#isNegated;
  }

  /** All ranges that it has, for a set that is made of several. */
  get ranges(): readonly Range[] {
    return this.#isNegated ? complement(this.#ranges) : this.#ranges;
  }

  /** The same and the other case of each letter; `[^a]` then has neither a nor A. */
  get inAnyCase(): CharacterSet {
    const isListed = (text: string) => this.#isListed(text.codePointAt(0) ?? 0);
    return new AnyCase((code) => {
      const character = String.fromCodePoint(code);
      return [character, character.toLowerCase(), character.toUpperCase()].some(isListed) !== this.#isNegated;
    });
  }

  #isListed(code: number): boolean {
    return this.#ranges.some(([first, last]) => first <= code && code <= last);
  }
}

class AnyCase extends CharacterSet {
  readonly #test: (code: number) => boolean;

  constructor(test: (code: number) => boolean) {
    super([]);
    this.#test = test;
  }

  override has(code: number): boolean {
    return this.#test(code);
  }
}

function complement(ranges: readonly Range[]): Range[] {
  const apart: Range[] = [];
  let from = 0;
  for (const [first, last] of ranges.toSorted(([a], [b]) => a - b)) {
    if (first > from) apart.push([from, first - 1]);
    from = Math.max(from, last + 1);
  }
  return from <= LAST ? [...apart, [from, LAST]] : apart;
}
