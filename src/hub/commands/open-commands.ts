// The commands that are not settled, in the order of issue: by id, and by device, so that a command costs the same with any number
// of devices.
import type { Command, CommandMessage } from "../../shared/controls/command.ts";
import type { Control } from "../../shared/controls/control.ts";
import { issuedAtMs } from "./command-history.ts";

export interface OpenCommand {
  command: Command;
  readonly message: CommandMessage;
  readonly control: Control;
  /** While it is being sent: withdraws it. */
  withdraw: AbortController | null;
  /** When a reply is due; null before it is delivered. */
  replyDueMs: number | null;
  /** False while it is saved for the first time: it must not be announced yet. */
  isWritten: boolean;
  /** True while its end is being saved: its state is final. */
  ending: Promise<void> | null;
  /** Its end, where that could not be saved: saving is tried again. */
  owed: { readonly end: Command; readonly againMs: number } | null;
}

/** A command that is on disk, before any step of its delivery. */
export function openCommand(command: Command, control: Control): OpenCommand {
  const { id, value, expiresAtMs } = command;
  const at = issuedAtMs(command);
  const message = { id, control: command.control, value, at, ttl_ms: expiresAtMs - at };
  return { command, message, control, withdraw: null, replyDueMs: null, isWritten: true, ending: null, owed: null };
}

/** It is being saved, at its beginning or at its end. */
export function isHeld({ isWritten, ending, owed }: OpenCommand): boolean {
  return !isWritten || ending !== null || owed !== null;
}

export class OpenCommands {
  readonly #byId = new Map<string, OpenCommand>();
  readonly #byDevice = new Map<string, Set<OpenCommand>>();

  /** A copy: commands may be settled while it is read. */
  get all(): OpenCommand[] {
    return [...this.#byId.values()];
  }

  /** Of one device, as a copy. */
  of(device: string): OpenCommand[] {
    return [...(this.#byDevice.get(device) ?? [])];
  }

  get(id: string): OpenCommand | undefined {
    return this.#byId.get(id);
  }

  has(open: OpenCommand): boolean {
    return this.#byId.get(open.command.id) === open;
  }

  add(open: OpenCommand): void {
    const { id, device } = open.command;
    this.#byId.set(id, open);
    const ofDevice = this.#byDevice.get(device) ?? new Set();
    this.#byDevice.set(device, ofDevice.add(open));
  }

  remove(open: OpenCommand): void {
    const { id, device } = open.command;
    this.#byId.delete(id);
    const ofDevice = this.#byDevice.get(device);
    ofDevice?.delete(open);
    if (ofDevice?.size === 0) this.#byDevice.delete(device);
  }
}
