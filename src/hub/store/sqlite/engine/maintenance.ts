// Maintenance of the store between commits: seals the journal, removes expired readings, returns free pages to the disk.
// It works in slices, each a transaction of its own; work that a crash interrupts is done again.
import type Database from "better-sqlite3";
import { sliceByTime } from "../../codec/columns.ts";
import type { Journal } from "./journal.ts";
import type { MemTable } from "./mem-table.ts";
import type { MemTables } from "./mem-tables.ts";
import type { Sealer } from "./sealer.ts";
import { Slices } from "./slices.ts";

/** Readings to remove: of one series, with `fromMs <= t < toMs`. */
export interface Removal {
  readonly series: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** A series whose readings are copied to another. */
export interface SeriesPair {
  readonly from: number;
  readonly into: number;
}

export interface MaintenanceOptions {
  readonly db: Database.Database;
  readonly journal: Journal;
  readonly memTables: MemTables;
  readonly sealer: Sealer;
  /** A series has more readings than its own messages brought. */
  readonly onCopied: (series: number) => void;
}

/** How long a slice may hold up a commit. */
const SLICE_MS = 4;
const FREED_PAGES_PER_SLICE = 512;
/** Free pages are returned to the disk above both limits; the journal reuses the others. */
const FREE_PAGES = { most: 2_048, share: 0.1 };

export class Maintenance {
  readonly #options: MaintenanceOptions;
  readonly #slices = new Slices();
  #sealing: Promise<void> | null = null;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  get isSealing(): boolean {
    return this.#sealing !== null;
  }

  /** Resolves when every reading that is in the journal now is sealed. */
  async seal(): Promise<void> {
    // A sealing under way does not have the latest readings.
    await this.#sealing;
    this.#sealing ??= this.#slices.run(this.#seal()).finally(() => {
      this.#sealing = null;
    });
    await this.#sealing;
  }

  /** Runs a slice of the pending work now. */
  step(): void {
    this.#slices.step();
  }

  /** Deletes readings, those in the journal too; resolves when that is done. */
  async remove(removals: readonly Removal[]): Promise<void> {
    // Only sealed readings can be removed; a journal with none of them is not sealed for it.
    if (removals.some((removal) => this.#isInJournal(removal))) await this.seal();
    await this.#slices.run(this.#remove(removals));
  }

  /** Copies readings of a series to another, where those that it has stay; resolves when that is done. */
  async copy(pairs: readonly SeriesPair[]): Promise<void> {
    // Only sealed readings can be copied.
    if (pairs.some(({ from }) => this.#options.memTables.columns(from) !== null)) await this.seal();
    // Separately, so that a due sealing can run in between.
    for (const pair of pairs) await this.#slices.run(this.#copy(pair));
  }

  stop(): void {
    this.#slices.stop();
  }

  #isInJournal({ series, fromMs, toMs }: Removal): boolean {
    const columns = this.#options.memTables.columns(series);
    return columns !== null && sliceByTime(columns, fromMs, toMs).tsMs.length > 0;
  }

  *#seal(): Generator<void> {
    const { db, journal, memTables, sealer } = this.#options;
    const { lastId } = journal;
    let sealedId: number;
    do {
      // After a failure it is the set that failed; readings that arrived since follow in the next one.
      const { memTable, throughId } = memTables.setApart();
      const steps = sealAll(sealer, memTable);
      while (!db.transaction(() => isDoneWithin(SLICE_MS, steps)).immediate()) yield;
      while (!db.transaction(() => journal.removeSome(throughId)).immediate()) yield;
      memTables.forgetSealed();
      sealedId = throughId;
    } while (sealedId < lastId);
    yield* this.#giveBack();
  }

  *#remove(removals: readonly Removal[]): Generator<void> {
    const { db, sealer } = this.#options;
    for (const { series, fromMs, toMs } of removals) {
      while (!db.transaction(() => sealer.remove(series, fromMs, toMs)).immediate()) yield;
      yield;
    }
    yield* this.#giveBack();
  }

  *#copy({ from, into }: SeriesPair): Generator<void> {
    const { db, sealer, onCopied } = this.#options;
    const steps = sealer.copy(from, into);
    let isDone = false;
    while (!isDone) {
      isDone = db.transaction(() => isDoneWithin(SLICE_MS, steps)).immediate();
      // Before the next commit: it may have to find a time that is free.
      onCopied(into);
      yield;
    }
  }

  *#giveBack(): Generator<void> {
    const { db } = this.#options;
    const count = (name: string) => Number(db.pragma(name, { simple: true }));
    while (count("freelist_count") > Math.max(FREE_PAGES.most, FREE_PAGES.share * count("page_count"))) {
      db.exec(`PRAGMA incremental_vacuum(${FREED_PAGES_PER_SLICE})`);
      yield;
    }
    // The file grows shorter with the checkpoint.
    db.pragma("wal_checkpoint(PASSIVE)");
  }
}

function* sealAll(sealer: Sealer, memTable: MemTable): Generator<void> {
  for (const series of memTable.series) {
    const readings = memTable.columns(series);
    if (readings !== null) yield* sealer.seal(series, readings);
  }
}

/** Runs steps until the time is up; returns true when none is left. */
function isDoneWithin(ms: number, steps: Iterator<void>): boolean {
  const endMs = performance.now() + ms;
  do {
    if (steps.next().done === true) return true;
  } while (performance.now() < endMs);
  return false;
}
