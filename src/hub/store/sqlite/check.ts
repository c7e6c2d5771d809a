// Verifies a database: every chunk against its checksum and its head, every rollup against the chunks. It changes nothing.
import Database from "better-sqlite3";
import { batchColumns } from "./batch.ts";
import type { Columns } from "./chunk-codec.ts";
import { type ChunkHead, HEAD_COLUMNS, openChunk, toHead } from "./chunks.ts";
import { lowerBound } from "./columns.ts";
import { migrations } from "./migrations.ts";
import { ROLLUP_STEPS_MS, Rollups } from "./rollups.ts";
import { combine, type Summary, summarize } from "./summary.ts";

/** What was looked at. */
export interface CheckTotals {
  chunks: number;
  /** In chunks. */
  readings: number;
  rollups: number;
  journalReadings: number;
  /** Chunks that were damaged before, and kept aside when new readings came. */
  setAside: number;
}

interface SeriesRow {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
}

/** Opens a database to look at it only. Throws in words where it is none, or of a newer version. */
export function openToRead(path: string): Database.Database {
  const db = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const version = Number(db.pragma("user_version", { simple: true }));
    const isOurs = db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'series'").pluck().get() === 1;
    if (!isOurs || version === 0) throw new Error("it is no database of Bramble");
    if (version > migrations.length) throw new Error("it was written by a newer version of Bramble");
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Yields what is wrong, in words, as of one moment; returns what was looked at. */
export function* checkDatabase(db: Database.Database): Generator<string, CheckTotals> {
  const totals = { chunks: 0, readings: 0, rollups: 0, journalReadings: 0, setAside: 0 };
  for (const row of db.prepare<[], string>("PRAGMA integrity_check").pluck().all()) {
    if (row !== "ok") yield `SQLite finds: ${row}`;
  }
  // A database of the first version has none of what follows.
  if (Number(db.pragma("user_version", { simple: true })) < migrations.length) return totals;
  db.exec("BEGIN");
  try {
    const series = db.prepare<[], SeriesRow>("SELECT id, device, metric FROM series ORDER BY id").all();
    for (const one of series) yield* checkSeries(db, one, totals);
    yield* checkRest(db, new Set(series.map(({ id }) => id)), totals);
  } finally {
    db.exec("ROLLBACK");
  }
  return totals;
}

function* checkSeries(db: Database.Database, series: SeriesRow, totals: CheckTotals): Generator<string> {
  const [hourMs] = ROLLUP_STEPS_MS;
  const hours = new Map<number, Summary>();
  const unknownHours = new Set<number>();
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const head of headsOf(db, series.id)) {
    totals.chunks++;
    totals.readings += head.count;
    const where = `${series.device}/${series.metric}, ${head.count} readings from ${iso(head.firstMs)} to ${iso(head.lastMs)}`;
    if (head.firstMs <= lastMs) yield `${where}: the chunk overlaps the one before it`;
    lastMs = head.lastMs;
    const columns = openChunk(head, dataOf(db, head));
    if ("reason" in columns) {
      yield `${where}: the chunk cannot be read, ${columns.reason}`;
      for (let slot = Math.floor(head.firstMs / hourMs); slot <= Math.floor(head.lastMs / hourMs); slot++) {
        unknownHours.add(slot);
      }
      continue;
    }
    const fault = headFault(head, columns);
    if (fault !== null) yield `${where}: ${fault}`;
    addHours(columns, hours, hourMs);
  }
  yield* checkRollups(db, series, hours, unknownHours, totals);
}

