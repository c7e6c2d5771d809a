// The live feed of the UI. Readings are sampled: of each series the newest value a tick, and after it the oldest where they are
// further apart than live readings are, which shows a backlog. The first message after a tick that had none is sent at once. A
// listener that does not keep up is cut off; it reconnects and requests what it missed.
import type { LiveEvent, LiveReading } from "../../shared/api.ts";
import type { Device } from "../../shared/device.ts";
import { assertNever } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";

const TICK_MS = 100;
const TICKS_PER_RATE = 10;
/** Devices per tick: some milliseconds, and half a megabyte for each listener. */
const MAX_METRICS_PER_TICK = 5_000;
/** Readings of one tick that lie further apart were taken while the device was offline. */
const BACKLOG_SPAN_MS = 1_000;

/** The newest and the oldest reading of a series in one tick. */
interface Sample {
  newest: LiveReading;
  oldest: LiveReading;
}

export interface Listener {
  /** Of a listener with a scope of devices; one without gets all events, those of no device too. */
  readonly maySee?: (device: string) => boolean;
  send(text: string): void;
}

export interface LiveFeedOptions {
  readonly events: HubEvents;
  /** The devices of the API. */
  readonly devices: { get(id: string): Device | undefined };
  /** The mended value of a reading; null where it is hidden. */
  readonly mends: { shown(device: DeviceId, metric: string, tsMs: number, value: number): number | null };
  readonly clock: Clock;
}

export class LiveFeed {
  readonly #options: LiveFeedOptions;
  readonly #listeners = new Set<Listener>();
  readonly #samples = new Map<string, Sample>();
  /** Devices that changed since the last tick. */
  readonly #devices = new Set<DeviceId>();
  /** No readings were sent since the last tick, nor with it. */
  #isQuiet = true;
  #stored = 0;
  #ticks = 0;
  #endTimer: (() => void) | null = null;

  constructor(options: LiveFeedOptions) {
    this.#options = options;
    const { events } = options;
    events.readingsStored.push((readings, tsMs) => this.#sample(readings, tsMs));
    events.deviceChanged.on((id) => {
      if (this.#listeners.size > 0) this.#devices.add(id);
    });
    events.deviceRemoved.on((id) => {
      this.#devices.delete(id);
      this.#send({ type: "device-removed", id });
    });
    // Sent immediately, not with the next tick: a person is watching the switch.
    events.commandChanged.on((command) => this.#send({ type: "command", command }));
    events.timelineChanged.on(() => this.#send({ type: "timeline" }));
    events.messageRefused.on((refused) => this.#send({ type: "refused", refused }));
    events.diskChanged.on((status) => this.#send({ type: "disk", status }));
  }

  start(): void {
    this.#endTimer = this.#options.clock.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    this.#listeners.clear();
  }

  /** Sends all further events to `listener`; the returned function ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #sample(readings: readonly IncomingReading[], tsMs: Float64Array): void {
    this.#stored += readings.length;
    if (this.#listeners.size === 0) return;
    for (const [index, { device, metric, value: sent }] of readings.entries()) {
      const ts = tsMs[index] ?? 0;
      const value = this.#options.mends.shown(device, metric, ts, sent);
      if (value === null) continue;
      const key = `${device}\n${metric}`;
      const reading: LiveReading = [device, metric, ts, value];
      const sample = this.#samples.get(key);
      if (sample === undefined) this.#samples.set(key, { newest: reading, oldest: reading });
      else if (reading[2] >= sample.newest[2]) sample.newest = reading;
      else if (reading[2] < sample.oldest[2]) sample.oldest = reading;
    }
    if (this.#isQuiet) this.#sendSamples();
  }

  #tick(): void {
    this.#sendDevices();
    this.#isQuiet = true;
    this.#sendSamples();
    this.#ticks = (this.#ticks + 1) % TICKS_PER_RATE;
    if (this.#ticks > 0) return;
    this.#send({ type: "rate", readingsPerSecond: this.#stored });
    this.#stored = 0;
  }

  #sendSamples(): void {
    if (this.#samples.size === 0) return;
    this.#isQuiet = false;
    this.#send({ type: "readings", readings: [...this.#samples.values()].flatMap(toSend) });
    this.#samples.clear();
  }

  /** As many as there is time for, the one that changed first before the others. */
  #sendDevices(): void {
    let metrics = 0;
    for (const id of this.#devices) {
      if (metrics >= MAX_METRICS_PER_TICK) return;
      this.#devices.delete(id);
      const device = this.#options.devices.get(id);
      if (device === undefined) continue;
      this.#send({ type: "device", device });
      metrics += 1 + device.metrics.length;
    }
  }

  #send(event: LiveEvent): void {
    if (this.#listeners.size === 0) return;
    const text = JSON.stringify(event);
    for (const { maySee, send } of this.#listeners) {
      if (maySee === undefined) {
        send(text);
        continue;
      }
      const seen = seenOf(event, maySee);
      if (seen !== null) send(seen === event ? text : JSON.stringify(seen));
    }
  }
}

/** An event, filtered for a listener with a scope of devices; null where nothing is left. */
function seenOf(event: LiveEvent, maySee: (device: string) => boolean): LiveEvent | null {
  switch (event.type) {
    case "readings": {
      const readings = event.readings.filter(([device]) => maySee(device));
      return readings.length > 0 ? { ...event, readings } : null;
    }
    case "device":
      return maySee(event.device.id) ? event : null;
    case "command":
      return maySee(event.command.device) ? event : null;
    case "device-removed":
    case "timeline":
    case "disk":
      return event;
    case "refused":
    case "rate":
      return null;
    default:
      return assertNever(event);
  }
}

function toSend({ newest, oldest }: Sample): LiveReading[] {
  return newest[2] - oldest[2] > BACKLOG_SPAN_MS ? [newest, oldest] : [newest];
}
