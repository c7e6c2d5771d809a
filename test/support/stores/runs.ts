// The number of runs of a property: few in the suite, with a new seed each time; BRAMBLE_TEST_RUNS multiplies it for nightly runs.

const FACTOR = Number(process.env["BRAMBLE_TEST_RUNS"] ?? 1);

export function runsOf(runsInSuite: number): number {
  return Math.max(1, Math.round(runsInSuite * FACTOR));
}
