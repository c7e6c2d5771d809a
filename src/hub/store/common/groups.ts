// Items some at a time: as many as a statement or a message has room for, or those that follow each other.

/** In their order; only the last group may have fewer than `size`. */
export function* groupsOf<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

/** Ascending numbers as runs without a gap: the first of each, and the one behind its last. */
export function runsOf(numbers: readonly number[]): [first: number, end: number][] {
  const runs: [first: number, end: number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === number) last[1] = number + 1;
    else runs.push([number, number + 1]);
  }
  return runs;
}
