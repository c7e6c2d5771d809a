// The simulated devices. A device is marked on disk before its first message is ingested, and the mark is removed with the device
// in one step, so that the devices of a simulation can be found and removed after any crash.
import { type Static, Type } from "typebox";
import type { DeviceId } from "../../shared/ids.ts";
import type { HubEvents } from "../events.ts";
import type { RecordKind, RecordStore } from "../store/records.ts";

const SimulatedDevice = Type.Object({
  id: Type.Unsafe<DeviceId>(Type.String()),
  /** Key of `PI_KINDS`. */
  kind: Type.String(),
});
export type SimulatedDevice = Static<typeof SimulatedDevice>;

const simulatedDeviceRecords: RecordKind<typeof SimulatedDevice> = {
  name: "simulated-device",
  schema: SimulatedDevice,
  idOf: ({ id }) => id,
  deviceOf: ({ id }) => id,
};

/** What charts of a new simulated Pi are filled with. */
export const SIMULATED_PAST_MS = 3_600_000;

export interface SimulatedDevicesOptions {
  readonly records: Pick<RecordStore, "collection">;
  readonly events: Pick<HubEvents, "deviceRemoved">;
}

export class SimulatedDevices {
  readonly #records: SimulatedDevicesOptions["records"];
  readonly #devices = new Map<DeviceId, SimulatedDevice>();

  constructor({ records, events }: SimulatedDevicesOptions) {
    this.#records = records;
    events.deviceRemoved.on((id) => this.#devices.delete(id));
  }

  /** Loads the stored marks. */
  async start(): Promise<void> {
    for (const device of await this.#records.collection(simulatedDeviceRecords).list())
      this.#devices.set(device.id, device);
  }

  has(id: DeviceId): boolean {
    return this.#devices.size > 0 && this.#devices.has(id);
  }

  /** The length of its made-up history; null where it is no simulated device. */
  pastMsOf(id: DeviceId): number | null {
    return this.has(id) ? SIMULATED_PAST_MS : null;
  }

  list(): SimulatedDevice[] {
    return [...this.#devices.values()];
  }

  /** Resolves once the marks are on disk. */
  async add(devices: readonly SimulatedDevice[]): Promise<void> {
    await this.#records.collection(simulatedDeviceRecords).save(devices);
    for (const device of devices) this.#devices.set(device.id, device);
  }

  /** For a device that was never created: other marks are removed with their devices. */
  async forget(id: DeviceId): Promise<void> {
    await this.#records.collection(simulatedDeviceRecords).save([], [id]);
    this.#devices.delete(id);
  }
}
