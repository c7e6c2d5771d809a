// The topics of controls that people added, and the device of each. The broker looks one up for every message that it forwards,
// so they are collected again only after a change.
// Invariant: every change of a device's added controls, or of whether it has joined, passes through `during` or `invalidate`.
import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceState } from "./state/device-state.ts";

type AddedControls = Pick<DeviceState, "id" | "joining" | "overrides">;

export class AddedTopics {
  readonly #devices: ReadonlyMap<string, AddedControls>;
  #topics: ReadonlyMap<string, DeviceId> | null = null;

  constructor(devices: ReadonlyMap<string, AddedControls>) {
    this.#devices = devices;
  }

  /** Of devices that have joined. */
  list(): ReadonlyMap<string, DeviceId> {
    this.#topics ??= this.#collect();
    return this.#topics;
  }

  /** Waits for a change to a device, which is undone where it cannot be saved. */
  async during<T>(change: Promise<T>): Promise<T> {
    this.#topics = null;
    try {
      return await change;
    } finally {
      this.#topics = null;
    }
  }

  /** Devices have changed: the topics are collected again. */
  invalidate(): void {
    this.#topics = null;
  }

  #collect(): ReadonlyMap<string, DeviceId> {
    const topics = new Map<string, DeviceId>();
    for (const { id, joining, overrides } of this.#devices.values()) {
      if (joining !== null) continue;
      for (const { publishes } of overrides.controls ?? []) topics.set(publishes.topic, id);
    }
    return topics;
  }
}
