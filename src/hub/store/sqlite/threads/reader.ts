// The reader thread: charts, raw rows and exports, so that a slow query never delays an acknowledgement. Each answer is a snapshot:
// chunks, rollups and journal are read in one transaction.
import { setImmediate as nextTurn } from "node:timers/promises";
import Database from "better-sqlite3";
import type { Bucket, Reading } from "../../../../shared/reading.ts";
import type { ExportFormat } from "../../../export/export-format.ts";
import type { NoteColumn } from "../../../export/note-column.ts";
import { Mutex } from "../../../mutex.ts";
import type { AuditFilter } from "../../audit.ts";
import { ColumnMemory } from "../../codec/column-memory.ts";
import { PageBuilder, remainingRange } from "../../common/reading-page.ts";
import type { SeriesMends } from "../../mended.ts";
import type { BucketQuery, PageQuery, ReadingPage, ReadingSelection } from "../../readings.ts";
import type { Damage } from "../engine/chunks.ts";
import { History } from "../engine/history.ts";
import { JournalFollower } from "../engine/journal.ts";
import type { MemTable } from "../engine/mem-table.ts";
import { MergedRows, type SeriesRange } from "../engine/ordered-rows.ts";
import { Rollups } from "../engine/rollups.ts";
import { BucketReader } from "../queries/buckets.ts";
import { ExportJob, type ExportPlace, type ExportStep } from "../queries/export.ts";
import type { Series } from "../queries/series-table.ts";
import { openSources, type Sources } from "../queries/sources.ts";
import { type PageRow, TimePage } from "../queries/time-page.ts";
import { warmUp } from "./warm-up.ts";
import { answerCalls, moving, notify } from "./worker-port.ts";
import { yieldToOthers } from "./yield-to-others.ts";

export interface WantedFile {
  /** Identifies the export. */
  readonly file: number;
  readonly selection: ReadingSelection;
  readonly format: ExportFormat;
  readonly mends: readonly SeriesMends[];
}

export interface ExportStepQuery extends WantedFile {
  /** Null for the first piece, then that of the last answer. */
  readonly next: ExportPlace | null;
  /** Memory to reuse for the piece. */
  readonly buffer: ArrayBuffer | null;
}

export interface AuditQuery {
  readonly limit: number;
  readonly beforeId: number;
  readonly filter: AuditFilter;
}

const NICENESS = 5;
/** 8 MB. */
const CACHED_READINGS = 524_288;
/** Up to this many selected series a page merges all of them; beyond, it finds those with readings in the page. */
const MAX_MERGED_SERIES = 2_000;
/** A page that takes longer is read again, in steps. */
const QUICK_PAGE_MS = 40;
const STEP_MS = 15;

class Reader {
  readonly #db: Database.Database;
  readonly #memory = new ColumnMemory();
  readonly #sources: Sources;
  readonly #rollups: Rollups;
  readonly #journal: JournalFollower;
  readonly #statements: ReturnType<typeof prepare>;
  /** The files under way: each is ended by its requester. */
  readonly #exports = new Map<number, ExportJob>();
  /** Of the files that wait for their turn. */
  readonly #notes = new Map<number, NoteColumn>();
  /** Each has the journal in memory once more. */
  readonly #slowPages = new Mutex();

