// Readings as typical sensors send them: values that wander by a little, on a schedule that the network blurs.
import type { DeviceId } from "../../src/shared/ids.ts";
import type { IncomingReading } from "../../src/shared/reading.ts";
import { randomNumbers } from "../support/random.ts";
import { deviceId, metricName } from "../support/stores/store.ts";

/** A message is late by half of it at most, or early. */
const JITTER_MS = 100;

const temperature = metricName("temperature");
const humidity = metricName("humidity");
export const METRICS_PER_DEVICE = 2;

export interface FleetOptions {
  /** Devices are `<name>-1`, `<name>-2`, … */
  readonly name: string;
  readonly devices: number;
  /** Between two messages of a device. */
  readonly cadenceMs: number;
  readonly startMs: number;
  /** Messages of each device. */
  readonly messages: number;
}

/** Devices that send two metrics each, one device after the other, so that times of the whole never go back. */
export class Fleet {
  readonly options: FleetOptions;
  readonly #devices: { readonly id: DeviceId; tenths: number; hundredths: number }[];
  readonly #random: () => number;
  #sent = 0;

  constructor(options: FleetOptions) {
    this.options = options;
    this.#random = randomNumbers(options.devices);
    this.#devices = Array.from({ length: options.devices }, (_, index) => ({
      id: deviceId(`${options.name}-${index + 1}`),
      tenths: 200,
      hundredths: 5_000,
    }));
  }

  /** When the next message is due; infinite when all are sent. */
  get dueMs(): number {
    const { startMs, cadenceMs, devices, messages } = this.options;
    return this.#sent < devices * messages ? startMs + (this.#sent * cadenceMs) / devices : Number.POSITIVE_INFINITY;
  }

  get deviceIds(): DeviceId[] {
    return this.#devices.map(({ id }) => id);
  }

  /** Of the whole fleet. */
  get readings(): number {
    return this.options.devices * this.options.messages * METRICS_PER_DEVICE;
  }

  /** Adds the readings of the next message. */
  send(readings: IncomingReading[]): void {
    const device = this.#devices[this.#sent % this.#devices.length];
    if (device === undefined) return;
    const tsMs = Math.round(this.dueMs + (this.#random() - 0.5) * JITTER_MS);
    this.#sent++;
    device.tenths = clamp(device.tenths + Math.round((this.#random() - 0.5) * 2), -200, 500);
    device.hundredths = clamp(device.hundredths + Math.round((this.#random() - 0.5) * 20), 0, 10_000);
    readings.push({ device: device.id, metric: temperature, tsMs, value: device.tenths / 10 });
    readings.push({ device: device.id, metric: humidity, tsMs, value: device.hundredths / 100 });
  }
}

/** All that the fleets send, in order of time, in messages of about `size` readings. */
export function* messagesOf(fleets: readonly Fleet[], size: number): Generator<IncomingReading[]> {
  let readings: IncomingReading[] = [];
  for (;;) {
    const next = fleets.reduce((first, fleet) => (fleet.dueMs < first.dueMs ? fleet : first));
    if (next.dueMs === Number.POSITIVE_INFINITY) break;
    next.send(readings);
    if (readings.length < size) continue;
    yield readings;
    readings = [];
  }
  if (readings.length > 0) yield readings;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
