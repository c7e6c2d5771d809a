// A store in a database server for a test: a database of its own, which is dropped with it.
import type { Clock } from "../../src/hub/clock.ts";
import { systemClock } from "../../src/hub/clock.ts";
import { ServerStore } from "../../src/hub/store/server-sql/server-store.ts";
import { StoreAddress } from "../../src/hub/store/store-address.ts";
import type { DatabaseServer } from "./system/database-server.ts";

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

export async function openServerStore(server: DatabaseServer, clock: Clock = systemClock): Promise<TestServerStore> {
  const open = new TestServerStore(server, await server.createDatabase(), clock);
  await open.store.start();
  return open;
}
