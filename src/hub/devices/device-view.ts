// A device as it is shown: what it is, and what each of its controls was last told, which the commands know.
import type { Desired } from "../../shared/command.ts";
import type { Device } from "../../shared/device.ts";
import type { DeviceState } from "./device-state.ts";
import { toDevice } from "./device-state.ts";
import type { DeviceDirectory } from "./directory.ts";

export interface DeviceViewOptions {
  readonly directory: DeviceDirectory;
  /** By control: what a device was last told. */
  readonly commands: { desired(device: string): ReadonlyMap<string, Desired> };
}

export class DeviceView {
  readonly #options: DeviceViewOptions;

  constructor(options: DeviceViewOptions) {
    this.#options = options;
  }

  list(): Device[] {
    return [...this.#options.directory.states.values()].filter(({ known }) => known).map((state) => this.show(state));
  }

  get(id: string): Device | undefined {
    const state = this.#options.directory.known(id);
    return state === undefined ? undefined : this.show(state);
  }

  show(state: DeviceState): Device {
    return toDevice(state, this.#options.commands.desired(state.id));
  }
}
