// Notifications between the processes on one database: a short text to all listeners. It is a hint, which a process that was not
// connected misses: the tables are authoritative, and `onGap` is called when they have to be read again. PostgreSQL delivers at
// once (LISTEN/NOTIFY); for MySQL and MariaDB the texts are records, which each listener polls twice a second.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { NoticeListener } from "../notices.ts";
import { answered, type ConnectionPool, MAX_SILENCE_MS } from "./connection-pool.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { toNumber, toText } from "./values.ts";

const POLL_MS = 500;
const RETRY_MS = 1_000;
/** Keeps the connection alive: PostgreSQL notices a lost one only after hours. */
const PING_MS = 10_000;
const COLLECTION = "notice";
/** One that is committed later than that after a later one is missed. */
const OVERTAKEN_WITHIN_MS = 2_000;
/** Every listener has polled by then. */
const NOTICE_LIFE_MS = 60_000;

export class Notices {
  readonly #dialect: Dialect;
  readonly #pool: ConnectionPool;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;

  constructor(dialect: Dialect, pool: ConnectionPool) {
    this.#dialect = dialect;
    this.#pool = pool;
  }

  /** Notifies the others with `text`, of `MAX_NOTICE_BYTES` at most. */
  async publish(text: string): Promise<void> {
    const { notify } = this.#dialect.sql;
    await this.#pool.use((connection) =>
      notify === null
        ? connection.query("INSERT INTO record (collection, id, text) VALUES (?, ?, ?)", [
            COLLECTION,
            randomUUID(),
            text,
          ])
        : connection.query(notify, [text]),
    );
  }

  /** Listens until `stop`, connecting again where that is needed. */
  listen(listener: NoticeListener): void {
    this.#running ??= this.#run(listener);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(listener: NoticeListener): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let connection: Connection | null = null;
      try {
        connection = await this.#dialect.connect();
        await this.#follow(connection, listener);
      } catch {
        // Other parts report that the server is away.
      } finally {
        connection?.close();
      }
      await pause(RETRY_MS, signal);
    }
  }

  async #follow(connection: Connection, listener: NoticeListener): Promise<void> {
    const { signal } = this.#stop;
    if (connection.listen !== undefined) {
      await connection.listen(listener.onNotice);
      listener.onGap();
      while (!signal.aborted && connection.isOpen) {
        // On a server that became a replica nobody notifies any more.
        await answered(connection, MAX_SILENCE_MS, () => connection.assertWritable());
        await pause(PING_MS, signal);
      }
      return;
    }
    const polled = new PolledNotices(await newest(connection));
    listener.onGap();
    let old = { atMs: performance.now(), number: polled.newest };
    while (!signal.aborted) {
      for (const text of await answered(connection, MAX_SILENCE_MS, () => polled.next(connection)))
        listener.onNotice(text);
      if (performance.now() - old.atMs > NOTICE_LIFE_MS) {
        const { number } = old;
        await answered(connection, MAX_SILENCE_MS, () =>
          connection.query("DELETE FROM record WHERE collection = ? AND number <= ?", [COLLECTION, number]),
        );
        old = { atMs: performance.now(), number: polled.newest };
      }
      await pause(POLL_MS, signal);
    }
  }
}

/** Numbers are given when rows are inserted, and rows are seen when they are committed: a lower number may come after a higher one. */
class PolledNotices {
  newest: number;
  /** Up to here none will come any more. */
  #settled: number;
  /** Those above it that were given, oldest first, and when. */
  readonly #given = new Map<number, number>();

  constructor(newest: number) {
    this.newest = newest;
    this.#settled = newest;
  }

  /** The texts that are new. */
  async next(connection: Connection): Promise<string[]> {
    const rows = await connection.query(
      "SELECT number, text FROM record WHERE collection = ? AND number > ? ORDER BY number",
      [COLLECTION, this.#settled],
    );
    const nowMs = performance.now();
    const texts: string[] = [];
    for (const [value, text] of rows) {
      const number = toNumber(value);
      if (this.#given.has(number)) continue;
      this.#given.set(number, nowMs);
      this.newest = Math.max(this.newest, number);
      texts.push(toText(text));
    }
    for (const [number, givenMs] of this.#given) {
      if (nowMs - givenMs < OVERTAKEN_WITHIN_MS) break;
      this.#given.delete(number);
      this.#settled = Math.max(this.#settled, number);
    }
    return texts;
  }
}

async function newest(connection: Connection): Promise<number> {
  const [row] = await connection.query("SELECT MAX(number) FROM record");
  return toNumber(row?.[0] ?? 0);
}

/** Shorter where `signal` is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
