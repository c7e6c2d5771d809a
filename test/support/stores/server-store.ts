// A store in a database server for a test, with its own database, which is dropped at the end.
import type { Clock } from "../../../src/hub/clock.ts";
import { systemClock } from "../../../src/hub/clock.ts";
import { checkServer } from "../../../src/hub/store/maintenance.ts";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import type { DatabaseServer } from "../system/database-server.ts";

export class TestServerStore implements AsyncDisposable {
  readonly #server: DatabaseServer;
  readonly #settings: ServerStoreSettings;
  readonly address: string;
  readonly warnings: string[] = [];
  store: ServerStore;

  constructor(server: DatabaseServer, address: string, settings: ServerStoreSettings) {
    this.#server = server;
    this.address = address;
    this.#settings = settings;
    this.store = this.#make();
  }

  async reopen(): Promise<void> {
    await this.store.stop();
    this.store = this.#make();
    await this.store.start();
  }

  /** Rollups and compaction together, as maintenance runs them. */
  async doBackgroundWork(): Promise<void> {
    const { store } = this;
    await Promise.all([store.refreshRollups(), store.compact()]);
  }

  /** The result of `bramble check`. */
  async findings(): Promise<string[]> {
    const found: string[] = [];
    for await (const finding of checkServer(new StoreAddress(this.address))) if (finding !== null) found.push(finding);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.stop();
    await this.#server.dropDatabase(this.address);
  }

  #make(): ServerStore {
    return new ServerStore({
      address: new StoreAddress(this.address),
      clock: systemClock,
      ...this.#settings,
      onDeath: (error) => {
        throw error;
      },
      onWarning: (message) => this.warnings.push(message),
      onCommit: () => undefined,
    });
  }
}

export interface ServerStoreSettings {
  readonly clock?: Clock;
  readonly compactAfterMs?: number;
}

export async function openServerStore(
  server: DatabaseServer,
  settings: ServerStoreSettings = {},
): Promise<TestServerStore> {
  const open = new TestServerStore(server, await server.createDatabase(), settings);
  await open.store.start();
  return open;
}

/** For a store whose timers never fire: it runs no maintenance, and does not renew its lead. */
export const quiet = {
  clock: { now: () => Date.now(), every: () => () => undefined },
  onDeath: (error: Error) => {
    throw error;
  },
  onWarning: () => undefined,
  onCommit: () => undefined,
};
