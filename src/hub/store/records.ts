// The port to records: everything that is stored beside readings. Few rows, read at start, written as they change. A kind of record
// is declared in the file that owns it; the store knows its name, schema and id.
import type { Static, TSchema } from "typebox";
import type { DeviceId } from "../../shared/ids.ts";
import type { IncomingAttribute } from "../../shared/reading.ts";

export interface RecordKind<S extends TSchema> {
  /** Of all its records, for ever: they are stored under it. */
  readonly name: string;
  /** `list` checks stored records against it, so later versions may add optional properties only. */
  readonly schema: S;
  readonly idOf: (record: Static<S>) => string;
  /** The device that a record goes with when the device is removed; left out, or null, where there is none. */
  readonly deviceOf?: (record: Static<S>) => string | null;
}

export interface RecordCollection<T> {
  /** All of them, in the order in which they were first saved. Rejects where one does not fit the schema. */
  list(): Promise<T[]>;
  /**
   * Writes `records`, each in the place of the one with its id, and removes those with `removedIds`, in one step; resolves
   * once it is on disk, and everything that was handed to the store before.
   */
  save(records: readonly T[], removedIds?: readonly string[]): Promise<void>;
}

export interface RecordStore {
  /** The records of this kind; none where none was saved. */
  collection<S extends TSchema>(kind: RecordKind<S>): RecordCollection<Static<S>>;
  /**
   * Removes a device's attributes and all records whose `deviceOf` it is, in one step; resolves once it is on disk, and
   * everything that was handed to the store before.
   */
  removeDevice(id: DeviceId): Promise<void>;
  /** The latest text of each attribute that came with `ReadingStore.append`, oldest first. */
  attributes(): Promise<IncomingAttribute[]>;
  /** A value that is made once and then stored, such as the hub's id. Of two callers at once, both get the first value. */
  setting(name: string, make: () => string): Promise<string>;
}
