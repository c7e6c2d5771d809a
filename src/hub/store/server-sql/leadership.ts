// The lock by which only one hub writes to a database. It is held on a connection of its own for as long as that connection lives:
// a second hub waits, and takes over when the first is gone. A hub that loses its connection writes nothing until it has the lock
// again, or learns that another has it. The server ends a connection that is silent for `LEASE_SECONDS`, so that a computer without
// power, or a process that hangs, releases the lock. A network that passes nothing on does not tell the hub, so the lock counts as lost
// once the server has not answered for as long. Workers hold their places in the same way.
import { answered } from "./connection-pool.ts";
import type { Connection, Dialect } from "./dialect.ts";
import { toNumber } from "./values.ts";

const LEASE_SECONDS = 6;
const LEASE_MS = LEASE_SECONDS * 1_000;
export const RENEW_MS = 1_500;
/** Places are numbered from 1 to here. */
export const MAX_WORKERS = 64;

export class Leadership {
  readonly #dialect: Dialect;
  /** For a worker's place; null for the lead. */
  readonly #slot: number | null;
  #connection: Connection | null = null;
  /** When the last statement was sent that the server answered. */
  #renewedMs = 0;
  #attempt: Promise<boolean> | null = null;
  #isEnded = false;

  constructor(dialect: Dialect, slot: number | null = null) {
    this.#dialect = dialect;
    this.#slot = slot;
  }

  get isHeld(): boolean {
    return this.#connection?.isOpen === true && performance.now() - this.#renewedMs < LEASE_MS;
  }

  /** Takes the lock where this hub has it not; false where another hub has it. Rejects with what the driver throws. */
  claim(): Promise<boolean> {
    if (this.isHeld) return Promise.resolve(true);
    this.#attempt ??= this.#claim().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  /** Renews the lease: to be called each `RENEW_MS`. */
  async renew(): Promise<void> {
    const connection = this.#connection;
    if (connection?.isOpen !== true) return;
    const sentMs = performance.now();
    try {
      await answered(connection, LEASE_MS, () => connection.query("SELECT 1"));
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
      const isGranted = await answered(connection, LEASE_MS, () => this.#lock(connection));
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
    return true;
  }

  async #lock(connection: Connection): Promise<boolean> {
    const { sql } = this.#dialect;
    const slot = this.#slot;
    await connection.query(sql.lease(LEASE_SECONDS));
    const [row] = await (slot === null ? connection.query(sql.tryLead) : connection.query(sql.trySlot, [slot]));
    return toNumber(row?.[0] ?? 0) === 1;
  }
}
