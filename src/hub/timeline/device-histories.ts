// A history for each device, in a record of its own: held in memory, saved with a delay after a change, removed with the device,
// and moved when the device is merged.
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { RecordCollection, RecordStore } from "../store/records.ts";

const SAVE_PERIOD_MS = 30_000;
/** A save blocks the event loop for as long as it serialises: a history may have a hundred kilobytes. */
const DEVICES_PER_SAVE = 16;

export interface HistoriesOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly clock: Clock;
  readonly events: Pick<HubEvents, "deviceRemoved" | "deviceMerged">;
  readonly onFailure: (error: unknown) => void;
}

interface OfDevice<Entry> {
  readonly device: string;
  readonly entries: Entry[];
}

export class DeviceHistories<Entry> {
  readonly #options: HistoriesOptions;
  readonly #records: RecordCollection<OfDevice<Entry>>;
  readonly #merge: (from: readonly Entry[], into: readonly Entry[]) => Entry[];
  readonly #byDevice = new Map<string, Entry[]>();
  readonly #unsaved = new Set<string>();
  #endTimer: (() => void) | null = null;

  constructor(
    options: HistoriesOptions,
    records: RecordCollection<OfDevice<Entry>>,
    merge: (from: readonly Entry[], into: readonly Entry[]) => Entry[],
  ) {
    this.#options = options;
    this.#records = records;
    this.#merge = merge;
    options.events.deviceRemoved.on((id) => {
      this.#byDevice.delete(id);
      this.#unsaved.delete(id);
    });
    options.events.deviceMerged.on(({ from, into }) => {
      if (this.#byDevice.has(from)) this.set(into, this.#merge(this.of(from), this.of(into)));
    });
  }

  async start(): Promise<void> {
    const { clock, onFailure } = this.#options;
    for (const { device, entries } of await this.#records.list()) this.#byDevice.set(device, entries);
    this.#endTimer = clock.every(SAVE_PERIOD_MS, () => void this.#save().catch(onFailure));
  }

  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#save();
  }

  of(device: string): readonly Entry[] {
    return this.#byDevice.get(device) ?? [];
  }

  set(device: string, entries: Entry[]): void {
    this.#byDevice.set(device, entries);
    this.#unsaved.add(device);
  }

  async #save(): Promise<void> {
    const unsaved = [...this.#unsaved];
    for (let at = 0; at < unsaved.length; at += DEVICES_PER_SAVE) {
      // Some may have been removed meanwhile.
      const devices = unsaved.slice(at, at + DEVICES_PER_SAVE).filter((device) => this.#unsaved.delete(device));
      try {
        await this.#records.save(devices.map((device) => ({ device, entries: [...this.of(device)] })));
      } catch (error) {
        for (const device of devices) this.#unsaved.add(device);
        throw error;
      }
    }
  }
}
