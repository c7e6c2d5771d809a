// Times that devices send without an offset. They are read as UTC, unless a live message shows that the device means the hub's own
// zone: read as UTC, such a message lies as far from its receipt as the zone of the hub is from UTC.
import type { DeviceId } from "../../../shared/ids.ts";
import type { IncomingReading } from "../../../shared/reading.ts";
import type { DeviceZone } from "./device-record.ts";

/** `hub`: the zone of the computer that the hub runs on. */
type ZoneName = DeviceZone["name"];

/** The distance between a reading and its receipt up to which a message counts as live. */
const LIVE_WITHIN_MS = 120_000;
/** Zones lie whole quarter-hours from UTC. */
const ZONE_STEP_MS = 900_000;

/** The time that the clocks in the hub's zone show as `tsMs` does in UTC. */
export function hubTimeToUtcMs(tsMs: number): number {
  const shown = new Date(tsMs);
  const date = [shown.getUTCFullYear(), shown.getUTCMonth(), shown.getUTCDate()] as const;
  const time = [shown.getUTCHours(), shown.getUTCMinutes(), shown.getUTCSeconds(), shown.getUTCMilliseconds()] as const;
  return new Date(...date, ...time).getTime();
}

/** The zone that a message shows, whose newest time was `tsMs` when read as UTC; null where it shows none of the two. */
export function zoneShownBy(tsMs: number, receivedAtMs: number): ZoneName | null {
  if (Math.abs(tsMs - receivedAtMs) <= LIVE_WITHIN_MS) return "utc";
  return Math.abs(hubTimeToUtcMs(tsMs) - receivedAtMs) <= LIVE_WITHIN_MS ? "hub" : null;
}

/** Whether the distance between a device's clock and the hub's is that of a zone, not of a wrong clock. */
export function isZoneDistance(offMs: number): boolean {
  const steps = Math.round(offMs / ZONE_STEP_MS);
  return steps !== 0 && Math.abs(steps) <= 56 && Math.abs(offMs - steps * ZONE_STEP_MS) <= LIVE_WITHIN_MS;
}

export interface TimedReadings {
  readonly readings: readonly IncomingReading[];
  /** Those of `readings` whose time came without an offset and was read as UTC. */
  readonly localTimes: ReadonlySet<IncomingReading>;
}

/** The zones of devices, as far as they are known. */
export interface KnownZones {
  get(device: DeviceId): DeviceZone | null;
  learned(device: DeviceId, name: ZoneName): void;
}

/** The readings with their times in UTC. A message that shows the zone of its device is read in that zone already. */
export function readingsInUtc(
  { readings, localTimes }: TimedReadings,
  receivedAtMs: number,
  zones: KnownZones,
): readonly IncomingReading[] {
  const newest = new Map<DeviceId, number>();
  for (const { device, tsMs } of localTimes) {
    if (tsMs !== null) newest.set(device, Math.max(tsMs, newest.get(device) ?? 0));
  }
  const inHubZone = new Set<DeviceId>();
  for (const [device, tsMs] of newest) {
    const known = zones.get(device);
    const shown = known?.by === "person" ? null : zoneShownBy(tsMs, receivedAtMs);
    if (shown !== null && shown !== known?.name) zones.learned(device, shown);
    if ((shown ?? known?.name) === "hub") inHubZone.add(device);
  }
  if (inHubZone.size === 0) return readings;
  return readings.map((reading) => {
    const isMoved = reading.tsMs !== null && inHubZone.has(reading.device) && localTimes.has(reading);
    return isMoved ? { ...reading, tsMs: hubTimeToUtcMs(reading.tsMs) } : reading;
  });
}
