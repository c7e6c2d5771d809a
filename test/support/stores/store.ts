// A real store for a test, in this process, with its threads and its own file. `await using` ends it.
import { join } from "node:path";
import type { Clock } from "../../../src/hub/clock.ts";
import { systemClock } from "../../../src/hub/clock.ts";
import { checkDatabase, openToRead } from "../../../src/hub/store/sqlite/maintenance/check.ts";
import { SqliteStore } from "../../../src/hub/store/sqlite/sqlite-store.ts";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../src/shared/ids.ts";
import type { Reading } from "../../../src/shared/reading.ts";
import { makeTemporaryFolder } from "../hub.ts";

export class TestStore implements AsyncDisposable {
  readonly #folder = makeTemporaryFolder();
  readonly clock: Clock;
  readonly path: string;
  /** What it found wrong. */
  readonly troubles: string[] = [];
  store: SqliteStore;

  /** Another path puts it on another disk. */
  constructor(clock: Clock, path?: string) {
    this.clock = clock;
    this.path = path ?? join(this.#folder.path, "bramble.db");
    this.store = this.#make();
  }

  /** Stops it where it runs, and opens its file again. */
  async reopen(): Promise<void> {
    await this.store.stop();
    this.store = this.#make();
    await this.store.start();
  }

  doBackgroundWork(): Promise<void> {
    return this.store.seal();
  }

  async findings(): Promise<string[]> {
    return findings(this.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.store.stop();
    this.#folder[Symbol.dispose]();
  }

  #make(): SqliteStore {
    return new SqliteStore({
      path: this.path,
      clock: this.clock,
      onDeath: (error) => {
        throw error;
      },
      onWarning: (words) => this.troubles.push(words),
      onCommit: () => undefined,
    });
  }
}

/** The result of `bramble check`. */
export function findings(path: string): string[] {
  const db = openToRead(path);
  try {
    return [...checkDatabase(db)].filter((finding) => finding !== null);
  } finally {
    db.close();
  }
}

export async function openTestStore(clock: Clock = systemClock): Promise<TestStore> {
  const open = new TestStore(clock);
  await open.store.start();
  return open;
}

export function deviceId(text: string): DeviceId {
  const id = parseDeviceId(text);
  if (id === undefined) throw new Error(`no device id: ${text}`);
  return id;
}

export function metricName(text: string): MetricName {
  const name = parseMetricName(text);
  if (name === undefined) throw new Error(`no metric name: ${text}`);
  return name;
}

export function makeReading(device: string, metric: string, tsMs: number, value: number): Reading {
  return { device: deviceId(device), metric: metricName(metric), tsMs, value };
}
