// The notifications between the hub and its workers over the database, as JSON: readings that a worker stored, devices that it
// saved, and devices that the hub has changed. A notification is a hint: the tables are authoritative, so one may be lost.
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import type { JoiningMode } from "../../shared/api.ts";
import { Refused } from "../../shared/api.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { Reason } from "../ingest/refused-records.ts";
import type { RecordKind } from "../store/records.ts";

const Device = Type.Unsafe<DeviceId>(Type.String());
const Metric = Type.Unsafe<MetricName>(Type.String());

export const News = Type.Object({
  /** The process that sent the notice. */
  from: Type.String(),
  /** The broker that the readings came by. */
  address: Type.Optional(Type.String()),
  /** Of each series: time and value, time and value. */
  readings: Type.Optional(
    Type.Array(Type.Object({ device: Device, metric: Metric, points: Type.Array(Type.Number()) })),
  ),
  attributes: Type.Optional(Type.Array(Type.Object({ device: Device, name: Metric, text: Type.String() }))),
  units: Type.Optional(Type.Array(Type.Object({ device: Device, metric: Metric, unit: Type.String() }))),
  /** Devices that a worker has saved, or whose record the hub has changed or removed. */
  devices: Type.Optional(Type.Array(Device)),
  /** A worker has refused a message. */
  hasRefused: Type.Optional(Type.Boolean()),
});
export type News = Static<typeof News>;

/** Null where the text is none of ours: another version's, perhaps. */
export function parseNews(text: string): News | null {
  try {
    return Value.Parse(News, JSON.parse(text));
  } catch {
    return null;
  }
}

/** How the hub treats unknown devices: for its workers, which have no such flag. */
const SharedSettings = Type.Object({ joining: Type.Unsafe<JoiningMode>(Type.String()) });
export const sharedSettings: RecordKind<typeof SharedSettings> = {
  name: "for-workers",
  schema: SharedSettings,
  idOf: () => "settings",
};

/** One record while the hub shares the readings with workers, rather than to take all of them. */
const ReadingsShared = Type.Object({ id: Type.String() });
export const readingsShared: RecordKind<typeof ReadingsShared> = {
  name: "readings-shared",
  schema: ReadingsShared,
  idOf: ({ id }) => id,
};

/** A message that a worker refused, until the hub lists it. */
const RefusedByWorker = Type.Object({ id: Type.String(), refused: Refused, reason: Reason });
export const refusedByWorkers: RecordKind<typeof RefusedByWorker> = {
  // Under "worker-refused" earlier versions saved what no hub could read.
  name: "refused-by-worker",
  schema: RefusedByWorker,
  idOf: ({ id }) => id,
};

/** A worker's place whose session may be at the broker; `sinceMs` goes on while it has a worker. */
const PlaceRecord = Type.Object({ number: Type.Integer(), sinceMs: Type.Integer() });
export const placeRecords: RecordKind<typeof PlaceRecord> = {
  name: "worker-place",
  schema: PlaceRecord,
  idOf: ({ number }) => String(number),
};
