// What the UI listens to. Readings are sampled: of each series the newest value a tick. A listener that does not keep up
// is cut off; it comes back and asks for what it missed.
import type { DiskStatus, LiveEvent, LiveReading, Refused } from "../../shared/api.ts";
import type { Command } from "../../shared/command.ts";
import type { Device } from "../../shared/device.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";

const TICK_MS = 100;
const TICKS_PER_RATE = 10;

export interface Listener {
  send(text: string): void;
}

export class LiveFeed {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  #readings = new Map<string, LiveReading>();
  #devices = new Map<string, Device>();
  #stored = 0;
  #ticks = 0;
  #endTimer: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(): void {
    this.#endTimer = this.#clock.every(TICK_MS, () => this.#tick());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    this.#listeners.clear();
  }

  /** Tells `listener` everything from now on; the answer ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Readings that were stored, with the time of each. */
  readings(readings: readonly IncomingReading[], tsMs: Float64Array): void {
    this.#stored += readings.length;
    if (this.#listeners.size === 0) return;
    for (const [index, { device, metric, value }] of readings.entries()) {
      this.#readings.set(`${device}\n${metric}`, [device, metric, tsMs[index] ?? 0, value]);
    }
  }

  device(device: Device): void {
    if (this.#listeners.size > 0) this.#devices.set(device.id, device);
  }

  /** At once: somebody looks at the switch that they pressed. */
  command(command: Command): void {
    this.#send({ type: "command", command });
  }

  removed(id: string): void {
    this.#devices.delete(id);
    this.#send({ type: "device-removed", id });
  }

  refused(refused: Refused): void {
    this.#send({ type: "refused", refused });
  }

  disk(status: DiskStatus): void {
    this.#send({ type: "disk", status });
  }

  #tick(): void {
    for (const device of this.#devices.values()) this.#send({ type: "device", device });
    this.#devices.clear();
    if (this.#readings.size > 0) {
      this.#send({ type: "readings", readings: [...this.#readings.values()] });
      this.#readings.clear();
    }
    this.#ticks = (this.#ticks + 1) % TICKS_PER_RATE;
    if (this.#ticks > 0) return;
    this.#send({ type: "rate", readingsPerSecond: this.#stored });
    this.#stored = 0;
  }

  #send(event: LiveEvent): void {
    if (this.#listeners.size === 0) return;
    const text = JSON.stringify(event);
    for (const listener of this.#listeners) listener.send(text);
  }
}
