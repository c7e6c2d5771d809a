// Verifies a database: every chunk against its checksum and its head, every rollup against the chunks. It changes nothing.
import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { errorText } from "../../../../shared/error-text.ts";
import { MINUTE_MS } from "../../../../shared/time.ts";
import type { Columns } from "../../codec/chunk-codec.ts";
import { decodeRow } from "../../codec/journal-row.ts";
import { addColumnsToSlots, addToSlot, type Summary, summarize } from "../../codec/summary.ts";
import { ROLLUP_STEPS_MS, type RollupStepMs, SHORTEST_STEP_MS } from "../../common/bucket-parts.ts";
import { type ChunkHead, HEAD_COLUMNS, openChunk, toHead } from "../engine/chunks.ts";
import { migrations } from "../engine/migrations.ts";
import { type Rollup, type RollupStretch, Rollups } from "../engine/rollups.ts";

/** Counts of what was checked. */
export interface CheckTotals {
  chunks: number;
  /** In chunks. */
  readings: number;
  rollups: number;
  journalReadings: number;
  /** Chunks that were damaged before, and kept aside when new readings came. */
  setAside: number;
  /** True when the database is of an older version: only SQLite's own check knows it. */
  isOlder: boolean;
}

/** A message for each damage; null between two steps without one. */
type Findings<T> = Generator<string | null, T>;

interface SeriesRow {
  readonly id: number;
  readonly device: string;
  readonly metric: string;
}

/** A corrupt part of a series: `firstMs <= t <= lastMs`. */
interface Gap {
  readonly firstMs: number;
  lastMs: number;
}

/** Summaries of a series' chunks that are not yet compared with the rollups. */
interface Sealed {
  /** By slots of the shortest length. */
  readonly slots: Map<number, Summary>;
  readonly gaps: Gap[];
}

/** The longest slot: at its start the slots of all lengths begin. */
const LONGEST_MS = Math.max(...ROLLUP_STEPS_MS);

/** Of a series of ten years, not all are in memory at once. */
const SLOTS_AT_ONCE = 4_096;

