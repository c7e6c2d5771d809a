// How fast the stored data grows: one figure a day is kept for a month, and the newest is compared with the oldest of a week.
import { type Static, Type } from "typebox";
import type { StorageStatus } from "../../shared/settings/hub-settings.ts";
import { DAY_MS, HOUR_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";
import type { Store } from "../store/store.ts";

const MAX_SAMPLES = 31;
/** The rate is that of the last days: sensors come and go. */
const MAX_SPAN_MS = 7 * DAY_MS;
/** Before this, the size of the write-ahead log dominates that of the readings. */
const MIN_SPAN_MS = 6 * HOUR_MS;
/** Used until a day of samples exists. */
const EARLY_SAMPLES_APART_MS = HOUR_MS;

const Sample = Type.Object({ atMs: Type.Integer(), bytes: Type.Number() });
type Sample = Static<typeof Sample>;
const GrowthRecord = Type.Object({ samples: Type.Array(Sample) });

const growthRecords: RecordKind<typeof GrowthRecord> = {
  name: "storage-growth",
  schema: GrowthRecord,
  idOf: () => "samples",
};

export interface StorageGrowthOptions {
  readonly store: Pick<Store, "status" | "backup">;
  readonly records: Pick<RecordStore, "collection">;
  readonly freeBytes: () => number | null;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class StorageGrowth {
  readonly #options: StorageGrowthOptions;
  #samples: readonly Sample[] = [];
  #endTimer: (() => void) | null = null;

  constructor(options: StorageGrowthOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const { records, clock, onFailure } = this.#options;
    const [record] = await records.collection(growthRecords).list();
    this.#samples = record?.samples ?? [];
    await this.#sample();
    this.#endTimer = clock.every(HOUR_MS, () => void this.#sample().catch(onFailure));
  }

  stop(): void {
    this.#endTimer?.();
  }

  async status(): Promise<StorageStatus> {
    const { store, clock } = this.#options;
    const { storedBytes, storedReadings } = await store.status();
    // In a database server the disk is another one.
    const freeBytes = store.backup === null ? null : this.#options.freeBytes();
    const nowMs = clock.now();
    const first = this.#samples.find(({ atMs }) => atMs <= nowMs && atMs >= nowMs - MAX_SPAN_MS);
    const spanMs = first === undefined ? 0 : nowMs - first.atMs;
    const bytesPerDay =
      first === undefined || spanMs < MIN_SPAN_MS ? null : Math.max(0, ((storedBytes - first.bytes) / spanMs) * DAY_MS);
    const daysLeft = bytesPerDay === null || bytesPerDay === 0 || freeBytes === null ? null : freeBytes / bytesPerDay;
    return {
      storedBytes,
      storedReadings,
      freeBytes,
      bytesPerDay,
      measuredSinceMs: first?.atMs ?? null,
      fullAtMs: daysLeft === null ? null : nowMs + daysLeft * DAY_MS,
    };
  }

  async #sample(): Promise<void> {
    const { store, records, clock } = this.#options;
    const atMs = clock.now();
    // A clock that was set back leaves samples from a time that is yet to come.
    const past = this.#samples.filter((sample) => sample.atMs <= atMs);
    const [first] = past;
    const apartMs = first !== undefined && atMs - first.atMs > DAY_MS ? DAY_MS : EARLY_SAMPLES_APART_MS;
    const last = past.at(-1);
    if (last !== undefined && atMs - last.atMs < apartMs) return;
    const { storedBytes } = await store.status();
    this.#samples = [...past, { atMs, bytes: storedBytes }].slice(-MAX_SAMPLES);
    await records.collection(growthRecords).save([{ samples: [...this.#samples] }]);
  }
}
