// Reads rows and chunks together. Rows are queried first, then chunks: readings that are compacted between the two queries are in
// both, never in neither. Where both have a reading at one time, the row's value is newer.
import type { Columns } from "../../codec/chunk-codec.ts";
import { lowerBound, mergeColumns, NO_READINGS, sliceByTime, sliceRows } from "../../codec/columns.ts";
import type { Connection, Order, Row, SeriesRange } from "../dialect.ts";
import { type Chunk, openChunk, toChunk } from "../history/chunk-row.ts";
import { toColumns, toNumber } from "../values.ts";

/** The next readings of a range, in order of time whatever the order of the query. */
export interface NextReadings {
  readonly columns: Columns;
  /**
   * Of the range all readings before this time are known, newest-first all from this time on; null where that is the whole range.
   */
  readonly knownToMs: number | null;
}

const ROWS_PER_QUERY = 8_192;

export class RowReader {
  readonly #onDamage: (message: string) => void;
  readonly #damaged = new Set<string>();

  /** `onDamage` is called once for each chunk that cannot be decoded: its readings are missing from every answer. */
  constructor(onDamage: (message: string) => void) {
    this.#onDamage = onDamage;
  }

  get damagedChunks(): number {
    return this.#damaged.size;
  }

  /** The next readings of each range, up to its limit. */
  async next(connection: Connection, ranges: readonly SeriesRange[], order: Order): Promise<NextReadings[]> {
    const rows = byPlace(await connection.rows(ranges, order), ranges.length);
    const known = ranges.map((range, place) => knownRange(range, rows[place] ?? [], order));
    const chunks: (Chunk | null)[] = ranges.map(() => null);
    for (const [place, ...columns] of await connection.chunks(known, order))
      chunks[toNumber(place) - 1] = toChunk(columns);
    const opened = new Map<string, Columns>();
    return ranges.map((range, place) => {
      const found = toColumns(rows[place] ?? []);
      const ofRange = known[place] ?? range;
      const chunk = this.#openOnce(opened, range.id, chunks[place]);
      return foremost(joined(range, ofRange, ascending(found, order), chunk, order), range.limit, order);
    });
  }

  /** All readings of ranges that do not overlap, in pages; those of one range are in order of time. */
  async *all(connection: Connection, ranges: readonly Omit<SeriesRange, "limit">[]): AsyncGenerator<Columns> {
    let remaining = ranges.map((range): SeriesRange => ({ ...range, limit: ROWS_PER_QUERY }));
    while (remaining.length > 0) {
      const found = await this.next(connection, remaining, "oldest-first");
      for (const { columns } of found) if (columns.tsMs.length > 0) yield columns;
      remaining = remaining.flatMap((range, place) => {
        const fromMs = found[place]?.knownToMs ?? null;
        return fromMs === null ? [] : { ...range, fromMs };
      });
    }
  }

  /** The readings of a chunk; null where it is damaged. */
  open(id: number, chunk: Chunk): Columns | null {
    const columns = openChunk(chunk);
    if (!("reason" in columns)) return columns;
    const key = `${id}:${chunk.firstMs}:${chunk.checksum}`;
    if (!this.#damaged.has(key)) {
      const from = new Date(chunk.firstMs).toISOString();
      this.#onDamage(`A chunk of ${chunk.readings} old readings from ${from} is damaged: ${columns.reason}.`);
    }
    this.#damaged.add(key);
    return null;
  }

  #openOnce(opened: Map<string, Columns>, id: number, chunk: Chunk | null | undefined): Opened | null {
    if (chunk === null || chunk === undefined) return null;
    const key = `${id}:${chunk.firstMs}`;
    const columns = opened.get(key) ?? this.open(id, chunk) ?? NO_READINGS;
    opened.set(key, columns);
    return { chunk, columns };
  }
}

interface Opened {
  readonly chunk: Chunk;
  readonly columns: Columns;
}

function byPlace(rows: readonly Row[], places: number): Row[][] {
  const found: Row[][] = Array.from({ length: places }, () => []);
  for (const [place, ...columns] of rows) found[toNumber(place) - 1]?.push(columns);
  return found;
}

/** The part of a range whose rows are known: all, or up to the last one where there may be more. */
function knownRange(range: SeriesRange, rows: readonly Row[], order: Order): SeriesRange {
  const last = rows.at(-1);
  if (last === undefined || rows.length < range.limit) return range;
  const lastMs = toNumber(last[0]);
  return order === "oldest-first" ? { ...range, toMs: lastMs + 1 } : { ...range, fromMs: lastMs };
}

function ascending(columns: Columns, order: Order): Columns {
  if (order === "newest-first") for (const column of [columns.tsMs, columns.values]) column.reverse();
  return columns;
}

/** `rows` are all rows in `known`; `opened` is the first chunk there; later chunks are unknown. */
function joined(
  range: SeriesRange,
  known: SeriesRange,
  rows: Columns,
  opened: Opened | null,
  order: Order,
): NextReadings {
  let { fromMs, toMs } = known;
  if (opened !== null && order === "oldest-first") toMs = Math.min(toMs, opened.chunk.lastMs + 1);
  if (opened !== null && order === "newest-first") fromMs = Math.max(fromMs, opened.chunk.firstMs);
  const columns =
    opened === null ? rows : mergeColumns(sliceByTime(opened.columns, fromMs, toMs), sliceByTime(rows, fromMs, toMs));
  if (order === "oldest-first") return { columns, knownToMs: toMs < range.toMs ? toMs : null };
  return { columns, knownToMs: fromMs > range.fromMs ? fromMs : null };
}

/** The first `limit` readings: a chunk has more than a page of many series needs. */
function foremost(next: NextReadings, limit: number, order: Order): NextReadings {
  const { columns } = next;
  const count = columns.tsMs.length;
  if (count <= limit) return next;
  if (order === "oldest-first")
    return { columns: sliceRows(columns, 0, limit), knownToMs: columns.tsMs[limit] ?? null };
  return { columns: sliceRows(columns, count - limit, count), knownToMs: columns.tsMs[count - limit] ?? null };
}

/** The columns without the rows whose times are among `tsMs`; both are in order of time. */
export function without(columns: Columns, tsMs: Float64Array): Columns {
  const isKept = (ms: number) => tsMs[lowerBound(tsMs, ms)] !== ms;
  return {
    tsMs: columns.tsMs.filter(isKept),
    values: columns.values.filter((_, row) => isKept(columns.tsMs[row] ?? 0)),
  };
}
