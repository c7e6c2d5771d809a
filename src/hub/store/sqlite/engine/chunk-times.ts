// Finds chunks by their times, whatever their series: a page of a few rows looks at a few chunks, not at those of half a
// million series.
import type Database from "better-sqlite3";
import { type ChunkHead, HEAD_COLUMNS, type HeadRow, toHead } from "./chunks.ts";
import type { Order } from "./ordered-rows.ts";

export interface FoundChunk {
  readonly head: ChunkHead;
  /** The stored bytes of a small chunk; large ones are queried one by one. */
  readonly data: Uint8Array | null;
}

type FoundRow = readonly [...HeadRow, data: Buffer | null];

const DATA_COLUMN = 10;
const MAX_READINGS_OF_SMALL = 256;

export class ChunkTimes {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(db: Database.Database) {
    this.#statements = prepare(db);
  }

  /** Time of the first reading in any chunk; null where there is no chunk. */
  get firstMs(): number | null {
    return this.#statements.first.get() ?? null;
  }

  /** The first time from `tsMs` on at which a chunk begins; null where none does. */
  firstFrom(tsMs: number): number | null {
    return this.#statements.firstFrom.get(tsMs) ?? null;
  }

  /**
   * The chunks of these series that may hold readings of `fromMs <= t < toMs`: in the order of `series`, then time. One query for
   * many series takes a fraction of the time of a query for each.
   */
  *ofSeries(series: Uint32Array, fromMs: number, toMs: number): Generator<FoundChunk> {
    const ids = `[${series.join(",")}]`;
    for (const row of this.#statements.ofSeries.iterate({ ids, fromMs, toMs })) {
      const head = toHead(row);
      if (head !== null) yield { head, data: row[DATA_COLUMN] };
    }
  }

  /** Chunks with readings at `tsMs`, or both before and after it. Those that the order comes across first are few at first. */
  around(tsMs: number, order: Order): Iterable<ChunkHead> {
    const { begunBefore, endingAfter } = this.#statements;
    return heads((order === "oldest-first" ? begunBefore : endingAfter).iterate(tsMs, tsMs));
  }

  /** True when there are more of them than `count`. */
  areMoreAround(tsMs: number, order: Order, count: number): boolean {
    const { manyBegunBefore, manyEndingAfter } = this.#statements;
    return (order === "oldest-first" ? manyBegunBefore : manyEndingAfter).get(tsMs, tsMs, count) !== undefined;
  }

  /** Chunks that lie wholly beyond `tsMs`, the nearest first. */
  beyond(tsMs: number, order: Order): Iterable<ChunkHead> {
    const { after, before } = this.#statements;
    return heads((order === "oldest-first" ? after : before).iterate(tsMs));
  }
}

function* heads(rows: Iterable<HeadRow>): Generator<ChunkHead> {
  for (const row of rows) {
    const head = toHead(row);
    if (head !== null) yield head;
  }
}

function prepare(db: Database.Database) {
  const select = (columns: string, index: string, rest: string) =>
    `SELECT ${columns} FROM chunk INDEXED BY ${index} WHERE ${rest}`;
  const begunBefore = (columns: string) => select(columns, "chunk_first", "first <= ? AND last >= ?");
  const endingAfter = (columns: string) => select(columns, "chunk_last", "last >= ? AND first <= ?");
  const around = (sql: string) => db.prepare<[tsMs: number, sameMs: number], HeadRow>(sql).raw();
  const beyond = (sql: string) => db.prepare<[tsMs: number], HeadRow>(sql).raw();
  const isMany = (sql: string) =>
    db.prepare<[tsMs: number, sameMs: number, count: number], number>(`${sql} LIMIT 1 OFFSET ?`).pluck();
  return {
    first: db.prepare<[], number | null>("SELECT min(first) FROM chunk").pluck(),
    firstFrom: db.prepare<[tsMs: number], number | null>("SELECT min(first) FROM chunk WHERE first >= ?").pluck(),
    ofSeries: db
      .prepare<[{ ids: string; fromMs: number; toMs: number }], FoundRow>(
        `SELECT ${HEAD_COLUMNS},
           CASE WHEN count BETWEEN 2 AND ${MAX_READINGS_OF_SMALL} THEN (SELECT data FROM chunk_data WHERE id = data_id) END
         FROM json_each(:ids) AS wanted CROSS JOIN chunk
         WHERE series = wanted.value AND last >= :fromMs AND first < :toMs AND first >= coalesce(
           (SELECT max(first) FROM chunk AS begun WHERE begun.series = wanted.value AND begun.first <= :fromMs), :fromMs)`,
      )
      .raw(),
    begunBefore: around(begunBefore(HEAD_COLUMNS)),
    endingAfter: around(endingAfter(HEAD_COLUMNS)),
    manyBegunBefore: isMany(begunBefore("1")),
    manyEndingAfter: isMany(endingAfter("1")),
    after: beyond(select(HEAD_COLUMNS, "chunk_first", "first > ? ORDER BY first")),
    before: beyond(select(HEAD_COLUMNS, "chunk_last", "last < ? ORDER BY last DESC")),
  };
}
