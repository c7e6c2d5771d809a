// A foreign transaction that locks a table, or some of its rows, until it is released, so that a test controls which writes are in
// flight, and their order.
import { createConnection } from "mysql2/promise";
import pg from "pg";
import { until } from "../until.ts";
import type { DatabaseServer } from "./database-server.ts";

const WAITING = {
  postgres: `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'bramble' ORDER BY query_start`,
  mariadb: `SELECT id FROM information_schema.processlist WHERE command = 'Query' AND db LIKE 'hub%'
    AND info LIKE 'INSERT INTO reading%' ORDER BY time_ms DESC`,
};
const KILL = {
  postgres: (id: unknown) => `SELECT pg_terminate_backend(${id})`,
  mariadb: (id: unknown) => `KILL ${id}`,
};
const HOLD_TABLE = { postgres: "LOCK TABLE reading IN SHARE MODE", mariadb: "LOCK TABLES reading READ" };

export class HeldRows implements AsyncDisposable {
  readonly #server: DatabaseServer;
  readonly #product: keyof typeof WAITING;
  #end: (() => Promise<void>) | null;

  private constructor(server: DatabaseServer, product: keyof typeof WAITING, end: () => Promise<void>) {
    this.#server = server;
    this.#product = product;
    this.#end = end;
  }

  /** Nothing is written to the readings of a database. */
  static all(server: DatabaseServer, address: string): Promise<HeldRows> {
    return HeldRows.#hold(server, address, (product) => HOLD_TABLE[product]);
  }

  /** The reading of the first series at this time is not written. */
  static at(server: DatabaseServer, address: string, tsMs: number): Promise<HeldRows> {
    return HeldRows.#hold(
      server,
      address,
      () => `SELECT value FROM reading WHERE series_id = 1 AND ts = ${tsMs} FOR UPDATE`,
    );
  }

  static async #hold(
    server: DatabaseServer,
    address: string,
    sqlOf: (product: keyof typeof WAITING) => string,
  ): Promise<HeldRows> {
    if (address.startsWith("postgres")) {
      const client = new pg.Client({ connectionString: address });
      client.on("error", () => undefined);
      await client.connect();
      await client.query("BEGIN");
      await client.query(sqlOf("postgres"));
      return new HeldRows(server, "postgres", () => client.end());
    }
    const connection = await createConnection(address.replace("mariadb:", "mysql:"));
    await connection.query("BEGIN");
    await connection.query(sqlOf("mariadb"));
    return new HeldRows(server, "mariadb", () => connection.end());
  }

  /** Resolves when this many of the hub's statements wait for the lock. */
  async waiting(count: number): Promise<void> {
    await until(`${count} statements wait`, async () => ((await this.#waiting()).length === count ? true : undefined));
  }

  /** Ends the connection whose statement waits longest. */
  async killFirst(): Promise<void> {
    const [first] = await this.#waiting();
    await this.#server.administer(KILL[this.#product](first?.[0]));
  }

  async release(): Promise<void> {
    const end = this.#end;
    this.#end = null;
    await end?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  #waiting(): Promise<readonly (readonly unknown[])[]> {
    return this.#server.administer(WAITING[this.#product]);
  }
}
