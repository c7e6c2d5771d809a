// How often a property is tried: few times in the suite, where fast-check begins somewhere else each time; BRAMBLE_TEST_RUNS makes it
// that many times as many, for a night in which nobody waits.

const FACTOR = Number(process.env["BRAMBLE_TEST_RUNS"] ?? 1);

export function runsOf(runsInSuite: number): number {
  return Math.max(1, Math.round(runsInSuite * FACTOR));
}
