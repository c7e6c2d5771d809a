// A reading is (device, metric, ts, value). Everything the hub keeps is made of these.
import type { DeviceId, MetricName } from "./ids.ts";

/** Names a series: the readings of one metric of one device. */
export interface SeriesKey {
  readonly device: DeviceId;
  readonly metric: MetricName;
}

/** A stored reading: `tsMs` is milliseconds since 1970 UTC, `value` a finite double. */
export interface Reading {
  readonly device: DeviceId;
  readonly metric: MetricName;
  readonly tsMs: number;
  readonly value: number;
}

/** A reading on its way in. `tsMs` null means that the sender gave no time: the hub's receipt time counts. */
export interface IncomingReading {
  readonly device: DeviceId;
  readonly metric: MetricName;
  readonly tsMs: number | null;
  readonly value: number;
}

/** A text that a device sent with its readings; only the latest value is stored. */
export interface IncomingAttribute {
  readonly device: DeviceId;
  readonly name: MetricName;
  readonly text: string;
}

/** What bounds one message, and what a device or a hub may hold. */
export const limits = {
  messageBytes: 256 * 1024,
  depth: 8,
  readingsPerMessage: 10_000,
  metricsPerDevice: 500,
  devices: 1_000,
  attributesPerDevice: 100,
  attributeCharacters: 1_000,
  /** 2000-01-01T00:00:00Z: an earlier clock was never set. */
  earliestTsMs: 946_684_800_000,
  futureMs: 24 * 3_600_000,
} as const;

/** One slice of a chart: `t` is its start in milliseconds UTC, `n` the number of readings in it. */
export interface Bucket {
  readonly t: number;
  readonly min: number;
  readonly max: number;
  readonly avg: number;
  readonly n: number;
}
