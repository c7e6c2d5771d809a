// Looks up which readings are stored already, by the store's port alone. A page begins at the first reading that is not looked up
// yet, so that a file with a reading an hour does not read the seconds between them.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { Reading } from "../../shared/reading.ts";
import { endOf, type ReadingStore, rowsOf } from "../store/readings.ts";

/** Devices times metrics in one query: the store merges so many fast. */
const MAX_SERIES_PER_QUERY = 1_000;
const MIN_ROWS_PER_PAGE = 64;

/** Of each reading the stored value at its series and time; undefined where there is none. */
export async function storedValues(
  store: Pick<ReadingStore, "page">,
  readings: readonly Reading[],
): Promise<ReadonlyMap<Reading, number>> {
  const values = new Map<Reading, number>();
  for (const group of inQuestions(readings)) await lookUp(store, group, values);
  return values;
}

function inQuestions(readings: readonly Reading[]): (readonly Reading[])[] {
  const devices = new Set(readings.map(({ device }) => device)).size;
  const metrics = new Set(readings.map(({ metric }) => metric)).size;
  if (devices * metrics <= MAX_SERIES_PER_QUERY) return readings.length === 0 ? [] : [readings];
  return [...Map.groupBy(readings, ({ device }) => device).values()];
}

async function lookUp(
  store: Pick<ReadingStore, "page">,
  readings: readonly Reading[],
  values: Map<Reading, number>,
): Promise<void> {
  const devices = [...new Set<DeviceId>(readings.map(({ device }) => device))];
  const metrics = [...new Set<MetricName>(readings.map(({ metric }) => metric))];
  const wanted = Map.groupBy(readings, ({ device, metric, tsMs }) => keyOf(device, metric, tsMs));
  const times = [...new Set(readings.map(({ tsMs }) => tsMs))].sort((a, b) => a - b);
  const last = times.at(-1) ?? 0;
  // A page holds all series at one time, so that each page makes progress.
  const leastRows = devices.length * metrics.length + MIN_ROWS_PER_PAGE;
  let limit = leastRows + readings.length;
  let next = 0;
  for (;;) {
    const fromMs = times[next];
    if (fromMs === undefined) return;
    const selection = { devices, metrics, fromMs, toMs: last + 1 };
    const page = await store.page({ ...selection, order: "oldest-first", after: null, limit });
    let found = 0;
    for (const { device, metric, tsMs, value } of rowsOf(page)) {
      for (const reading of wanted.get(keyOf(device, metric, tsMs)) ?? []) {
        values.set(reading, value);
        found++;
      }
    }
    const reachedMs = endOf(page)?.tsMs;
    if (!page.more || reachedMs === undefined) return;
    // Few of the rows were wanted, so the readings lie far apart.
    if (found * 4 < page.tsMs.length) limit = leastRows;
    while ((times[next] ?? Number.POSITIVE_INFINITY) < reachedMs) next++;
  }
}

function keyOf(device: string, metric: string, tsMs: number): string {
  return `${tsMs} ${device} ${metric}`;
}
