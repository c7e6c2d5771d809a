// How the commands of this window end. The live feed may tell of an end before the hub has answered that it took the command.
import { type Command, isSettled } from "../../../shared/controls/command.ts";
import { Signal } from "./signal.ts";

/** Of commands that ended and are not known to be this window's: others' among them. */
const MAX_REMEMBERED = 50;

/** The latest command of this window that came to its end. */
export const receipt = new Signal<Command | undefined>(undefined);
const taken = new Set<string>();
const ended = new Map<string, Command>();

/** The hub has taken a command of this window. */
export function commandTaken(id: string): void {
  const command = ended.get(id);
  if (command === undefined) taken.add(id);
  else receipt.set(command);
}

/** Of any command, whoever gave it. */
export function commandChanged(command: Command): void {
  if (!isSettled(command.state)) return;
  if (taken.delete(command.id)) {
    receipt.set(command);
    return;
  }
  ended.set(command.id, command);
  const [oldest] = ended.keys();
  if (ended.size > MAX_REMEMBERED && oldest !== undefined) ended.delete(oldest);
}
