// A pool of connections. While the server is away, connecting is retried with growing pauses, and calls meanwhile are rejected at
// once, so that no messages pile up that cannot be acknowledged. After a failover the address may lead to another server while
// connections to the former one go on answering: `reconnect` replaces them.
import type { Connection, Dialect } from "./dialect.ts";
import { storeFailure } from "./failure.ts";

const MIN_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;
/** After a deadlock the server aborts one of the transactions, and the others are done soon. */
const MAX_CONFLICTS = 8;
/** A server that answers no statement for so long counts as away. */
export const MAX_SILENCE_MS = 60_000;

export interface PoolOptions {
  readonly dialect: Dialect;
  readonly size: number;
  /** Run before a connection is handed out; where it rejects, so does the work. */
  readonly permit?: () => Promise<void>;
  /** Called when the server takes no writes. */
  readonly onReadOnly?: () => void;
}

export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  /** Each with the generation that it was made in. */
  readonly #open = new Map<Connection, number>();
  #generation = 0;
  #taken = 0;
  #pauseMs = 0;
  #nextAttemptMs = 0;
  #lastFailure: unknown = null;
  #isClosed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** Gives `work` a connection of its own. Rejects with `BrambleError("store-failed")`. */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const { dialect } = this.#options;
    try {
      const connection = await this.#take();
      try {
        return await answered(connection, MAX_SILENCE_MS, work);
      } finally {
        this.#giveBack(connection);
      }
    } catch (error) {
      if (dialect.failureKind(error) === "read-only") this.#options.onReadOnly?.();
      throw storeFailure(dialect, error);
    }
  }

  /** The same for work that only reads, which is retried where its connection was lost. */
  async read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    let isLost = false;
    const attempt = (): Promise<T> =>
      this.use(async (connection) => {
        try {
          return await work(connection);
        } finally {
          isLost = !connection.isOpen;
        }
      });
    try {
      return await attempt();
    } catch (error) {
      if (!isLost || this.#isClosed) throw error;
      return attempt();
    }
  }

  /**
   * All of `work` or nothing, begun by the statement `begin`, or by itself where it is one statement; retried after a deadlock or a
   * conflict.
   */
  transaction<T>(begin: string | null, work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.use(async (connection) => {
      for (let conflicts = 0; ; conflicts++) {
        try {
          if (begin === null) return await work(connection);
          await connection.query(begin);
          const result = await work(connection);
          await connection.query("COMMIT");
          return result;
        } catch (error) {
          if (begin !== null) await rollBack(connection);
          const isConflict = this.#options.dialect.failureKind(error) === "conflict";
          if (!isConflict || !connection.isOpen || conflicts === MAX_CONFLICTS) throw error;
        }
      }
    });
  }

  /** Replaces every connection; what is under way goes on with its own. */
  reconnect(): void {
    this.#generation++;
    for (const idle of this.#idle.splice(0)) this.#drop(idle);
  }

  /** Closes every connection; what is under way fails. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#open.keys()) connection.close();
    this.#idle.length = 0;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async #take(): Promise<Connection> {
    while (this.#taken >= this.#options.size && !this.#isClosed)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#isClosed) throw new Error("the store is closed");
    this.#taken++;
    try {
      return await this.#permitted();
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  async #permitted(): Promise<Connection> {
    const hasIdle = this.#idle.some(({ isOpen }) => isOpen);
    if (!hasIdle && performance.now() < this.#nextAttemptMs) throw this.#lastFailure;
    try {
      await this.#options.permit?.();
      // Only now: the permit may replace those that are idle.
      for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) {
        if (idle.isOpen) return idle;
        this.#drop(idle);
      }
      const generation = this.#generation;
      const connection = await this.#options.dialect.connect();
      this.#pauseMs = 0;
      this.#open.set(connection, generation);
      if (this.#isClosed) connection.close();
      return connection;
    } catch (error) {
      this.#pauseMs = Math.min(MAX_PAUSE_MS, Math.max(MIN_PAUSE_MS, 2 * this.#pauseMs));
      this.#nextAttemptMs = performance.now() + this.#pauseMs;
      this.#lastFailure = error;
      throw error;
    }
  }

  #giveBack(connection: Connection): void {
    const isCurrent = this.#open.get(connection) === this.#generation;
    if (connection.isOpen && isCurrent && !this.#isClosed) this.#idle.push(connection);
    else this.#drop(connection);
    this.#leave();
  }

  #drop(connection: Connection): void {
    this.#open.delete(connection);
    connection.close();
  }

  #leave(): void {
    this.#taken--;
    this.#waiting.shift()?.();
  }
}

/**
 * What `work` does with the connection, however long it takes; the connection is closed, and what it was doing fails, once the
 * server has answered nothing for so long.
 */
export async function answered<T>(
  connection: Connection,
  withinMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  const check = () => {
    const silentMs = performance.now() - Math.max(startedMs, connection.answeredMs);
    if (silentMs >= withinMs) connection.close();
    else timer = setTimeout(check, withinMs - silentMs);
  };
  let timer = setTimeout(check, withinMs);
  try {
    return await work(connection);
  } finally {
    clearTimeout(timer);
  }
}

/** A connection that cannot be rolled back is closed: what it was doing is then undone by the server. */
async function rollBack(connection: Connection): Promise<void> {
  if (!connection.isOpen) return;
  try {
    await connection.query("ROLLBACK");
  } catch {
    connection.close();
  }
}
