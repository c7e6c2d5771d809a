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
  storedBytes(): Promise<number>;
}