  constructor(path: string) {
    this.#db = new Database(path, { readonly: true });
    this.#sources = openSources(this.#db, {
      cachedReadings: CACHED_READINGS,
      memory: this.#memory,
      onDamage: notifyDamage,
    });
    this.#rollups = new Rollups(this.#db);
    this.#journal = new JournalFollower(this.#db, notifyDamagedRow);
    this.#statements = prepare(this.#db);
  }

  /** JSON of each record of a collection, in the order in which they were first saved. */
  records(collection: string): string[] {
    return this.#statements.records.all(collection);
  }

  /** Everything beside readings and the audit log, in one snapshot. */
  metadata(): Readonly<Record<"records" | "attributes" | "settings", unknown[]>> {
    const { allRecords, allAttributes, settings } = this.#statements;
    return this.#db.transaction(() => ({
      records: allRecords.all(),
      attributes: allAttributes.all(),
      settings: settings.all(),
    }))();
  }

  attributes(): unknown[] {
    return this.#statements.attributes.all();
  }

  settings(): unknown[] {
    return this.#statements.settings.all();
  }

  /** Newest first. */
  audit({ beforeId, limit, filter }: AuditQuery): unknown[] {
    const { actor = null, action = null, subject = null, outcome = null, fromMs = null, toMs = null } = filter;
    return this.#statements.audit.all({ beforeId, limit, actor, action, subject, outcome, fromMs, toMs });
  }

  /** In the order in which the series first appeared. */
  latest(): Reading[] {
    return this.#inSnapshot(() => {
      const { table, chunks } = this.#sources;
      const tail = this.#journal.follow();
      const readings: Reading[] = [];
      for (const { id, device, metric } of table.all()) {
        const chunk = chunks.last(id);
        const newest = tail.newest(id);
        if (newest !== null && newest.tsMs >= (chunk?.lastMs ?? newest.tsMs))
          readings.push({ device, metric, ...newest });
        else if (chunk !== null) readings.push({ device, metric, tsMs: chunk.lastMs, value: chunk.lastValue });
      }
      return readings;
    });
  }

  buckets(query: BucketQuery): Bucket[] {
    return this.#inSnapshot(() => {
      const id = this.#sources.table.idOf(query.device, query.metric);
      if (id === null) return [];
      return new BucketReader(this.#history(this.#journal.follow()), this.#rollups).read(id, query);
    });
  }

  /** Stateless between calls: the end of the last page is the only input. */
  page(query: PageQuery): ReadingPage | Promise<ReadingPage> {
    const page = this.#inSnapshot(() => {
      const tail = this.#journal.follow();
      const history = this.#history(tail);
      const series = this.#sources.table.few(query, MAX_MERGED_SERIES);
      if (series !== null) return toPage(mergedRows(series, history, query), query.limit);
      const steps = new TimePage({ ...this.#sources, tail, history }, query).rows(query.limit + 1);
      const rows = resultWithin(QUICK_PAGE_MS, steps);
      steps.return([]);
      return rows === null ? null : toPage(rows, query.limit);
    });
    if (page !== null) return page;
    return this.#slowPages.runExclusive(() => this.#slowPage(query));
  }

  /** A page that takes long is a snapshot, too: other queries are answered meanwhile, on another connection. */
  async #slowPage(query: PageQuery): Promise<ReadingPage> {
    const db = new Database(this.#db.name, { readonly: true });
    try {
      db.exec("BEGIN");
      const sources = openSources(db, { cachedReadings: 0, onDamage: notifyDamage });
      const tail = new JournalFollower(db, notifyDamagedRow).follow();
      const history = new History(sources.chunks, tail);
      const steps = new TimePage({ ...sources, tail, history }, query).rows(query.limit + 1);
      for (;;) {
        const rows = resultWithin(STEP_MS, steps);
        if (rows !== null) return toPage(rows, query.limit);
        await nextTurn();
      }
    } finally {
      db.close();
    }
  }

  exportStep({ file, selection, format, mends, next, buffer }: ExportStepQuery): ExportStep {
    return this.#inSnapshot(() => {
      const tail = this.#journal.follow();
      const start = next ?? this.#startOf(selection, tail);
      const notes = this.#notes.get(file) ?? null;
      const underWay =
        this.#exports.get(file) ?? new ExportJob({ ...this.#sources, selection, format, mends, start, notes });
      this.#exports.set(file, underWay);
      const piece = underWay.step(tail, buffer);
      if (piece.next === null) this.endExport(file);
      return moving(piece, [piece.bytes.buffer]);
    });
  }

  /** Discards what can be read again of an export. */
  pauseExport(file: number): void {
    const notes = this.#exports.get(file)?.notes ?? null;
    if (notes !== null) this.#notes.set(file, notes);
    this.#exports.delete(file);
  }

  /** Discards an export. */
  endExport(file: number): void {
    this.#exports.delete(file);
    this.#notes.delete(file);
  }

  #inSnapshot<T>(read: () => T): T {
    // Nothing of the last answer is left in use.
    this.#memory.release();
    return this.#db.transaction(read)();
  }

  #history(tail: MemTable): History {
    return new History(this.#sources.chunks, tail);
  }

  #startOf({ fromMs, toMs }: ReadingSelection, tail: MemTable): ExportPlace {
    const { table, chunkTimes } = this.#sources;
    const sealedMs = chunkTimes.firstMs ?? toMs;
    const firstMs = tail.rows.tsMs.reduce((first, tsMs) => Math.min(first, tsMs), sealedMs);
    const startMs = Math.max(fromMs, Math.min(firstMs, toMs));
    return { lastSeriesId: table.lastId, header: 0, fromMs: startMs, series: 0, hasRows: false };
  }
}

