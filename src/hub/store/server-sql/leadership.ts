// One hub works on a database. It holds a lock of the server's, on a connection of its own, for as long as that connection lives:
// a second hub waits, and takes over when the first is gone. A hub that loses its connection writes nothing until it has the lock
// again, or learns that another has it.
import type { Connection, Dialect } from "./dialect.ts";
import { toNumber } from "./values.ts";

export class Leadership {
  readonly #dialect: Dialect;
  #connection: Connection | null = null;
  #attempt: Promise<boolean> | null = null;
  #isEnded = false;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  get isHeld(): boolean {
    return this.#connection?.isOpen === true;
  }

  /** Takes the lock where this hub has it not; false where another hub has it. Rejects with what the driver throws. */
  claim(): Promise<boolean> {
    if (this.isHeld) return Promise.resolve(true);
    this.#attempt ??= this.#claim().finally(() => {
      this.#attempt = null;
    });
    return this.#attempt;
  }

  end(): void {
    this.#isEnded = true;
    this.#connection?.close();
    this.#connection = null;
  }

  async #claim(): Promise<boolean> {
    const connection = await this.#dialect.connect();
    try {
      const [row] = await connection.query(this.#dialect.sql.tryLead);
      if (toNumber(row?.[0] ?? 0) !== 1 || this.#isEnded) {
        connection.close();
        return false;
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    this.#connection = connection;
    return true;
  }
}
