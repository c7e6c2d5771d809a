// The events of the hub. A part emits one without knowing its listeners, which register while the hub is composed, before
// anything starts.
import type { DiskStatus, Refused } from "../shared/api.ts";
import type { Command } from "../shared/controls/command.ts";
import type { DeviceId } from "../shared/ids.ts";
import type { IncomingReading } from "../shared/reading.ts";

/** One kind of event. Listeners are called at once, in the order in which they registered. */
export class HubEvent<Value> {
  readonly #listeners: ((value: Value) => void)[] = [];

  on(listener: (value: Value) => void): void {
    this.#listeners.push(listener);
  }

  emit(value: Value): void {
    for (const listener of this.#listeners) listener(value);
  }
}

/** Readings that are on disk; `tsMs` has the time of each, in milliseconds UTC. */
export type ReadingsListener = (readings: readonly IncomingReading[], tsMs: Float64Array, receivedAtMs: number) => void;

export class HubEvents {
  /** A device came online, went offline, or changed something other than its values. */
  readonly deviceChanged = new HubEvent<DeviceId>();
  /** A device was removed, with its history. */
  readonly deviceRemoved = new HubEvent<DeviceId>();
  /** A device is being merged into another, and then removed. Emitted once all of its readings are copied. */
  readonly deviceMerged = new HubEvent<{ readonly from: DeviceId; readonly into: DeviceId }>();
  /** Notes on the time axis, or pauses of the hub. */
  readonly timelineChanged = new HubEvent<null>();
  /** A text that a device reports of itself; `before` is the last one. */
  readonly attributeChanged = new HubEvent<{
    readonly device: DeviceId;
    readonly name: string;
    readonly text: string;
    readonly before: string | undefined;
  }>();
  /** The controls that people added to a device changed. */
  readonly controlsChanged = new HubEvent<DeviceId>();
  readonly commandChanged = new HubEvent<Command>();
  readonly messageRefused = new HubEvent<Refused>();
  readonly diskChanged = new HubEvent<DiskStatus>();
  /** Called for every message, so a plain array: it costs the least. */
  readonly readingsStored: ReadingsListener[] = [];
}
