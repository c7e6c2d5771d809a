// The lock by which only one hub writes to a database. It is held on a connection of its own for as long as that connection lives:
// a second hub waits, and takes over when the first is gone. A hub that loses its connection writes nothing until it has the lock
// again, or learns that another has it. The server ends a connection that is silent for `LEASE_SECONDS`, so that a computer without
// power, or a process that hangs, releases the lock. A network that passes nothing on does not tell the hub, so the lock counts as lost
// once the server has not answered for as long. Workers hold their places in the same way.
// The lock does not tell who had it: a hub that leads writes its term down, and one that claims the lock again without finding its own
// there has slept while another led, whose changes its memory lacks.
// The lock is of one server, and only of one that takes writes: after a failover the former primary may go on answering, and another
// hub may lead on the new one.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LEAD } from "../metadata.ts";
import { answered } from "./connection-pool.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { toNumber, toText } from "./values.ts";

const LEASE_SECONDS = 6;
const LEASE_MS = LEASE_SECONDS * 1_000;
export const RENEW_MS = 1_500;
const TERM_ID = "hub";
/** Together less than the lease. */
const MAX_ATTEMPTS = 20;
const RETRY_MS = 100;
/** Places are numbered from 1 to here. */
export const MAX_WORKERS = 64;

export interface LeadershipOptions {
  /** For a worker's place; null for the lead. */
  readonly slot?: number | null;
  /** Called whenever a new connection has the lock: those that were made before it may lead to another server. */
  readonly onGranted?: () => void;
}

export class Leadership {
  readonly #dialect: Dialect;
  readonly #slot: number | null;
  readonly #onGranted: () => void;
  #connection: Connection | null = null;
  /** When the last statement was sent that the server answered. */
  #renewedMs = 0;
  /** As the database has it while no other hub has led since; null before it is written down. */
  #term: string | null = null;
  #attempt: Promise<boolean> | null = null;
  #isEnded = false;

  constructor(dialect: Dialect, { slot = null, onGranted = () => undefined }: LeadershipOptions = {}) {
    this.#dialect = dialect;
    this.#slot = slot;
    this.#onGranted = onGranted;
  }

  get isHeld(): boolean {
    return this.#connection?.isOpen === true && performance.now() - this.#renewedMs < LEASE_MS;
  }

  /** Takes the lock where this hub has it not; false where another hub has it, or had it meanwhile. Rejects with what the driver throws. */
  claim(): Promise<boolean> {
    if (this.isHeld) return Promise.resolve(true);
    this.#attempt ??= this.#claim().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  /** Writes the term down, in a database that has its tables; to be called once, while the lock is held. */
  async begin(): Promise<void> {
    const term = JSON.stringify(randomUUID());
    const target = {
      table: "record",
      columns: ["collection", "id", "text"],
      keys: ["collection", "id"],
      updated: ["text"],
    };
    if (this.#connection === null) throw new Error("the lead is not held");
    await this.#connection.query(this.#dialect.sql.upsert(target, "(?, ?, ?)"), [LEAD, TERM_ID, term]);
    this.#term = term;
  }

  /** Renews the lease: to be called each `RENEW_MS`. */
  async renew(): Promise<void> {
    const connection = this.#connection;
    if (connection?.isOpen !== true) return;
    const sentMs = performance.now();
    try {
      await answered(connection, LEASE_MS, () => connection.assertWritable());
      this.#renewedMs = sentMs;
    } catch {
      connection.close();
    }
  }

  end(): void {
    this.#isEnded = true;
    this.#connection?.close();
    this.#connection = null;
  }

  async #claim(): Promise<boolean> {
    // A connection that still answers has kept its lock.
    await this.renew();
    if (this.#connection?.isOpen === true) return true;
    const connection = await this.#dialect.connect();
    const sentMs = performance.now();
    try {
      const isGranted = await answered(connection, LEASE_MS, () => this.#take(connection));
      if (!isGranted || this.#isEnded) {
        connection.close();
        return false;
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    this.#renewedMs = sentMs;
    this.#onGranted();
    return true;
  }

  async #take(connection: Connection): Promise<boolean> {
    await connection.assertWritable();
    await connection.query(this.#dialect.sql.lease(LEASE_SECONDS));
    if (this.#term === null) return this.#lock(connection);
    for (let attempt = 1; await this.#isOwnTerm(connection); attempt++) {
      if (await this.#lock(connection)) return this.#isOwnTerm(connection);
      // The server takes a moment to see that this hub's former connection has ended.
      if (attempt === MAX_ATTEMPTS) return false;
      await sleep(RETRY_MS);
    }
    return false;
  }

  async #lock(connection: Connection): Promise<boolean> {
    const { sql } = this.#dialect;
    const slot = this.#slot;
    const [row] = await (slot === null ? connection.query(sql.tryLead) : connection.query(sql.trySlot, [slot]));
    return toNumber(row?.[0] ?? 0) === 1;
  }

  async #isOwnTerm(connection: Connection): Promise<boolean> {
    const [row] = await connection.query("SELECT text FROM record WHERE collection = ? AND id = ?", [LEAD, TERM_ID]);
    return row !== undefined && toText(row[0]) === this.#term;
  }
}
