// Allocates times to readings without one, and determines whether a batch is new to the database. Readings that are newer than all
// others of their series, as live ones are, need no query.
import type { BatchColumns } from "../../codec/batch.ts";
import { TimestampAllocator } from "../../common/timestamp-allocator.ts";
import type { ConnectionPool } from "../connection-pool.ts";
import type { SeriesRange } from "../dialect.ts";
import type { RowReader } from "../reading/row-reader.ts";
import type { SeriesDirectory } from "./series-directory.ts";

const TIMES_PER_QUERY = 5_000;

/** Times at which a series has readings, ascending. */
interface KnownTimes {
  readonly fromMs: number;
  readonly tsMs: number[];
  /** Whether there are none behind the last one. */
  isComplete: boolean;
}

/** Thrown where the database has to be queried first. */
class UnknownTimes {
  readonly series: number;
  readonly fromMs: number;

  constructor(series: number, fromMs: number) {
    this.series = series;
    this.fromMs = fromMs;
  }
}

/** The state of assigning times to a batch. */
interface Pass {
  readonly columns: BatchColumns;
  /** The current row. */
  row: number;
  /** The newest times with those of the batch so far. */
  readonly newest: Map<number, number>;
  readonly allocated: Map<number, number>;
  readonly known: Map<number, KnownTimes>;
}

export class TimeAllocator {
  readonly #pool: ConnectionPool;
  readonly #rows: RowReader;
  readonly #series: SeriesDirectory;
  readonly #allocator = new TimestampAllocator((series, fromMs) => this.#takenTimes(series, fromMs));
  #pass: Pass | null = null;

  constructor(pool: ConnectionPool, rows: RowReader, series: SeriesDirectory) {
    this.#pool = pool;
    this.#rows = rows;
    this.#series = series;
  }

  /**
   * Writes into `columns.tsMs` a free time of its series for each reading that has none. `isNew`: no reading before had one of
   * the times. `settled` resolves when everything that was assigned before is in the database, or is not.
   */
  async assign(
    columns: BatchColumns,
    untimed: Uint8Array,
    settled: () => Promise<void>,
  ): Promise<{ readonly isNew: boolean }> {
    const receivedMs = columns.tsMs.slice();
    const known = new Map<number, KnownTimes>();
    for (;;) {
      const pass: Pass = { columns, row: 0, newest: new Map(), allocated: new Map(), known };
      try {
        this.#pass = pass;
        const isNew = this.#assign(pass, untimed);
        for (const [series, newestMs] of pass.newest) this.#series.at(series).newestMs = newestMs;
        for (const [series, ms] of pass.allocated) this.#series.noteAllocated(series, ms);
        return { isNew };
      } catch (error) {
        // Discards the allocations of this pass.
        this.#allocator.clear();
        if (!(error instanceof UnknownTimes)) throw error;
        columns.tsMs.set(receivedMs);
        await settled();
        await this.#load(error, known);
      } finally {
        this.#pass = null;
      }
    }
  }

  /** Forgets a series: it has readings at other times than before. */
  forget(series: number): void {
    this.#allocator.forget(series);
  }

  forgetAll(): void {
    this.#allocator.clear();
  }

  #assign(pass: Pass, untimed: Uint8Array): boolean {
    const { columns, newest, allocated } = pass;
    const { series, tsMs } = columns;
    let isNew = true;
    for (; pass.row < series.length; pass.row++) {
      const number = series[pass.row] ?? 0;
      let ms = tsMs[pass.row] ?? 0;
      if (untimed[pass.row] === 1) {
        ms = this.#allocator.take(number, Math.max(ms, this.#series.at(number).reservedMs + 1));
        tsMs[pass.row] = ms;
        allocated.set(number, Math.max(ms, allocated.get(number) ?? ms));
      } else this.#allocator.taken(number, ms);
      if (ms > this.#newestOf(number, pass)) newest.set(number, ms);
      else isNew = false;
    }
    return isNew;
  }

  #newestOf(series: number, { newest }: Pass): number {
    return newest.get(series) ?? this.#series.at(series).newestMs;
  }

  *#takenTimes(series: number, fromMs: number): Generator<number> {
    const pass = this.#pass;
    if (pass === null || fromMs > this.#newestOf(series, pass)) return;
    const known = pass.known.get(series);
    if (known === undefined || fromMs < known.fromMs) throw new UnknownTimes(series, fromMs);
    const { columns } = pass;
    const taken = known.tsMs.filter((ms) => ms >= fromMs);
    for (let row = 0; row < pass.row; row++) {
      const ms = columns.tsMs[row] ?? 0;
      if (columns.series[row] === series && ms >= fromMs) taken.push(ms);
    }
    const lastKnownMs = known.tsMs.at(-1) ?? fromMs;
    for (const ms of taken.sort((a, b) => a - b)) {
      if (!known.isComplete && ms > lastKnownMs) break;
      yield ms;
    }
    if (!known.isComplete) throw new UnknownTimes(series, lastKnownMs + 1);
  }

  async #load({ series, fromMs }: UnknownTimes, known: Map<number, KnownTimes>): Promise<void> {
    const { id } = this.#series.at(series);
    const range = { id, toMs: Number.MAX_SAFE_INTEGER, limit: TIMES_PER_QUERY };
    let found: number[] = [];
    let nextMs: number | null = fromMs;
    while (nextMs !== null && found.length === 0) {
      const following: SeriesRange = { ...range, fromMs: nextMs };
      const [next] = await this.#pool.read((connection) => this.#rows.next(connection, [following], "oldest-first"));
      found = [...(next?.columns.tsMs ?? [])];
      nextMs = next?.knownToMs ?? null;
    }
    const isComplete = nextMs === null;
    const before = known.get(series);
    if (before !== undefined && fromMs > before.fromMs) {
      for (const ms of found) before.tsMs.push(ms);
      before.isComplete = isComplete;
    } else known.set(series, { fromMs, tsMs: found, isComplete });
  }
}
