// Whether both stores have the same readings: count, sum, least and greatest of each series and day. Devices go on sending
// meanwhile: a series that was written while it was compared is compared again, and readings of the last minute are left to the
// switch, which compares them while writes are held.
import type { Bucket, SeriesKey } from "../../../shared/reading.ts";
import { DAY_MS } from "../../../shared/time.ts";
import type { ReadingSelection } from "../../store/readings.ts";
import type { Store } from "../../store/store.ts";
import { type DualWrite, seriesName } from "../dual-write.ts";
import type { Pacing } from "./pacing.ts";
import { ALL_READINGS } from "./selections.ts";
import { openTarget } from "./transfer.ts";

export interface Comparison {
  readonly series: number;
  readonly days: number;
  readonly readings: number;
  /** The differences: one series and day each. */
  readonly different: readonly ReadingSelection[];
}

export interface CompareOptions {
  readonly source: Store;
  readonly dual: DualWrite;
  readonly pacing: Pacing;
  /** Readings before it are compared. */
  readonly beforeMs: number;
  readonly signal: AbortSignal;
}

const MAX_ATTEMPTS = 5;
/** Sums are added up in different orders. */
const SUM_TOLERANCE = 1e-9;

export async function compareStores(options: CompareOptions): Promise<Comparison> {
  const { source, dual, beforeMs, signal } = options;
  const keys = await dual.mirror.turn(() => seriesOf(source, openTarget(dual.mirror)));
  let days = 0;
  let readings = 0;
  const different: ReadingSelection[] = [];
  for (const key of keys) {
    signal.throwIfAborted();
    const compared = await compareSeries(options, key);
    days += compared.here.length;
    readings += compared.here.reduce((sum, { n }) => sum + n, 0);
    for (const day of compared.different)
      different.push({
        devices: [key.device],
        metrics: [key.metric],
        fromMs: day,
        toMs: Math.min(day + DAY_MS, beforeMs),
      });
  }
  return { series: keys.length, days, readings, different };
}

interface ComparedSeries {
  readonly here: readonly Bucket[];
  /** When they begin. */
  readonly different: readonly number[];
}

async function compareSeries(options: CompareOptions, key: SeriesKey): Promise<ComparedSeries> {
  const { source, dual, pacing, beforeMs, signal } = options;
  for (let attempt = 1; ; attempt++) {
    const watch = dual.watch(beforeMs);
    try {
      const compare = async () => {
        const fromMs = await firstDay([source, openTarget(dual.mirror)], key);
        if (fromMs === null || fromMs >= beforeMs) return { here: [], different: [] };
        const query = { ...key, fromMs, toMs: beforeMs, originMs: 0, stepMs: DAY_MS };
        const here = await source.readings.buckets(query);
        const there = await openTarget(dual.mirror).readings.buckets(query);
        return { here, different: differentDays(here, there) };
      };
      const compared = await pacing.step(() => dual.mirror.turn(compare), signal);
      const wasWritten = watch.areAll || watch.series.has(seriesName(key.device, key.metric));
      if (compared.different.length === 0 || !wasWritten || attempt === MAX_ATTEMPTS) return compared;
    } finally {
      dual.unwatch(watch);
    }
  }
}

async function seriesOf(...stores: readonly Store[]): Promise<SeriesKey[]> {
  const found = new Map<string, SeriesKey>();
  for (const store of stores)
    for (const { device, metric } of await store.readings.latest())
      found.set(seriesName(device, metric), { device, metric });
  return [...found.values()];
}

/** Of the oldest reading of a series; null where it has none. */
async function firstDay(stores: readonly Store[], { device, metric }: SeriesKey): Promise<number | null> {
  const whole = { ...ALL_READINGS, devices: [device], metrics: [metric], after: null, limit: 1 };
  let firstMs: number | null = null;
  for (const store of stores) {
    const { tsMs } = await store.readings.page({ ...whole, order: "oldest-first" });
    const [ms] = tsMs;
    if (ms !== undefined) firstMs = Math.min(firstMs ?? ms, ms);
  }
  return firstMs === null ? null : Math.floor(firstMs / DAY_MS) * DAY_MS;
}

function differentDays(here: readonly Bucket[], there: readonly Bucket[]): number[] {
  const theirs = new Map(there.map((bucket) => [bucket.t, bucket]));
  const different = new Set<number>();
  for (const bucket of here) {
    const other = theirs.get(bucket.t);
    theirs.delete(bucket.t);
    if (other === undefined || !isEqual(bucket, other)) different.add(bucket.t);
  }
  for (const t of theirs.keys()) different.add(t);
  return [...different];
}

function isEqual(a: Bucket, b: Bucket): boolean {
  const size = Math.max(Math.abs(a.min), Math.abs(a.max));
  return a.n === b.n && a.min === b.min && a.max === b.max && Math.abs(a.avg - b.avg) <= SUM_TOLERANCE * size;
}
