// Commands that have ended, the newest of each device, and the desired value of each control. Those over the limit leave the memory
// at once, and the disk with the next command that is saved.
import type { Command, Desired } from "../../shared/controls/command.ts";
import { desiredBy } from "../../shared/controls/command.ts";

/** Settled commands of each device. */
const MAX_HISTORY_PER_DEVICE = 200;

export class CommandHistory {
  readonly #byDevice = new Map<string, Command[]>();
  readonly #byId = new Map<string, Command>();
  /** By device and control: the command that was issued last. */
  readonly #latest = new Map<string, Map<string, Command>>();
  /** Over the limit, and still on disk. */
  #pendingRemovals: string[] = [];

  /** Keeps a command that has ended. */
  keep(command: Command): void {
    const history = [...(this.#byDevice.get(command.device) ?? []), command];
    this.#byId.set(command.id, command);
    for (const { id } of history.splice(0, Math.max(0, history.length - MAX_HISTORY_PER_DEVICE))) {
      this.#byId.delete(id);
      this.#pendingRemovals.push(id);
    }
    this.#byDevice.set(command.device, history);
  }

  /** Updates the desired value of the control, if the command is its latest. */
  note(command: Command): void {
    const { device, control, id } = command;
    const latest = this.#latest.get(device) ?? new Map<string, Command>();
    const known = latest.get(control);
    if (known === undefined || known.id === id || issuedAtMs(known) <= issuedAtMs(command))
      latest.set(control, command);
    this.#latest.set(device, latest);
  }

  /** By control: its desired value. */
  desired(device: string): Map<string, Desired> {
    const latest = this.#latest.get(device) ?? [];
    return new Map([...latest].map(([control, command]) => [control, desiredBy(command)]));
  }

  get(id: string): Command | undefined {
    return this.#byId.get(id);
  }

  /** Of one device, in the order in which they ended. */
  list(device: string): readonly Command[] {
    return this.#byDevice.get(device) ?? [];
  }

  /** The device is gone, and its history with it. */
  forget(device: string): void {
    for (const { id } of this.list(device)) this.#byId.delete(id);
    this.#byDevice.delete(device);
    this.#latest.delete(device);
  }

  /** Ids to remove from the disk; `requeueRemovals` returns them where that failed. */
  takeRemovals(): string[] {
    const removals = this.#pendingRemovals;
    this.#pendingRemovals = [];
    return removals;
  }

  requeueRemovals(ids: readonly string[]): void {
    this.#pendingRemovals.push(...ids);
  }
}

/** When a command was issued, in milliseconds UTC. */
export function issuedAtMs({ timeline }: Command): number {
  return timeline[0]?.atMs ?? 0;
}
