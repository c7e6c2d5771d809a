// The store as a whole: what an adapter is.
import type { ReadingStore } from "./readings.ts";
import type { RecordStore } from "./records.ts";

export interface Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  /** Opens it and brings its tables up to date. Rejects with words for a person. */
  start(): Promise<void>;
  /** Finishes what was handed in, then closes. Stopping twice is fine. */
  stop(): Promise<void>;
  /** Gives memory back that was freed, the store's and the rest of the process's; a commit may wait some milliseconds. */
  releaseMemory(): Promise<void>;
  /** How the store is doing, as of now. */
  status(): Promise<StoreStatus>;
}

export interface StoreStatus {
  /** Database and write-ahead log. */
  readonly storedBytes: number;
  /** Readings sealed into chunks, and those still in the journal. */
  readonly sealedReadings: number;
  readonly journalReadings: number;
  /** When the oldest reading of the journal arrived; null when it is empty. */
  readonly journalSinceMs: number | null;
  /** Chunks that were found damaged since the start. */
  readonly damagedChunks: number;
}