/** Opens a database read-only. Throws with a message where it is none, or of a newer version. */
export function openToRead(path: string): Database.Database {
  if (!existsSync(path)) throw new Error("there is no such file");
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

/** Checks a database in one snapshot, and returns the counts. A caller that stops iterating must call `return`. */
export function* checkDatabase(db: Database.Database): Findings<CheckTotals> {
  const isOlder = Number(db.pragma("user_version", { simple: true })) < migrations.length;
  const totals = { chunks: 0, readings: 0, rollups: 0, journalReadings: 0, setAside: 0, isOlder };
  db.exec("BEGIN");
  try {
    yield* orUnreadable("The database", checkFile(db));
    if (!isOlder) yield* orUnreadable("The database", checkTables(db, totals));
  } finally {
    db.exec("ROLLBACK");
  }
  return totals;
}

/** Where SQLite cannot read on, that is one more finding. */
function* orUnreadable(what: string, findings: Findings<void>): Findings<void> {
  try {
    yield* findings;
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    yield `${what} cannot be read: ${error.message}`;
  }
}

function* checkFile(db: Database.Database): Findings<void> {
  for (const row of db.prepare<[], string>("PRAGMA integrity_check").pluck().iterate()) {
    if (row !== "ok") yield `SQLite finds: ${row}`;
  }
}

function* checkTables(db: Database.Database, totals: CheckTotals): Findings<void> {
  const series = db.prepare<[], SeriesRow>("SELECT id, device, metric FROM series ORDER BY id").all();
  const statements = prepare(db);
  const rollups = new Rollups(db);
  for (const one of series) {
    yield* orUnreadable(`${one.device}/${one.metric}`, checkSeries(statements, rollups, one, totals));
  }
  yield* checkCounts(statements, totals);
  yield* orUnreadable("The journal", checkJournal(statements, new Set(series.map(({ id }) => id)), totals));
}

function* checkSeries(
  statements: Statements,
  rollups: Rollups,
  { id, device, metric }: SeriesRow,
  totals: CheckTotals,
): Findings<void> {
  const name = `${device}/${metric}`;
  const sealed: Sealed = { slots: new Map(), gaps: [] };
  let before: ChunkHead | null = null;
  let comparedToMs = Number.MIN_SAFE_INTEGER;
  for (const head of headsOf(statements, id)) {
    const slotMs = Math.floor(head.firstMs / LONGEST_MS) * LONGEST_MS;
    if (sealed.slots.size > SLOTS_AT_ONCE && slotMs > comparedToMs) {
      yield* compareRollups(
        name,
        (stepMs) => rollups.read(id, stepMs, comparedToMs, slotMs),
        take(sealed, slotMs),
        totals,
      );
      comparedToMs = slotMs;
    }
    totals.chunks++;
    totals.readings += head.count;
    const where = `${name}, ${head.count} readings from ${iso(head.firstMs)} to ${iso(head.lastMs)}`;
    if (before !== null && head.firstMs <= before.lastMs) yield `${where}: the chunk overlaps the one before it`;
    const columns = openChunk(head, statements.data.get(head.dataId) ?? new Uint8Array());
    if ("reason" in columns) {
      yield `${where}: the chunk cannot be read, ${columns.reason}`;
      addGap(sealed.gaps, head, before);
    } else {
      yield faultOf(where, head, columns);
      addColumnsToSlots(sealed.slots, columns, { originMs: 0, stepMs: SHORTEST_STEP_MS });
    }
    before = head;
  }
  const endMs = Number.MAX_SAFE_INTEGER;
  yield* compareRollups(name, (stepMs) => rollups.read(id, stepMs, comparedToMs, endMs), sealed, totals);
}

/** Removes the summaries before `toMs`, the start of a longest slot, from `sealed`. Gaps stay: they are few. */
function take({ slots, gaps }: Sealed, toMs: number): Sealed {
  const taken = new Map<number, Summary>();
  for (const [slot, summary] of slots) {
    if (slot * SHORTEST_STEP_MS >= toMs) continue;
    taken.set(slot, summary);
    slots.delete(slot);
  }
  return { slots: taken, gaps };
}

function* compareRollups(
  name: string,
  read: (stepMs: RollupStepMs) => RollupStretch[],
  { slots, gaps }: Sealed,
  totals: CheckTotals,
): Findings<void> {
  for (const stepMs of ROLLUP_STEPS_MS) {
    const stretches = read(stepMs);
    for (const { fromMs, toMs, kind } of stretches)
      if (kind === "damaged")
        yield `${name}: the summaries of ${stepMs / MINUTE_MS} min from ${iso(fromMs)} to ${iso(toMs)} cannot be read`;
    const unknown = stretches.filter(({ kind }) => kind !== "stored");
    const stored = stretches.flatMap(({ rollups }) => rollups);
    totals.rollups += stored.length;
    for (const { startMs, fault } of compare(stored, slotsOf(slots, stepMs), stepMs)) {
      // The right summary of a slot is unknown where its readings are.
      if (gaps.some(({ firstMs, lastMs }) => firstMs < startMs + stepMs && lastMs >= startMs)) continue;
      if (unknown.some(({ fromMs, toMs }) => fromMs <= startMs && startMs < toMs)) continue;
      yield `${name}: the summary of ${stepMs / MINUTE_MS} min from ${iso(startMs)} ${fault}`;
    }
    yield null;
  }
}

function faultOf(where: string, head: ChunkHead, { tsMs, values }: Columns): string | null {
  if (tsMs.some((ts, row) => !Number.isSafeInteger(ts) || (row > 0 && ts <= (tsMs[row - 1] ?? 0))))
    return `${where}: its times do not rise`;
  if (!values.every(Number.isFinite)) return `${where}: it holds a value that is no number`;
  const isTrue = tsMs[0] === head.firstMs && tsMs.at(-1) === head.lastMs && values.at(-1) === head.lastValue;
  if (isTrue && agree(summarize({ tsMs, values }), head)) return null;
  return `${where}: what is kept of the chunk is not what is inside`;
}

/** Damaged chunks that follow each other are one gap, however many they are. */
function addGap(gaps: Gap[], { firstMs, lastMs }: ChunkHead, before: ChunkHead | null): void {
  const last = gaps.at(-1);
  if (last !== undefined && last.lastMs === before?.lastMs) last.lastMs = lastMs;
  else gaps.push({ firstMs, lastMs });
}

/** What the slots of `stepMs` must be, given the shortest ones. */
function slotsOf(shortest: ReadonlyMap<number, Summary>, stepMs: number): Map<number, Summary> {
  const slots = new Map<number, Summary>();
  for (const [slot, summary] of shortest) addToSlot(slots, Math.floor((slot * SHORTEST_STEP_MS) / stepMs), summary);
  return slots;
}

function* compare(
  stored: readonly Rollup[],
  due: Map<number, Summary>,
  stepMs: number,
): Generator<{ readonly startMs: number; readonly fault: string }> {
  for (const { startMs, summary } of stored) {
    const expected = due.get(startMs / stepMs);
    due.delete(startMs / stepMs);
    if (expected === undefined) yield { startMs, fault: "has no readings" };
    else if (!agree(expected, summary)) yield { startMs, fault: "is not that of its readings" };
  }
  for (const slot of due.keys()) yield { startMs: slot * stepMs, fault: "is missing" };
}

/** Rows without a series. */
function* checkCounts(statements: Statements, totals: CheckTotals): Findings<void> {
  totals.setAside = statements.setAside.get() ?? 0;
  const counted = statements.counted.get() ?? 0;
  if (counted !== totals.readings) yield `${totals.readings} readings are in chunks, but ${counted} were counted`;
  const data = statements.dataCount.get() ?? 0;
  if (data !== totals.chunks) yield `${totals.chunks} chunks have heads, but ${data} have data`;
  for (const id of statements.unknownSeries.all()) yield `Series ${id} has readings, but no device and metric`;
  for (const [collection, id] of statements.badRecords.all())
    yield `The record ${id} of ${collection} cannot be read: it is no JSON`;
}

function* checkJournal(statements: Statements, series: ReadonlySet<number>, totals: CheckTotals): Findings<void> {
  for (const [id, bytes] of statements.journal.iterate()) {
    try {
      const columns = decodeRow(bytes);
      if (columns === null) {
        yield `Row ${id} of the journal cannot be read: its checksum does not match`;
        continue;
      }
      totals.journalReadings += columns.series.length;
      const isSound = columns.values.every(Number.isFinite) && columns.tsMs.every(Number.isSafeInteger);
      if (!isSound) yield `Row ${id} of the journal: it holds a value or a time that is no number`;
      if (!columns.series.every((one) => series.has(one)))
        yield `Row ${id} of the journal: it names a series that is not there`;
    } catch (error) {
      yield `Row ${id} of the journal cannot be read: ${errorText(error)}`;
    }
  }
}

/** Means are sums of doubles, whose order is free. */
function agree(a: Summary, b: Summary): boolean {
  const size = Math.max(Math.abs(a.min), Math.abs(a.max));
  return a.count === b.count && a.min === b.min && a.max === b.max && Math.abs(a.mean - b.mean) <= 1e-9 * size;
}

function* headsOf({ head: next }: Statements, series: number): Generator<ChunkHead> {
  let head = toHead(next.get(series, Number.MIN_SAFE_INTEGER));
  while (head !== null) {
    yield head;
    head = toHead(next.get(series, head.firstMs + 1));
  }
}

function iso(tsMs: number): string {
  return Number.isFinite(new Date(tsMs).getTime()) ? new Date(tsMs).toISOString() : String(tsMs);
}

type Statements = ReturnType<typeof prepare>;

function prepare(db: Database.Database) {
  return {
    head: db
      .prepare<[series: number, fromMs: number], Parameters<typeof toHead>[0]>(
        `SELECT ${HEAD_COLUMNS} FROM chunk WHERE series = ? AND first >= ? ORDER BY first LIMIT 1`,
      )
      .raw(),
    data: db.prepare<[id: number], Buffer>("SELECT data FROM chunk_data WHERE id = ?").pluck(),
    dataCount: db.prepare<[], number>("SELECT count(*) FROM chunk_data").pluck(),
    counted: db.prepare<[], number>("SELECT readings FROM sealed").pluck(),
    setAside: db
      .prepare<[], number>("SELECT (SELECT count(*) FROM damaged_chunk) + (SELECT count(*) FROM damaged_journal)")
      .pluck(),
    unknownSeries: db
      .prepare<[], number>(
        `SELECT series FROM chunk WHERE series NOT IN (SELECT id FROM series)
         UNION SELECT series FROM rollup WHERE series NOT IN (SELECT id FROM series)`,
      )
      .pluck(),
    badRecords: db
      .prepare<[], [collection: string, id: string]>("SELECT collection, id FROM record WHERE NOT json_valid(text)")
      .raw(),
    journal: db.prepare<[], [id: number, readings: Buffer]>("SELECT id, readings FROM journal").raw(),
  };
}
