// Figures from many measurements, and the words for them.

/** Two things measured in turns, A B A B A B: what else the machine does meets both. */
export interface Pairs<A, B> {
  readonly a: readonly A[];
  readonly b: readonly B[];
}

export interface MedianPair<A, B> {
  readonly a: A;
  readonly b: B;
  readonly value: number;
}

export async function inTurns<A, B>(pairs: number, a: () => Promise<A>, b: () => Promise<B>): Promise<Pairs<A, B>> {
  const measuredA: A[] = [];
  const measuredB: B[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    measuredA.push(await a());
    measuredB.push(await b());
  }
  return { a: measuredA, b: measuredB };
}

/** The pair in the middle, by what `compare` makes of each; of an odd number of pairs. */
export function medianPair<A, B>({ a, b }: Pairs<A, B>, compare: (a: A, b: B) => number): MedianPair<A, B> {
  const pairs = a.flatMap((one, index) => {
    const other = b[index];
    return other === undefined ? [] : [{ a: one, b: other, value: compare(one, other) }];
  });
  const middle = pairs.toSorted((one, other) => one.value - other.value)[pairs.length >> 1];
  if (middle === undefined) throw new Error("nothing was measured");
  return middle;
}

/** Of an odd number of values. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** The value below which that share of them lies. */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((one, other) => one - other)[Math.floor(share * values.length)] ?? Number.NaN;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1,234,567 */
export function count(value: number): string {
  return grouped.format(value);
}

/** 1.2 k, 123 k, 1.23 M */
export function thousands(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  return `${(value / 1e3).toFixed(value < 1e4 ? 1 : 0)} k`;
}

export function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
