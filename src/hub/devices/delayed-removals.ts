// Removes devices a minute after a person's request, unless that is cancelled. Until then a device works as before, so cancelling
// loses nothing. The due time is stored with the device: a hub that ends meanwhile removes it after its next start.
import type { Device } from "../../shared/device.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { DeviceDirectory } from "./directory.ts";

/** Long enough to see that it was the wrong one. */
const REMOVAL_DELAY_MS = 60_000;
/** After a start the hub has other things to do, and a person may have waited for it. */
const MIN_DELAY_AFTER_START_MS = 10_000;

export interface DelayedRemovalsOptions {
  readonly directory: Pick<DeviceDirectory, "states">;
  readonly registry: {
    setRemoval(id: string, dueMs: number | null): Promise<Device | Problem>;
    remove(id: string): Promise<Problem | null>;
  };
  readonly events: Pick<HubEvents, "deviceRemoved">;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class DelayedRemovals {
  readonly #options: DelayedRemovalsOptions;
  /** By device: what ends its timer. */
  readonly #endTimers = new Map<DeviceId, () => void>();
  /** Those that are being removed now. */
  readonly #removing = new Map<DeviceId, Promise<void>>();

  constructor(options: DelayedRemovalsOptions) {
    this.#options = options;
    options.events.deviceRemoved.on((id) => this.#endTimer(id));
  }

  /** To be called once the devices are restored. */
  start(): void {
    const { directory, clock } = this.#options;
    for (const { id, removalDueMs } of directory.states.values())
      if (removalDueMs !== null) this.#schedule(id, Math.max(removalDueMs - clock.now(), MIN_DELAY_AFTER_START_MS));
  }

  /** Resolves when nothing is being removed any more; what is due later is removed after the next start. */
  async stop(): Promise<void> {
    for (const id of this.#endTimers.keys()) this.#endTimer(id);
    await Promise.all(this.#removing.values());
  }

  /** Resolves with the device once its removal time is on disk. */
  async begin(id: string): Promise<Device | Problem> {
    const device = await this.#options.registry.setRemoval(id, this.#options.clock.now() + REMOVAL_DELAY_MS);
    const state = this.#options.directory.states.get(id);
    if (!("code" in device) && state !== undefined) this.#schedule(state.id, REMOVAL_DELAY_MS);
    return device;
  }

  /** Cancels the removal; resolves with the device once that is on disk. Without a pending removal nothing changes. */
  async keep(id: string): Promise<Device | Problem> {
    const device = await this.#options.registry.setRemoval(id, null);
    const state = this.#options.directory.states.get(id);
    if (!("code" in device) && state !== undefined) this.#endTimer(state.id);
    return device;
  }

  /** A clock that was set neither hurries it nor puts it off for long. What fails is tried again after the same time. */
  #schedule(id: DeviceId, delayMs: number): void {
    this.#endTimer(id);
    const end = this.#options.clock.every(Math.min(delayMs, REMOVAL_DELAY_MS), () => this.#remove(id));
    this.#endTimers.set(id, end);
  }

  #remove(id: DeviceId): void {
    const { directory, registry, onFailure } = this.#options;
    // It may be kept at this very moment, and that not be on disk yet.
    if (this.#removing.has(id) || typeof directory.states.get(id)?.removalDueMs !== "number") return;
    const removing = registry
      .remove(id)
      .then(() => undefined, onFailure)
      .finally(() => this.#removing.delete(id));
    this.#removing.set(id, removing);
  }

  #endTimer(id: DeviceId): void {
    this.#endTimers.get(id)?.();
    this.#endTimers.delete(id);
  }
}
