// The port to the readings. When a promise of a write resolves, the data is on disk. Series are named by device and metric; the ids
// of an adapter never leave it.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { Bucket, IncomingAttribute, IncomingReading, Reading, SeriesKey } from "../../shared/reading.ts";
import type { ExportFormat } from "../export/export-format.ts";
import type { BucketGrid } from "./bucket-grid.ts";
import type { Columns } from "./codec/chunk-codec.ts";
import type { SeriesMends, TimeRange } from "./mended.ts";

export interface ReadingStore {
  /**
   * Stores one message, all of it or nothing, and resolves once it is on disk: with the time of each reading in
   * milliseconds UTC, in their order. A reading without a time gets `receivedAtMs`, moved on by 1 ms while that very
   * time is taken in its series. The same device, metric and time again replaces the value: of two messages the one that
   * was handed in later wins, unless the earlier one alone is `isOfFlood`.
   * Rejects with `BrambleError("store-failed")`; nothing of the message is stored then.
   */
  append(message: AppendMessage): Promise<Float64Array>;
  /** The newest reading of every series, in the order in which the series first appeared. */
  latest(): Promise<Reading[]>;
  /** A chart's buckets, oldest first; empty ones are left out. */
  buckets(query: BucketQuery): Promise<Bucket[]>;
  /** One page of rows in order of time, then device, then metric; `query.after` continues behind the end of a page. */
  page(query: PageQuery): Promise<ReadingPage>;
  /**
   * The finest grid of at most `points` buckets for `fromMs <= t < toMs` that this store answers fast: its long buckets are made of
   * stored summaries.
   */
  bucketGrid(fromMs: number, toMs: number, points: number): BucketGrid;
  /**
   * A file of readings in pieces that end with whole rows, oldest reading first: CSV (RFC 4180) or JSON. What is stored while
   * the file is being read may or may not be in it. `mends` are applied.
   */
  export(selection: ReadingSelection, format: ExportFormat, mends?: readonly SeriesMends[]): AsyncIterable<ExportPiece>;
  /**
   * Copies the readings of these metrics of `device` to `into`, each at its own time; where `into` has one of the metric at
   * that time, or gets one meanwhile, its own stays. Resolves once all is on disk. After a failure or a crash some are
   * copied; copying again completes it. Readings of `device` that arrive meanwhile may be left out.
   */
  copy(device: DeviceId, metrics: readonly MetricName[], into: DeviceId): Promise<void>;
  /** Removes readings for ever; resolves when they are gone. Readings that arrive meanwhile may stay. */
  remove(selection: ReadingSelection): Promise<void>;
  /**
   * Replaces all readings of these series in a range by others in that range; a series without others keeps its own. Resolves once
   * all is on disk. Nothing else may be written to the range meanwhile. After a failure or a crash some are replaced, or removed:
   * replacing again completes it. Undefined where the store has no faster way than to append.
   */
  readonly replace?: (range: TimeRange, readings: readonly SeriesColumns[]) => Promise<void>;
}

/** Readings of one series. */
export interface SeriesColumns extends SeriesKey {
  readonly columns: Columns;
}

export interface AppendMessage {
  readonly readings: readonly IncomingReading[];
  readonly attributes: readonly IncomingAttribute[];
  readonly receivedAtMs: number;
  /** It comes from a connection with much in flight: messages of others may be stored before it. */
  readonly isOfFlood?: boolean;
}

/** Any grid is allowed, one of `bucketGrid` is fast. A bucket that begins before `fromMs` is cut, and begins there. */
export interface BucketQuery extends SeriesKey, BucketGrid {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Owned by the caller. */
export interface ExportPiece {
  readonly bytes: Uint8Array;
  /** Returns the memory of `bytes`, which must not be read afterwards. Calling it is optional, and saves memory. */
  release(): void;
}

export interface ReadingSelection {
  /** Null means all of them. */
  readonly devices: readonly DeviceId[] | null;
  readonly metrics: readonly MetricName[] | null;
  /** Half-open: `fromMs <= t < toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface PageQuery extends ReadingSelection {
  readonly order: "oldest-first" | "newest-first";
  readonly after: ReadingPosition | null;
  /** Rows in the page at most. */
  readonly limit: number;
}

/** A row's place in the order of a page: the series breaks ties of time. */
export interface ReadingPosition {
  readonly tsMs: number;
  readonly device: string;
  readonly metric: string;
}

/** Rows as columns: row `i` is `series[seriesIndex[i]]` at `tsMs[i]` with `values[i]`. */
export interface ReadingPage {
  readonly series: readonly SeriesKey[];
  readonly seriesIndex: Uint32Array;
  readonly tsMs: Float64Array;
  readonly values: Float64Array;
  /** True when rows may follow. A page with fewer rows than its limit can have more behind it, where many rows are hidden. */
  readonly more: boolean;
  /** Where it ends, if not with its last row. */
  readonly end?: ReadingPosition;
}

/** The rows of a page, in its order. */
export function rowsOf(page: ReadingPage): Reading[] {
  return Array.from(page.tsMs, (_, row) => readingAt(page, row));
}

export function readingAt(page: ReadingPage, row: number): Reading {
  const { device, metric } = seriesAt(page, row);
  return { device, metric, tsMs: page.tsMs[row] ?? 0, value: page.values[row] ?? 0 };
}

export function seriesAt({ series, seriesIndex }: ReadingPage, row: number): SeriesKey {
  const key = series[seriesIndex[row] ?? -1];
  if (key === undefined) throw new Error("a row of a page has no series");
  return key;
}

/** Where a page ends; null when nothing is in it. */
export function endOf(page: ReadingPage): ReadingPosition | null {
  if (page.end !== undefined) return page.end;
  const index = page.tsMs.length - 1;
  const series = page.series[page.seriesIndex[index] ?? -1];
  const tsMs = page.tsMs[index];
  return series === undefined || tsMs === undefined ? null : { tsMs, ...series };
}

/** The newest reading of a series in a time; null where it has none. */
export async function newestOf(
  readings: Pick<ReadingStore, "page">,
  { device, metric }: SeriesKey,
  { fromMs, toMs }: TimeRange = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER },
): Promise<Reading | null> {
  const series = { devices: [device], metrics: [metric], fromMs, toMs };
  let after: ReadingPosition | null = null;
  do {
    const page: ReadingPage = await readings.page({ ...series, order: "newest-first", after, limit: 1 });
    const [newest] = rowsOf(page);
    if (newest !== undefined) return newest;
    after = page.more ? endOf(page) : null;
  } while (after !== null);
  return null;
}
