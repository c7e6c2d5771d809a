// The store as a whole: the interface of an adapter, all of which `test/contract/store.ts` checks.
//
// Ordering. A write is enqueued when its method is called, and is on disk when its promise resolves. Saving records, removing a
// device, adding to the audit log and `readings.copy` are barriers: when they resolve, everything enqueued before, by any part of
// the store, is on disk or was rejected. `readings.append` promises less, so that a client that sends much does not delay others:
// see there.
import type { AuditLog } from "./audit.ts";
import type { MetadataStore } from "./metadata.ts";
import type { ReadingStore } from "./readings.ts";
import type { RecordStore } from "./records.ts";

export interface Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  readonly metadata: MetadataStore;
  /** Null where the store is not a file of the hub's, and has backups of its own. */
  readonly backup: StoreBackup | null;
  /** Opens it and brings its tables up to date. Rejects with a message for people. */
  start(): Promise<void>;
  /** Finishes what was handed in, then closes. Stopping twice is fine. */
  stop(): Promise<void>;
  /** Returns the free memory of the process to the system; a commit may wait some milliseconds. */
  releaseMemory(): Promise<void>;
  /** How the store is doing, as of now. */
  status(): Promise<StoreStatus>;
}

/** Readings that are acknowledged and not on the server: no answer has them. */
export interface SpoolStatus {
  readonly readings: number;
  readonly bytes: number;
  readonly maxBytes: number;
  /** When the first of them arrived. */
  readonly sinceMs: number;
}

/** Copies of the whole store, made in the background at low priority. */
export interface StoreBackup {
  /** The size of the copy on disk, at most about. */
  bytes(): Promise<number>;
  /**
   * Copies everything as of one moment into the new file `path`, whole in itself, then checks every part of the copy. Leaves no
   * file behind where it rejects.
   */
  copy(path: string, signal: AbortSignal): Promise<BackupCheck>;
  /** Copies another copy, and checks it. Rejects with a message where it is none, or of a newer version. */
  copyFrom(copy: string, path: string, signal: AbortSignal): Promise<BackupCheck>;
}

export interface BackupCheck {
  /** How many damages the check found. */
  readonly damages: number;
  /** A message for the first of them; null where there is none. */
  readonly firstDamage: string | null;
}

export interface StoreStatus {
  /** Everything that the store keeps on disk. */
  readonly storedBytes: number;
  readonly storedReadings: number;
  /** Of these, the ones that wait for work in the background, such as compression. */
  readonly pendingReadings: number;
  /** When the first of them arrived, milliseconds UTC; null when none waits. */
  readonly pendingSinceMs: number | null;
  /** Parts that were found damaged since the start: their readings are missing from answers. */
  readonly damagedParts: number;
  /** Readings that are spooled for a database server that is away; undefined where there are none. */
  readonly spool?: SpoolStatus;
  /** Figures of the adapter's own, by name. */
  readonly details: Readonly<Record<string, number>>;
}
