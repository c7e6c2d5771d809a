// A device that records what it executed, on an unreliable connection. It behaves like the Pi's agent: executes each id once, not
// after its expiry, and resends an unacknowledged reply on the next connection.
import { setTimeout as pause } from "node:timers/promises";
import type { CommandMessage, CommandReply } from "../../../src/shared/controls/command.ts";
import type { ControlValue } from "../../../src/shared/controls/control.ts";
import type { Connect, Connection } from "./storm-connections.ts";

/** Where in the life of a command its connection breaks; a silent device acknowledges, and that is all. */
type Break = "never" | "before acting" | "before acknowledging" | "before replying" | "silent";

const SHARES: readonly (readonly [Break, number])[] = [
  ["before acting", 0.08],
  ["before acknowledging", 0.08],
  ["before replying", 0.1],
  ["silent", 0.01],
];
/** How long it stays away at most. */
const AWAY_MS = { storm: 1_500, calm: 100 };

export interface Run {
  readonly id: string;
  readonly control: string;
  readonly value: ControlValue;
  readonly atMs: number;
}

export class StormDevice {
  readonly name: string;
  readonly runs: Run[] = [];
  /** What its controls are set to. */
  readonly state = new Map<string, ControlValue>();
  /** Ids received twice on one connection. */
  readonly receivedTwice: string[] = [];
  readonly #connect: Connect;
  readonly #chance: () => number;
  readonly #replies = new Map<string, CommandReply>();
  readonly #unsent = new Set<CommandReply>();
  #isReliable = false;

  constructor(name: string, connect: Connect, chance: () => number) {
    this.name = name;
    this.#connect = connect;
    this.#chance = chance;
  }

  /** Disables faults. */
  calm(): void {
    this.#isReliable = true;
  }

  /** Connects again and again until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#visit(signal).catch(() => undefined);
      const { storm, calm } = AWAY_MS;
      await pause(this.#chance() * (this.#isReliable ? calm : storm), null, { signal }).catch(() => undefined);
    }
  }

  /** One connection, from its beginning to its end. */
  async #visit(signal: AbortSignal): Promise<void> {
    const received = new Set<string>();
    const connection = await this.#connect(this.name, (each, message, acknowledge) => {
      if (received.has(message.id)) this.receivedTwice.push(message.id);
      received.add(message.id);
      this.#onCommand(each, message, acknowledge);
    });
    const cut = () => connection.cut();
    signal.addEventListener("abort", cut);
    if (signal.aborted) cut();
    for (const reply of this.#unsent) this.#send(connection, reply);
    await connection.ended;
    signal.removeEventListener("abort", cut);
  }

  #onCommand(connection: Connection, message: CommandMessage, acknowledge: () => void): void {
    const where = this.#nextBreak();
    switch (where) {
      case "never":
        acknowledge();
        this.#send(connection, this.#act(message));
        break;
      case "before acting":
        connection.cut();
        break;
      case "before acknowledging":
        this.#act(message);
        connection.cut();
        break;
      case "before replying":
        acknowledge();
        this.#unsent.add(this.#act(message));
        setImmediate(() => connection.cut());
        break;
      case "silent":
        acknowledge();
        break;
      default:
        where satisfies never;
    }
  }

  #nextBreak(): Break {
    let left = this.#isReliable ? 1 : this.#chance();
    for (const [where, share] of SHARES) {
      if (left < share) return where;
      left -= share;
    }
    return "never";
  }

  #act({ id, control, value, at, ttl_ms }: CommandMessage): CommandReply {
    const earlier = this.#replies.get(id);
    if (earlier !== undefined) return earlier;
    const atMs = Date.now();
    const isLate = atMs >= at + ttl_ms;
    const reply = isLate ? { id, ok: false, error: "it came too late" } : { id, ok: true, value };
    if (!isLate) {
      this.runs.push({ id, control, value, atMs });
      this.state.set(control, value);
    }
    this.#replies.set(id, reply);
    return reply;
  }

  #send(connection: Connection, reply: CommandReply): void {
    this.#unsent.add(reply);
    connection.reply(reply).then(
      () => this.#unsent.delete(reply),
      () => undefined,
    );
  }
}
