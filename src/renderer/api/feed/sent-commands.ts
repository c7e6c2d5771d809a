// The commands that this window sent, until each has come to its end. A Pi nearby answers so soon that the event of the end may
// overtake the hub's answer to the request, which alone says whose command it is.
import type { Command } from "../../../shared/controls/command.ts";
import { Signal } from "./signal.ts";

class SentCommands {
  /** The latest of them that came to its end. */
  readonly settled = new Signal<Command | undefined>(undefined);
  readonly #open = new Set<string>();
  #requests = 0;
  /** What ended, of anybody, while a request is under way. */
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

  /** A command came to its end: one of this window or of another. */
  end(command: Command): void {
    if (this.#open.delete(command.id)) this.settled.set(command);
    else if (this.#requests > 0) this.#ended.set(command.id, command);
  }
}

export const sentCommands = new SentCommands();
