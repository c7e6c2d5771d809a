// Stores full of years of readings. Making one takes seconds to minutes, so each is made once, when a topic first asks.
import { cpSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../../src/hub/clock.ts";
import { DataFolder } from "../../src/hub/data-folder.ts";
import { SqliteStore } from "../../src/hub/store/sqlite/sqlite-store.ts";
import { type IncomingReading, limits } from "../../src/shared/reading.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import { Fleet, METRICS_PER_DEVICE, messagesOf } from "./sensors.ts";
import { count, sum } from "./statistics.ts";

const SECOND_MS = 1_000;
const TEN_YEARS_MS = 10 * 365.25 * 24 * 3_600 * SECOND_MS;
const READINGS_PER_MESSAGE = 5_000;
const TELL_PERIOD_MS = 10_000;
/** Fewer, since a move takes its time. */
const MOVED_MESSAGES = 20_000;
/** Of the thousand that a hub may have, some are left to clients that are measured beside. */
const WIDE_DEVICES = 990;
/** Distinct times of their readings: the rows of a wide table. */
const WIDE_TIMES = 10;

/** A hub's data folder with readings in it. */
export interface FilledFolder {
  readonly path: string;
  readonly databasePath: string;
  readonly fleets: readonly Fleet[];
  readonly readings: number;
  /** When the last readings were made. */
  readonly endMs: number;
}

export interface StoresOptions {
  readonly folder: string;
  /** In the store of ten years; the other holds a tenth of it. */
  readonly readings: number;
  readonly tell: (words: string) => void;
}

export class Stores {
  readonly #options: StoresOptions;
  readonly #endMs = Date.now();
  #months: Promise<FilledFolder> | null = null;
  #years: Promise<FilledFolder> | null = null;
  #wide: Promise<string> | null = null;

  constructor(options: StoresOptions) {
    this.#options = options;
  }

  /** 50 devices with two metrics each, every ten seconds; 10 M readings are eleven days. For reading only. */
  months(): Promise<FilledFolder> {
    const messages = Math.floor(this.#options.readings / 10 / (50 * METRICS_PER_DEVICE));
    this.#months ??= this.#fill("months", [this.#fleet("pine", 50, messages, 10 * SECOND_MS)]);
    return this.#months;
  }

  /** 200 series of equal length: 190 every ten seconds, and 10 so slow that they span ten years. For reading only. */
  years(): Promise<FilledFolder> {
    const messages = Math.floor(this.#options.readings / (100 * METRICS_PER_DEVICE));
    this.#years ??= this.#fill("years", [
      this.#fleet("fast", 95, messages, 10 * SECOND_MS),
      this.#fleet("slow", 5, messages, TEN_YEARS_MS / messages),
    ]);
    return this.#years;
  }

  /** Readings of the months, in a folder of its own that may be written to. */
  async copyOfMonths(name: string): Promise<FilledFolder> {
    const months = await this.months();
    const path = join(this.#options.folder, name);
    cpSync(months.path, path, { recursive: true });
    return { ...months, path, databasePath: new DataFolder(path).databasePath };
  }

  /**
   * A fortnight of 50 devices with two metrics each, every minute, which ended so long ago: for each name another folder, which may
   * be written to.
   */
  toMove(name: string, agoMs: number): Promise<FilledFolder> {
    return this.#fill(`to-move-${name}`, [this.#fleet("pine", 50, MOVED_MESSAGES, 60 * SECOND_MS, agoMs)]);
  }

  /** As many series as a hub may have, but for a few devices; the path of the folder. */
  wide(): Promise<string> {
    this.#wide ??= this.#make("wide", wideMessages(this.#endMs), WIDE_DEVICES * limits.metricsPerDevice);
    return this.#wide;
  }

  #fleet(name: string, devices: number, messages: number, cadenceMs: number, agoMs = 0): Fleet {
    return new Fleet({ name, devices, messages, cadenceMs, startMs: this.#endMs - agoMs - messages * cadenceMs });
  }

  async #fill(name: string, fleets: readonly Fleet[]): Promise<FilledFolder> {
    const readings = sum(fleets.map((fleet) => fleet.readings));
    const path = await this.#make(name, messagesOf(fleets, READINGS_PER_MESSAGE), readings);
    return { path, databasePath: new DataFolder(path).databasePath, fleets, readings, endMs: this.#endMs };
  }

  async #make(name: string, messages: Iterable<IncomingReading[]>, total: number): Promise<string> {
    const path = join(this.#options.folder, name);
    mkdirSync(path, { mode: 0o700 });
    await this.#append(new DataFolder(path).databasePath, messages, total);
    return path;
  }

  async #append(path: string, messages: Iterable<IncomingReading[]>, total: number): Promise<void> {
    const { tell } = this.#options;
    const store = new SqliteStore({
      path,
      clock: systemClock,
      onDeath: (error) => {
        throw error;
      },
      onWarning: tell,
      onCommit: () => undefined,
    });
    await store.start();
    const startedAtMs = performance.now();
    let toldAtMs = startedAtMs;
    let appended = 0;
    let pending: Promise<unknown> = Promise.resolve();
    for (const readings of messages) {
      // One message is on its way while the next is made.
      const next = store.readings.append({ readings, attributes: [], receivedAtMs: Date.now() });
      await pending;
      pending = next;
      appended += readings.length;
      if (performance.now() < toldAtMs + TELL_PERIOD_MS) continue;
      toldAtMs = performance.now();
      tell(`storing ${count(total)} readings: ${Math.floor((100 * appended) / total)} %`);
    }
    await pending;
    await store.seal();
    await store.stop();
    const seconds = (performance.now() - startedAtMs) / 1_000;
    tell(`stored ${count(total)} readings in ${seconds.toFixed(0)} s, ${count(statSync(path).size)} bytes`);
  }
}

/** One reading of each series, a device after the other. */
function* wideMessages(endMs: number): Generator<IncomingReading[]> {
  const metrics = Array.from({ length: limits.metricsPerDevice }, (_, index) => metricName(`metric-${index + 1}`));
  for (let number = 1; number <= WIDE_DEVICES; number++) {
    const device = deviceId(`wide-${number}`);
    const tsMs = endMs - 1_000 * (number % WIDE_TIMES);
    yield metrics.map((metric, index) => ({ device, metric, tsMs, value: index }));
  }
}
