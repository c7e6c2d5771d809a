// A store that may be moved into another one. Without a move it delegates everything; while both are written (`DualWrite`), reads
// go to the source, and writes go to it first.
import type { AuditLog } from "../store/audit.ts";
import type { MetadataStore } from "../store/metadata.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { RecordStore } from "../store/records.ts";
import type { Store, StoreBackup, StoreStatus } from "../store/store.ts";
import { ALL_READINGS } from "./copying/selections.ts";
import type { DualWrite } from "./dual-write.ts";

export class MovingStore implements Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  readonly metadata: MetadataStore;
  readonly backup: StoreBackup | null;
  /** While both are written. */
  dual: DualWrite | null = null;
  /** What a move does before the store is used, and before it is closed. */
  beforeStart: () => Promise<void> = async () => undefined;
  beforeStop: () => Promise<void> = async () => undefined;
  readonly #source: Store;

  constructor(source: Store) {
    const { readings, records, audit } = source;
    this.#source = source;
    this.metadata = source.metadata;
    this.backup = source.backup;
    this.readings = {
      append: (message) => (this.dual === null ? readings.append(message) : this.dual.append(message)),
      latest: () => readings.latest(),
      buckets: (query) => readings.buckets(query),
      page: (query) => readings.page(query),
      bucketGrid: (...args) => readings.bucketGrid(...args),
      export: (...args) => readings.export(...args),
      copy: (device, metrics, into) => {
        if (this.dual === null) return readings.copy(device, metrics, into);
        const copied = { ...ALL_READINGS, devices: [into], metrics: [...metrics] };
        return this.dual.change(copied, { ...copied, devices: [device, into] }, (store) =>
          store.readings.copy(device, metrics, into),
        );
      },
      remove: (selection) =>
        this.dual === null
          ? readings.remove(selection)
          : this.dual.change(selection, selection, (store) => store.readings.remove(selection)),
    };
    this.records = {
      collection: (kind) => ({
        list: () => records.collection(kind).list(),
        save: (...args) => this.#apply((store) => store.records.collection(kind).save(...args)),
      }),
      removeDevice: (id) => this.#apply((store) => store.records.removeDevice(id)),
      attributes: () => records.attributes(),
      setting: (name, make) =>
        this.dual === null
          ? records.setting(name, make)
          : this.dual.keep(
              (store) => store.records.setting(name, make),
              (store, value) => store.records.setting(name, () => value),
            ),
    };
    this.audit = {
      append: (entry) => this.#apply((store) => store.audit.append(entry)),
      page: (query) => audit.page(query),
      trim: (bounds) => this.#apply((store) => store.audit.trim(bounds)),
    };
  }

  async start(): Promise<void> {
    await this.#source.start();
    await this.beforeStart();
  }

  async stop(): Promise<void> {
    await this.beforeStop();
    await this.#source.stop();
  }

  releaseMemory(): Promise<void> {
    return this.#source.releaseMemory();
  }

  status(): Promise<StoreStatus> {
    return this.#source.status();
  }

  #apply(change: (store: Store) => Promise<void>): Promise<void> {
    return this.dual === null ? change(this.#source) : this.dual.keep(change, change);
  }
}
