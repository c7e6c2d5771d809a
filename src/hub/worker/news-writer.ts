// Notifies the hub of stored readings, four times a second. Bounded: if a series exceeds the size of a round, only its newest
// reading is sent; series that do not fit into one round go into the next.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { IncomingAttribute, IncomingReading } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import type { IncomingUnit } from "../ingest/device-message.ts";
import { MAX_NOTICE_BYTES } from "../store/notices.ts";
import type { News } from "./news.ts";

const ROUND_MS = 250;
/** Beyond, a round has the newest reading of each series alone. */
const MAX_READINGS_PER_ROUND = 2_000;
const MAX_NEWS_PER_ROUND = 40;
const MAX_POINTS_PER_ENTRY = 200;
/** Names, brackets and what all news have. */
const SPARE_BYTES = 400;
/** An unchanged attribute or unit is announced again after so long: a notice may have been lost. */
const ANNOUNCE_AGAIN_MS = 60_000;

export interface NewsWriterOptions {
  readonly from: string;
  readonly address: string;
  readonly clock: Clock;
  readonly notify: (text: string) => Promise<void>;
}

interface SeriesNews {
  readonly device: DeviceId;
  readonly metric: MetricName;
  points: number[];
}

type Entry =
  | { readonly kind: "readings"; readonly value: SeriesNews }
  | { readonly kind: "attributes"; readonly value: IncomingAttribute }
  | { readonly kind: "units"; readonly value: IncomingUnit };

export class NewsWriter {
  readonly #options: NewsWriterOptions;
  readonly #series = new Map<string, SeriesNews>();
  /** Attributes and units that are to be announced, by name. */
  readonly #facts = new Map<string, Exclude<Entry, { readonly kind: "readings" }>>();
  readonly #announced = new Map<string, string>();
  readonly #devices = new Set<DeviceId>();
  #hasRefused = false;
  #readings = 0;
  #forgetAtMs = 0;
  #writing: Promise<void> | null = null;
  #endTimer: (() => void) | null = null;

  constructor(options: NewsWriterOptions) {
    this.#options = options;
  }

  start(): void {
    this.#endTimer = this.#options.clock.every(ROUND_MS, () => this.#round());
  }

  /** Resolves when the last notice is sent, or has failed. */
  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#writing;
    this.#round();
    await this.#writing;
  }

  stored(readings: readonly IncomingReading[], tsMs: Float64Array): void {
    for (const [index, { device, metric, value }] of readings.entries()) {
      const ts = tsMs[index] ?? 0;
      const key = `${device}\n${metric}`;
      const series = this.#series.get(key);
      if (series === undefined) this.#series.set(key, { device, metric, points: [ts, value] });
      else if (this.#readings < MAX_READINGS_PER_ROUND && series.points.length < 2 * MAX_POINTS_PER_ENTRY)
        series.points.push(ts, value);
      else if (ts >= (series.points.at(-2) ?? 0)) series.points = [ts, value];
      this.#readings++;
    }
  }

  described(attributes: readonly IncomingAttribute[], units: readonly IncomingUnit[]): void {
    for (const value of attributes)
      this.#announce(`a ${value.device}\n${value.name}`, value.text, { kind: "attributes", value });
    for (const value of units)
      this.#announce(`u ${value.device}\n${value.metric}`, value.unit, { kind: "units", value });
  }

  devicesAdded(devices: readonly DeviceId[]): void {
    for (const device of devices) this.#devices.add(device);
  }

  refused(): void {
    this.#hasRefused = true;
  }

  #announce(key: string, text: string, entry: Exclude<Entry, { readonly kind: "readings" }>): void {
    if (this.#announced.get(key) === text) return;
    this.#announced.set(key, text);
    this.#facts.set(key, entry);
  }

  #round(): void {
    const nowMs = this.#options.clock.now();
    if (Math.abs(nowMs - this.#forgetAtMs) > ANNOUNCE_AGAIN_MS) {
      this.#forgetAtMs = nowMs;
      this.#announced.clear();
    }
    this.#writing ??= this.#notify().finally(() => {
      this.#writing = null;
    });
  }

  /** Never rejects. */
  async #notify(): Promise<void> {
    const { from, address, notify } = this.#options;
    const texts: string[] = [];
    if (this.#devices.size > 0 || this.#hasRefused) {
      const devices = [...this.#devices].slice(0, 100);
      for (const device of devices) this.#devices.delete(device);
      texts.push(JSON.stringify({ from, devices, ...(this.#hasRefused && { hasRefused: true }) } satisfies News));
      this.#hasRefused = false;
    }
    for (let count = 0; count < MAX_NEWS_PER_ROUND && this.#facts.size + this.#series.size > 0; count++)
      texts.push(JSON.stringify({ from, address, ...this.#nextNews() } satisfies News));
    this.#readings = 0;
    for (const text of texts) {
      try {
        await notify(text);
      } catch {
        // The database is away. The hub compares with its tables when it is back.
        return;
      }
    }
  }

  /** As much as one text may have. */
  #nextNews(): Pick<News, "readings" | "attributes" | "units"> {
    const readings: SeriesNews[] = [];
    const attributes: IncomingAttribute[] = [];
    const units: IncomingUnit[] = [];
    const news = { readings, attributes, units };
    let room = MAX_NOTICE_BYTES - SPARE_BYTES;
    const fits = (value: object): boolean => {
      const bytes = Buffer.byteLength(JSON.stringify(value)) + 1;
      const isFirst = room === MAX_NOTICE_BYTES - SPARE_BYTES;
      if (bytes > room && !isFirst) return false;
      room -= bytes;
      return true;
    };
    for (const [key, entry] of this.#facts) {
      if (!fits(entry.value)) return news;
      this.#facts.delete(key);
      if (entry.kind === "attributes") attributes.push(entry.value);
      else units.push(entry.value);
    }
    for (const [key, series] of this.#series) {
      if (!fits(series)) return news;
      this.#series.delete(key);
      readings.push(series);
    }
    return news;
  }
}
