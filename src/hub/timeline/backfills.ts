// Ranges of time whose readings arrived late: the device was offline, and sent its buffered readings. The check of a reading in
// time is one comparison. Readings of a device with a wrong clock do not count as late.
import { type Static, Type } from "typebox";
import { Backfill } from "../../shared/history/timeline.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { HubEvents } from "../events.ts";
import type { RecordKind } from "../store/records.ts";
import { DeviceHistories, type HistoriesOptions } from "./device-histories.ts";

const MAX_BACKFILLS_PER_DEVICE = 50;
const LATE_MS = 120_000;
/** A reading is late after so many usual pauses of its metric. */
const PAUSES_IN_TIME = 3;
/** Late readings that are not further apart are one range. */
const JOIN_MS = 600_000;

const BackfillRecord = Type.Object({ device: Type.String(), entries: Type.Array(Backfill) });
const backfillRecords: RecordKind<typeof BackfillRecord> = {
  name: "backfill",
  schema: BackfillRecord,
  idOf: ({ device }) => device,
  deviceOf: ({ device }) => device,
};

/** By this a late reading of the device is recognised. */
interface Punctuality {
  readonly isClockWrong: boolean;
  /** Between two messages of the metric; null while that is not known. */
  readonly usualPauseMs: number | null;
}

export interface BackfillsOptions extends HistoriesOptions {
  readonly events: Pick<HubEvents, "deviceRemoved" | "deviceMerged" | "readingsStored">;
  readonly punctualityOf: (device: DeviceId, metric: MetricName) => Punctuality;
}

type Entry = Static<typeof Backfill>;

export class Backfills {
  readonly #punctualityOf: BackfillsOptions["punctualityOf"];
  readonly #histories: DeviceHistories<Entry>;

  constructor(options: BackfillsOptions) {
    this.#punctualityOf = options.punctualityOf;
    this.#histories = new DeviceHistories<Entry>(options, options.records.collection(backfillRecords), (from, into) =>
      [...from, ...into].sort((a, b) => a.receivedMs - b.receivedMs).slice(-MAX_BACKFILLS_PER_DEVICE),
    );
    options.events.readingsStored.push((readings, tsMs, receivedAtMs) => this.#noteLate(readings, tsMs, receivedAtMs));
  }

  start(): Promise<void> {
    return this.#histories.start();
  }

  stop(): Promise<void> {
    return this.#histories.stop();
  }

  /** In the order of arrival. */
  list(device: string): readonly Backfill[] {
    return this.#histories.of(device);
  }

  #noteLate(readings: readonly IncomingReading[], tsMs: Float64Array, receivedAtMs: number): void {
    const lateBeforeMs = receivedAtMs - LATE_MS;
    // A message may hold thousands: what there is of a device is copied once for all of them.
    let copies: Map<DeviceId, { readonly entries: Entry[]; isChanged: boolean }> | undefined;
    for (let index = 0; index < readings.length; index++) {
      const ts = tsMs[index] ?? receivedAtMs;
      const reading = readings[index];
      if (ts >= lateBeforeMs || reading === undefined) continue;
      copies ??= new Map();
      let copy = copies.get(reading.device);
      if (copy === undefined) {
        copy = { entries: [...this.#histories.of(reading.device)], isChanged: false };
        copies.set(reading.device, copy);
      }
      if (this.#addIfLate(copy.entries, reading, ts, receivedAtMs)) copy.isChanged = true;
    }
    for (const [device, { entries, isChanged }] of copies ?? []) if (isChanged) this.#histories.set(device, entries);
  }

  /** Adds a late reading to the stretches of its device; false where it is in one of them. */
  #addIfLate(entries: Entry[], { device, metric }: IncomingReading, ts: number, receivedAtMs: number): boolean {
    let place = entries.length - 1;
    while (place >= 0 && !isOfStretch(entries[place], ts, receivedAtMs)) place--;
    const touched = entries[place];
    if (touched !== undefined && ts >= touched.time && ts <= touched.timeEnd) return false;
    const { isClockWrong, usualPauseMs } = this.#punctualityOf(device, metric);
    if (isClockWrong || receivedAtMs - ts <= PAUSES_IN_TIME * (usualPauseMs ?? 0)) return false;
    if (touched === undefined) entries.push({ time: ts, timeEnd: ts, receivedMs: receivedAtMs });
    else {
      entries.splice(place, 1);
      entries.push({ ...touched, time: Math.min(touched.time, ts), timeEnd: Math.max(touched.timeEnd, ts) });
    }
    if (entries.length > MAX_BACKFILLS_PER_DEVICE) entries.shift();
    return true;
  }
}

function isOfStretch(entry: Entry | undefined, ts: number, receivedAtMs: number): boolean {
  if (entry === undefined) return false;
  const { time, timeEnd, receivedMs } = entry;
  return ts >= time - JOIN_MS && ts <= timeEnd + JOIN_MS && receivedAtMs - receivedMs <= JOIN_MS;
}
