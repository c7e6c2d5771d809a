// The device of the API: its state, with the desired values of its controls, its keys and its mends.

import type { Desired } from "../../shared/controls/command.ts";
import type { Device } from "../../shared/device.ts";
import type { MendState } from "../../shared/history/mend.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceKey, OfferedKey } from "../../shared/security/access.ts";
import type { DeviceDirectory } from "./directory.ts";
import type { DeviceState } from "./state/device-state.ts";
import { toDevice } from "./state/device-state.ts";

export interface DeviceViewOptions {
  readonly directory: DeviceDirectory;
  /** By control: its desired value. */
  readonly commands: { desired(device: string): ReadonlyMap<string, Desired> };
  /** Of a simulated device, how long a history was made for it; null for a real one. */
  readonly simulated: { pastMsOf(device: DeviceId): number | null };
  readonly keys: { get(device: DeviceId): DeviceKey | undefined; offerOf(device: DeviceId): OfferedKey | undefined };
  readonly mends: { stateOf(device: DeviceId): MendState | undefined };
}

export class DeviceView {
  readonly #options: DeviceViewOptions;

  constructor(options: DeviceViewOptions) {
    this.#options = options;
  }

  list(): Device[] {
    return [...this.each()];
  }

  *each(): Generator<Device> {
    for (const state of this.#options.directory.states.values()) if (state.known) yield this.show(state);
  }

  get(id: string): Device | undefined {
    const state = this.#options.directory.known(id);
    return state === undefined ? undefined : this.show(state);
  }

  show(state: DeviceState): Device {
    const { commands, keys, simulated, mends } = this.#options;
    const mended = mends.stateOf(state.id);
    const key = keys.get(state.id);
    const offeredKey = keys.offerOf(state.id);
    const pastMs = simulated.pastMsOf(state.id);
    return {
      ...toDevice(state, commands.desired(state.id)),
      ...(mended && { mended }),
      ...(pastMs !== null && { simulated: true as const, firstSeenMs: state.firstSeenMs - pastMs }),
      ...(key && { key }),
      ...(offeredKey && { offeredKey }),
    };
  }
}