/** Runs steps until the time is up; null where some are left. */
function resultWithin<T>(ms: number, steps: Iterator<void, T>): T | null {
  const endMs = performance.now() + ms;
  do {
    const step = steps.next();
    if (step.done === true) return step.value;
  } while (performance.now() < endMs);
  return null;
}

function notifyDamage(damage: Damage): void {
  notify({ kind: "damaged-chunk", ...damage });
}

function notifyDamagedRow(rowId: number): void {
  notify({ kind: "damaged-journal-row", rowId });
}

function* mergedRows(series: readonly Series[], history: History, query: PageQuery): Generator<PageRow> {
  const ranges = series.map((one): SeriesRange => ({ series: one.id, ...remainingRange(one, query) }));
  const rows = new MergedRows(history, ranges, query.order);
  while (rows.next()) {
    const one = series[rows.index];
    if (one !== undefined) yield { series: one, tsMs: rows.tsMs, value: rows.value };
  }
}

/** At most `limit` rows. */
function toPage(rows: Iterable<PageRow>, limit: number): ReadingPage {
  const page = new PageBuilder(limit);
  for (const { series, tsMs, value } of rows) if (!page.add(series.id, series, tsMs, value)) break;
  return page.build();
}

function prepare(db: Database.Database) {
  return {
    records: db
      .prepare<[collection: string], string>("SELECT text FROM record WHERE collection = ? ORDER BY number")
      .pluck(),
    attributes: db.prepare<[], unknown>("SELECT device, name, text FROM attribute ORDER BY changed_at, device, name"),
    settings: db.prepare<[], unknown>("SELECT name, value FROM setting"),
    allRecords: db.prepare<[], unknown>("SELECT collection, id, device, text FROM record ORDER BY number"),
    allAttributes: db.prepare<[], unknown>(
      "SELECT device, name, text, changed_at AS changedAtMs FROM attribute ORDER BY device, name",
    ),
    // An action that ends with a dot stands for all that begin with it.
    audit: db.prepare<[Readonly<Record<string, number | string | null>>], unknown>(`
      SELECT id, at AS atMs, actor, action, subject, details FROM audit
      WHERE id < @beforeId
        AND (@actor IS NULL OR actor = @actor)
        AND (@action IS NULL OR action = @action
          OR (substr(@action, -1) = '.' AND substr(action, 1, length(@action)) = @action))
        AND (@subject IS NULL OR subject = @subject)
        AND (@outcome IS NULL OR details ->> 'outcome' = @outcome)
        AND (@fromMs IS NULL OR at >= @fromMs)
        AND (@toMs IS NULL OR at < @toMs)
      ORDER BY id DESC LIMIT @limit`),
  };
}

let reader: Reader | undefined;

function open(): Reader {
  if (reader === undefined) throw new Error("the store is not open");
  return reader;
}

const methods = {
  open(path: string): void {
    yieldToOthers(NICENESS);
    reader = new Reader(path);
    // Tests open hundreds of stores for a moment each, and need no first chart.
    if (process.env["BRAMBLE_WARM_UP"] !== "off") void warmUp();
  },
  records: (collection: string): string[] => open().records(collection),
  metadata: (_: null) => open().metadata(),
  attributes: (_: null): unknown[] => open().attributes(),
  settings: (_: null): unknown[] => open().settings(),
  audit: (query: AuditQuery): unknown[] => open().audit(query),
  latest: (_: null): Reading[] => open().latest(),
  buckets: (query: BucketQuery): Bucket[] => open().buckets(query),
  page: (query: PageQuery): ReadingPage | Promise<ReadingPage> => open().page(query),
  exportStep: (query: ExportStepQuery): ExportStep => open().exportStep(query),
  pauseExport: (file: number): void => open().pauseExport(file),
  endExport: (file: number): void => open().endExport(file),
};
export type ReaderMethods = typeof methods;

answerCalls(methods);