function* checkRollups(
  db: Database.Database,
  { id, device, metric }: SeriesRow,
  hours: ReadonlyMap<number, Summary>,
  unknownHours: ReadonlySet<number>,
  totals: CheckTotals,
): Generator<string> {
  const rollups = new Rollups(db);
  for (const stepMs of ROLLUP_STEPS_MS) {
    const hoursEach = stepMs / ROLLUP_STEPS_MS[0];
    const expected = new Map<number, Summary>();
    for (const [hour, summary] of hours) {
      const slot = Math.floor(hour / hoursEach);
      const known = expected.get(slot);
      expected.set(slot, known === undefined ? summary : combine(known, summary));
    }
    const unknown = new Set(Array.from(unknownHours, (hour) => Math.floor(hour / hoursEach)));
    for (const { startMs, summary } of rollups.read(id, stepMs, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) {
      totals.rollups++;
      const slot = startMs / stepMs;
      const due = expected.get(slot);
      expected.delete(slot);
      if (unknown.has(slot)) continue;
      if (due === undefined || !agree(due, summary)) {
        yield `${device}/${metric}: the summary of ${hoursEach} h from ${iso(startMs)} is not that of its readings`;
      }
    }
    for (const slot of expected.keys()) {
      if (!unknown.has(slot))
        yield `${device}/${metric}: the summary of ${hoursEach} h from ${iso(slot * stepMs)} is missing`;
    }
  }
}

function* checkRest(db: Database.Database, series: ReadonlySet<number>, totals: CheckTotals): Generator<string> {
  const counted = db.prepare<[], number>("SELECT readings FROM sealed").pluck().get() ?? 0;
  if (counted !== totals.readings) yield `${totals.readings} readings are in chunks, but ${counted} were counted`;
  const data = db.prepare<[], number>("SELECT count(*) FROM chunk_data").pluck().get() ?? 0;
  if (data !== totals.chunks) yield `${totals.chunks} chunks have heads, but ${data} have data`;
  totals.setAside = db.prepare<[], number>("SELECT count(*) FROM damaged_chunk").pluck().get() ?? 0;
  for (const [id, bytes] of db.prepare<[], [number, Buffer]>("SELECT id, readings FROM journal").raw().iterate()) {
    const fault = journalFault(bytes, series);
    if (fault !== null) yield `Row ${id} of the journal: ${fault}`;
    totals.journalReadings += Math.floor(bytes.length / 20);
  }
}

function journalFault(bytes: Uint8Array, series: ReadonlySet<number>): string | null {
  try {
    const columns = batchColumns(bytes);
    if (!columns.series.every((id) => series.has(id))) return "it names a series that is not there";
    return columns.values.every(Number.isFinite) && columns.tsMs.every(Number.isSafeInteger)
      ? null
      : "it holds a value or a time that is no number";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function headFault(head: ChunkHead, columns: Columns): string | null {
  const { tsMs, values } = columns;
  if (tsMs.some((ts, row) => row > 0 && ts <= (tsMs[row - 1] ?? 0))) return "its times do not rise";
  const sound = tsMs[0] === head.firstMs && tsMs.at(-1) === head.lastMs && values.at(-1) === head.lastValue;
  return sound && agree(summarize(columns), head) ? null : "what is kept of the chunk is not what is inside";
}

function addHours(columns: Columns, hours: Map<number, Summary>, hourMs: number): void {
  const { tsMs } = columns;
  for (let start = 0; start < tsMs.length; ) {
    const hour = Math.floor((tsMs[start] ?? 0) / hourMs);
    const end = lowerBound(tsMs, (hour + 1) * hourMs);
    const summary = summarize(columns, start, end);
    const known = hours.get(hour);
    hours.set(hour, known === undefined ? summary : combine(known, summary));
    start = end;
  }
}

/** Means are sums of doubles, whose order is free. */
function agree(a: Summary, b: Summary): boolean {
  const size = Math.max(Math.abs(a.min), Math.abs(a.max));
  return a.count === b.count && a.min === b.min && a.max === b.max && Math.abs(a.mean - b.mean) <= 1e-9 * size;
}

function* headsOf(db: Database.Database, series: number): Generator<ChunkHead> {
  const next = db
    .prepare<[number, number], Parameters<typeof toHead>[0]>(
      `SELECT ${HEAD_COLUMNS} FROM chunk WHERE series = ? AND first > ? ORDER BY first LIMIT 1`,
    )
    .raw();
  for (
    let head = toHead(next.get(series, Number.MIN_SAFE_INTEGER));
    head !== null;
    head = toHead(next.get(series, head.firstMs))
  ) {
    yield head;
  }
}

function dataOf(db: Database.Database, { dataId }: ChunkHead): Uint8Array {
  const data = db.prepare<[number], Buffer>("SELECT data FROM chunk_data WHERE id = ?").pluck();
  return data.get(dataId) ?? new Uint8Array();
}

function iso(tsMs: number): string {
  return Number.isFinite(new Date(tsMs).getTime()) ? new Date(tsMs).toISOString() : String(tsMs);
}
