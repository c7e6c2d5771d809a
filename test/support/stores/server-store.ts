// A store in a database server for a test: a database of its own, which is dropped with it.
import type { Clock } from "../../../src/hub/clock.ts";
import { systemClock } from "../../../src/hub/clock.ts";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import type { DatabaseServer } from "../system/database-server.ts";

export class TestServerStore implements AsyncDisposable {
  readonly #server: DatabaseServer;
  readonly clock: Clock;
  readonly address: string;
  readonly warnings: string[] = [];
  store: ServerStore;

  constructor(server: DatabaseServer, address: string, clock: Clock) {
    this.#server = server;
    this.address = address;
    this.clock = clock;
    this.store = this.#make();
  }

  async reopen(): Promise<void> {
    await this.store.stop();
    this.store = this.#make();
    await this.store.start();
  }

  doBackgroundWork(): Promise<void> {
    return this.store.refreshRollups();
  }

  /** Rollups of slots that are not marked and differ from their readings, and readings without a series. */
  async findings(): Promise<string[]> {
    const database = new URL(this.address).pathname.slice(1);
    const rows = await this.#server.administer(WRONG_ROLLUPS, database);
    const lost = await this.#server.administer(LOST_READINGS, database);
    return [...rows, ...lost].map((row) => JSON.stringify(row));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.stop();
    await this.#server.dropDatabase(this.address);
  }

  #make(): ServerStore {
    return new ServerStore({
      address: new StoreAddress(this.address),
      clock: this.clock,
      onDeath: (error) => {
        throw error;
      },
      onWarning: (message) => this.warnings.push(message),
      onCommit: () => undefined,
    });
  }
}

/** By count, least and greatest, of every length. */
const WRONG_ROLLUPS = `
  SELECT slot.series_id, slot.minutes, slot.slot, slot.readings FROM rollup_slot AS slot
  WHERE NOT EXISTS (
    SELECT 1 FROM rollup_mark AS mark WHERE mark.series_id = slot.series_id
      AND mark.slot >= slot.slot * slot.minutes / 15 AND mark.slot < (slot.slot + 1) * slot.minutes / 15
  ) AND NOT EXISTS (
    SELECT 1 FROM reading WHERE reading.series_id = slot.series_id
      AND ts >= slot.slot * slot.minutes * 60000 AND ts < (slot.slot + 1) * slot.minutes * 60000
    HAVING COUNT(*) = slot.readings AND MIN(value) = slot.min_value AND MAX(value) = slot.max_value
  )`;
const LOST_READINGS =
  "SELECT series_id, COUNT(*) FROM reading WHERE series_id NOT IN (SELECT id FROM series) GROUP BY series_id";

export async function openServerStore(server: DatabaseServer, clock: Clock = systemClock): Promise<TestServerStore> {
  const open = new TestServerStore(server, await server.createDatabase(), clock);
  await open.store.start();
  return open;
}
