// A store on a database server with a spool, in this process, with a fake clock. `await using` ends it.
import { readdirSync } from "node:fs";
import { ServerStore } from "../../../src/hub/store/server-sql/server-store.ts";
import { SpooledStore } from "../../../src/hub/store/spool/spooled-store.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import { FakeClock } from "../fake-clock.ts";
import { makeTemporaryFolder } from "../hub.ts";
import type { DatabaseServer } from "../system/database-server.ts";
import { until } from "../until.ts";
import { deviceId, metricName } from "./store.ts";

/** Of all readings. */
export const SERIES = { device: deviceId("pi"), metric: metricName("t") };

export class TestSpool implements AsyncDisposable {
  readonly #folder = makeTemporaryFolder();
  readonly #clock: FakeClock;
  readonly address: string;
  readonly warnings: string[] = [];
  #store: SpooledStore | null = null;

  constructor(address: string, nowMs: number) {
    this.address = address;
    this.#clock = new FakeClock(nowMs);
  }

  static async open(server: DatabaseServer, nowMs: number): Promise<TestSpool> {
    const spool = new TestSpool(await server.createDatabase(), nowMs);
    await spool.start();
    return spool;
  }

  get store(): SpooledStore {
    if (this.#store === null) throw new Error("it is not open");
    return this.#store;
  }

  /** Without waiting for what an earlier run has left. */
  async start(): Promise<void> {
    const options = {
      clock: this.#clock,
      onDeath: (error: Error) => {
        throw error;
      },
      onWarning: (warning: string) => this.warnings.push(warning),
      onCommit: () => undefined,
    };
    const server = new ServerStore({ ...options, address: new StoreAddress(this.address) });
    this.#store = new SpooledStore({ ...options, server, folder: this.#folder.path, maxBytes: 1e9, startWithinMs: 0 });
    await this.#store.start();
  }

  async stop(): Promise<void> {
    await this.#store?.stop();
    this.#store = null;
  }

  /** A message with these values at this time, or without a time. */
  append(values: readonly number[], tsMs: number | null = null): Promise<Float64Array> {
    const readings = values.map((value) => ({ ...SERIES, tsMs, value }));
    return this.store.readings.append({ readings, attributes: [], receivedAtMs: this.#clock.now() });
  }

  get files(): number {
    return readdirSync(this.#folder.path).filter((name) => name.endsWith(".db")).length;
  }

  /** Resolves when the server has everything, with all values there. */
  async forwarded(): Promise<number[]> {
    await until("everything is on the server", async () => (this.files === 0 ? true : undefined));
    const all = { devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 1_000_000 };
    const { values } = await this.store.readings.page({ ...all, order: "oldest-first", after: null });
    return [...values];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    this.#folder[Symbol.dispose]();
  }
}
