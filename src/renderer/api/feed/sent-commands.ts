// The commands that this window sent, until each has ended. The event of a command's end may overtake the response to the request,
// which alone identifies the command as this window's.
import type { Command } from "../../../shared/controls/command.ts";
import { Signal } from "./signal.ts";

class SentCommands {
  /** The latest of them that ended. */
  readonly settled = new Signal<Command | undefined>(undefined);
  readonly #open = new Set<string>();
  #requests = 0;
  /** Commands of any window that ended while a request is in flight. */
  readonly #ended = new Map<string, Command>();

  async send(request: () => Promise<Command>): Promise<Command> {
    this.#requests++;
    try {
      const sent = await request();
      const ended = this.#ended.get(sent.id);
      if (ended === undefined) this.#open.add(sent.id);
      else this.settled.set(ended);
      return sent;
    } finally {
      this.#requests--;
      if (this.#requests === 0) this.#ended.clear();
    }
  }

  /** A command of this or another window has ended. */
  end(command: Command): void {
    if (this.#open.delete(command.id)) this.settled.set(command);
    else if (this.#requests > 0) this.#ended.set(command.id, command);
  }
}

export const sentCommands = new SentCommands();
