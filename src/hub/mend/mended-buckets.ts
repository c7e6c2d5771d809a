// Applies mends to a chart's buckets. A bucket that a mend does not affect, or affects as a whole, is computed from its summary; of
// the others the summaries of quarters of an hour are read, and the rest is computed from the readings.
import type { Bucket } from "../../shared/reading.ts";
import {
  joinedSummary,
  type Mends,
  mendedSummary,
  mendedValue,
  type Summary,
  type TimeRange,
} from "../store/mended.ts";
import { type BucketQuery, endOf, type ReadingPosition, type ReadingStore } from "../store/readings.ts";

/** Stores have summaries of slots of this length. */
const SHORT_STEP_MS = 15 * 60_000;
const ROWS_PER_PAGE = 10_000;

export type StoredReadings = Pick<ReadingStore, "buckets" | "page">;

/** As `ReadingStore.buckets`, through `mends`. */
export async function mendedBuckets(stored: StoredReadings, query: BucketQuery, mends: Mends): Promise<Bucket[]> {
  const slots = new Map<number, Summary>();
  const slotOf = (tsMs: number) => Math.floor((tsMs - query.originMs) / query.stepMs);
  const add = (tsMs: number, summary: Summary) => {
    const slot = slotOf(tsMs);
    const known = slots.get(slot);
    slots.set(slot, known === undefined ? summary : joinedSummary(known, summary));
  };
  let mixed = addWhole(await stored.buckets(query), query, mends, add);
  if (isOfShortSteps(query)) {
    const short = { originMs: 0, stepMs: SHORT_STEP_MS };
    const parts: TimeRange[] = [];
    for (const range of mixed) {
      const part = { ...query, ...range, ...short };
      parts.push(...addWhole(await stored.buckets(part), part, mends, add));
    }
    mixed = joined(parts);
  }
  for (const range of mixed) await addRows(stored, { ...query, ...range }, mends, slotOf, add);
  return [...slots]
    .sort(([a], [b]) => a - b)
    .map(([slot, { n, min, max, avg }]) => {
      const t = Math.max(query.fromMs, query.originMs + slot * query.stepMs);
      return { t, min, max, avg, n };
    });
}

type Add = (tsMs: number, summary: Summary) => void;

/** Adds the buckets that follow from their summaries, and answers the times of the others. */
function addWhole(buckets: readonly Bucket[], query: BucketQuery, mends: Mends, add: Add): TimeRange[] {
  const mixed: TimeRange[] = [];
  for (const { t, ...summary } of buckets) {
    const slot = Math.floor((t - query.originMs) / query.stepMs);
    const range = { fromMs: t, toMs: Math.min(query.toMs, query.originMs + (slot + 1) * query.stepMs) };
    const shown = mendedSummary(mends, range, summary);
    if (shown === "mixed") mixed.push(range);
    else if (shown !== null) add(t, shown);
  }
  return joined(mixed);
}

async function addRows(
  stored: StoredReadings,
  { device, metric, fromMs, toMs }: BucketQuery,
  mends: Mends,
  slotOf: (tsMs: number) => number,
  add: Add,
): Promise<void> {
  let after: ReadingPosition | null = null;
  for (let more = true; more; ) {
    const selection = { devices: [device], metrics: [metric], fromMs, toMs, order: "oldest-first" } as const;
    const page = await stored.page({ ...selection, after, limit: ROWS_PER_PAGE });
    const rows = Array.from(page.tsMs, (tsMs, row) => [tsMs, page.values[row] ?? 0] as const);
    for (const ofSlot of Map.groupBy(rows, ([tsMs]) => slotOf(tsMs)).values()) {
      const values = ofSlot.flatMap(([tsMs, value]) => mendedValue(mends, tsMs, value) ?? []);
      if (values.length > 0) add(ofSlot[0]?.[0] ?? fromMs, summaryOf(values));
    }
    after = endOf(page);
    more = page.more && after !== null;
  }
}

/** There must be one. */
function summaryOf(values: readonly number[]): Summary {
  const n = values.length;
  let [min, max, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  // A sum overflows where values are huge.
  const avg = Number.isFinite(sum) ? sum / n : values.reduce((mean, value) => mean + value / n, 0);
  return { n, min, max, avg: Math.min(max, Math.max(min, avg)) };
}

/** True where each bucket is made of several short slots. */
function isOfShortSteps({ originMs, stepMs }: BucketQuery): boolean {
  return stepMs > SHORT_STEP_MS && stepMs % SHORT_STEP_MS === 0 && originMs % SHORT_STEP_MS === 0;
}

/** Ascending ranges, as ranges that do not touch each other. */
function joined(ranges: readonly TimeRange[]): TimeRange[] {
  const apart: TimeRange[] = [];
  for (const range of ranges) {
    const last = apart.at(-1);
    if (last?.toMs === range.fromMs) apart[apart.length - 1] = { fromMs: last.fromMs, toMs: range.toMs };
    else apart.push(range);
  }
  return apart;
}
