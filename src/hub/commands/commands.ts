// Commands from the button to the reply. A command is saved before it is announced, waits here while its device is away, is sent
// to one session at a time, and ends in exactly one of done, failed and expired. Its end is announced only once it is saved: a hub
// that died in between would announce another end later.
//   queued -> sent -> delivered -> done | failed
//   queued | sent -> expired, when its time to live has passed; sent -> queued, when the session ended before it was
//   acknowledged: a device that has it nevertheless knows it by its id.
import { publicationOf } from "../../shared/controls/added-control.ts";
import type { Command, CommandReply, CommandState, Desired } from "../../shared/controls/command.ts";
import { isSettled } from "../../shared/controls/command.ts";
import { type Control, type ControlValue, checkControlValue } from "../../shared/controls/control.ts";
import type { DeviceControl } from "../../shared/device.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import { filterMatches } from "../../shared/mqtt/topics.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { RecordStore } from "../store/records.ts";
import { type CommandChannel, CommandChannels, type CommandPublisher, CommandRefused } from "./channels.ts";
import { CommandHistory, issuedAtMs } from "./command-history.ts";
import { commandRecords } from "./command-records.ts";
import { isHeld, type OpenCommand, OpenCommands, openCommand } from "./open-commands.ts";

export interface CommandsOptions {
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly makeId: () => string;
  /** The controls of a device; undefined where there is no such device. */
  readonly controlsOf: (device: DeviceId) => readonly DeviceControl[] | undefined;
  readonly events: Pick<HubEvents, "commandChanged" | "deviceRemoved">;
  readonly onSaveFailed: (error: unknown) => void;
}

export interface CommandOrder {
  readonly device: DeviceId;
  readonly control: string;
  readonly value: ControlValue;
  readonly ttlMs: number;
  readonly by: string;
}

const SWEEP_PERIOD_MS = 100;
const REPLY_WITHIN_MS = 10_000;
/** After an end could not be saved. */
const TRY_AGAIN_MS = 1_000;
/** Commands of one device that may wait at once. */
const MAX_OPEN_COMMANDS_PER_DEVICE = 100;

type Outcome = Pick<Command, "acknowledgedBy" | "reply" | "error">;

export class Commands {
  readonly #options: CommandsOptions;
  readonly #open = new OpenCommands();
  readonly #history = new CommandHistory();
  readonly #channels = new CommandChannels();
  #endTimer: (() => void) | null = null;

  constructor(options: CommandsOptions) {
    this.#options = options;
    options.events.deviceRemoved.on((device) => this.#forget(device));
  }

  /** A transport that reaches the subscribers of topics registers itself. */
  addPublisher(publisher: CommandPublisher): void {
    this.#channels.addPublisher(publisher);
  }

  /** Restores the commands of the hub's last run. */
  async start(): Promise<void> {
    const { records, clock } = this.#options;
    for (const command of await records.collection(commandRecords).list()) this.#restore(command);
    this.#endTimer = clock.every(SWEEP_PERIOD_MS, () => this.#sweep());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    for (const open of this.#open.all) open.withdraw?.abort();
  }

  /** Resolves once the command is on disk. */
  async issue(order: CommandOrder): Promise<Command | Problem> {
    const { clock, makeId, controlsOf } = this.#options;
    const { device, value, ttlMs, by } = order;
    const controls = controlsOf(device);
    if (controls === undefined) return message("no-such-device", { device });
    const found = controls.find(({ control: { id } }) => id === order.control);
    if (found === undefined)
      return message("no-such-control", { device, field: "control", control: order.control.slice(0, 80) });
    const { control, publishes } = found;
    const wrong = checkControlValue(control, value);
    if (wrong !== null) return wrong;
    if (this.#open.of(device).length >= MAX_OPEN_COMMANDS_PER_DEVICE)
      return message("too-many-commands", { device, limit: MAX_OPEN_COMMANDS_PER_DEVICE });
    const nowMs = clock.now();
    const command: Command = {
      id: makeId(),
      device,
      control: control.id,
      value,
      state: "queued",
      by,
      ...(publishes && { publication: publicationOf(publishes, value) }),
      expiresAtMs: nowMs + ttlMs,
      timeline: [{ state: "queued", atMs: nowMs }],
    };
    const open = openCommand(command, control);
    open.isWritten = false;
    this.#open.add(open);
    const records = this.#options.records.collection(commandRecords);
    try {
      await records.save([command]);
    } catch (error) {
      this.#open.remove(open);
      throw error;
    }
    if (!this.#open.has(open)) {
      // Its device was removed meanwhile, and this record may have been saved behind that.
      await records.save([], [command.id]);
      return message("no-such-device", { device });
    }
    open.isWritten = true;
    this.#announce(command);
    this.#supersede(open);
    this.#dispatch(device);
    return command;
  }

  /** All of a device, the latest first. */
  list(device: string): Command[] {
    const open = this.#open.of(device).flatMap(({ command, isWritten }) => (isWritten ? [command] : []));
    return [...this.#history.list(device), ...open].reverse().sort((a, b) => issuedAtMs(b) - issuedAtMs(a));
  }

  /** By control: its desired value. */
  desired(device: string): Map<string, Desired> {
    return this.#history.desired(device);
  }

  get(id: string): Command | undefined {
    return this.#open.get(id)?.command ?? this.#history.get(id);
  }

  /** Adds a channel to a device; the answer removes it. */
  attach(device: DeviceId, channel: CommandChannel): () => void {
    this.#channels.attach(device, channel);
    // Not at once: the caller has to be able to remove the channel, which one for a single command does once it is used.
    queueMicrotask(() => this.#dispatch(device));
    return () => this.#channels.detach(device, channel);
  }

  /** A client has subscribed to `filter`. */
  onSubscribed(filter: string): void {
    const waiting = this.#open.all.filter(
      ({ command: { publication } }) => publication !== undefined && filterMatches(filter, publication.topic),
    );
    for (const device of new Set(waiting.map(({ command }) => command.device))) this.#dispatch(device);
  }

  /** A reply of a device; resolves once its outcome is on disk. A reply to no open command is ignored. */
  async replied(device: string | null, { id, ok, value, error }: CommandReply): Promise<void> {
    const open = this.#open.get(id);
    if (open === undefined || (device !== null && open.command.device !== device)) return;
    const outcome = ok ? {} : { error: error ?? "no-reason" };
    // A reply shows that the command was delivered, even where it arrives before the acknowledgement.
    const { command } = open;
    const delivered = command.state === "delivered" ? command : this.#advanced(command, "delivered", {});
    const answer = {
      acknowledgedBy: "device" as const,
      ...(value === undefined ? {} : { reply: value }),
      ...outcome,
    };
    await this.#settle(open, this.#advanced(delivered, ok ? "done" : "failed", answer));
  }

  #restore(command: Command): void {
    this.#history.note(command);
    if (isSettled(command.state)) {
      this.#history.keep(command);
      return;
    }
    // As it was when the command was issued; the device may have changed since.
    const control: Control = { id: command.control, kind: "text" };
    const open = openCommand(command, control);
    this.#open.add(open);
    if (command.state === "delivered") open.replyDueMs = this.#options.clock.now() + REPLY_WITHIN_MS;
    else if (command.state === "sent") this.#become(open, "queued");
  }

  #announce(command: Command): void {
    this.#history.note(command);
    this.#options.events.commandChanged.emit(command);
  }

  /** The device is removed with its history; its queued commands are not sent. */
  #forget(device: string): void {
    const open = this.#open.of(device);
    const ids = [...open.map(({ command }) => command), ...this.#history.list(device)].map(({ id }) => id);
    for (const one of open) {
      this.#open.remove(one);
      one.withdraw?.abort();
    }
    this.#history.forget(device);
    // A step that was saved while the records of the device were removed was saved behind that.
    const { records, onSaveFailed } = this.#options;
    if (ids.length > 0) records.collection(commandRecords).save([], ids).catch(onSaveFailed);
  }

  /** A newer value of a switch or a number replaces those that are queued: they are not sent. */
  #supersede({ command: newest, control }: OpenCommand): void {
    if (control.kind !== "switch" && control.kind !== "number") return;
    for (const other of this.#open.of(newest.device)) {
      const { id, state } = other.command;
      if (id === newest.id) break;
      if (other.command.control === newest.control && state === "queued" && !isHeld(other))
        this.#settleSoon(other, this.#advanced(other.command, "failed", { error: "superseded" }));
    }
  }

  /** Sends the oldest queued command of each control that has none under way. */
  #dispatch(device: string): void {
    const nowMs = this.#options.clock.now();
    const busy = new Set<string>();
    for (const open of this.#open.of(device)) {
      const { control, state, expiresAtMs, publication } = open.command;
      if (state === "queued" && !isHeld(open) && !busy.has(control) && nowMs < expiresAtMs) {
        const channel = this.#channels.find(device, publication);
        if (channel !== undefined) this.#send(open, channel);
      }
      busy.add(control);
    }
  }

  #send(open: OpenCommand, channel: CommandChannel): void {
    const withdraw = new AbortController();
    open.withdraw = withdraw;
    this.#become(open, "sent");
    const { acknowledgedBy = "device" } = channel;
    channel.deliver(open.message, withdraw.signal).then(
      (isAcknowledged) => {
        open.withdraw = null;
        if (!this.#isOpen(open)) return;
        if (open.command.publication !== undefined) {
          // A control added by hand has no reply.
          const { command } = open;
          const delivered = isAcknowledged ? this.#advanced(command, "delivered", { acknowledgedBy }) : command;
          this.#settleSoon(open, this.#advanced(delivered, "done", {}));
          return;
        }
        open.replyDueMs = this.#options.clock.now() + REPLY_WITHIN_MS;
        if (isAcknowledged) this.#become(open, "delivered", { acknowledgedBy });
      },
      (failure: unknown) => {
        open.withdraw = null;
        if (withdraw.signal.aborted) return;
        if (failure instanceof CommandRefused) {
          const end = this.#advanced(open.command, "failed", { error: failure.message });
          if (this.#isOpen(open)) this.#settleSoon(open, end);
          return;
        }
        // A channel that failed has ended, even where it was not removed yet.
        this.#channels.detach(open.command.device, channel);
        if (this.#isOpen(open)) this.#become(open, "queued");
        this.#dispatch(open.command.device);
      },
    );
  }

  /** It has no end yet, nor one that is being saved. */
  #isOpen(open: OpenCommand): boolean {
    return this.#open.has(open) && !isHeld(open);
  }

  #sweep(): void {
    const nowMs = this.#options.clock.now();
    for (const open of this.#open.all) {
      const { command, owed, ending } = open;
      const { state, expiresAtMs } = command;
      if (owed !== null && ending === null && nowMs >= owed.againMs) this.#settleSoon(open, owed.end);
      if (isHeld(open)) continue;
      if (open.replyDueMs !== null) {
        if (nowMs >= open.replyDueMs) this.#settleSoon(open, this.#advanced(command, "failed", { error: "no-reply" }));
      } else if (nowMs >= expiresAtMs && (state === "queued" || state === "sent")) {
        open.withdraw?.abort();
        this.#settleSoon(open, this.#advanced(command, "expired", {}));
      }
    }
  }

  #settleSoon(open: OpenCommand, end: Command): void {
    this.#settle(open, end).catch(this.#options.onSaveFailed);
  }

  #settle(open: OpenCommand, end: Command): Promise<void> {
    open.ending ??= this.#end(open, end);
    return open.ending;
  }

  async #end(open: OpenCommand, end: Command): Promise<void> {
    const { records, clock } = this.#options;
    const removals = this.#history.takeRemovals();
    try {
      await records.collection(commandRecords).save([end], removals);
    } catch (error) {
      this.#history.requeueRemovals(removals);
      open.ending = null;
      open.owed = { end, againMs: clock.now() + TRY_AGAIN_MS };
      throw error;
    }
    if (!this.#open.has(open)) return;
    this.#open.remove(open);
    this.#history.keep(end);
    this.#announce(end);
    this.#dispatch(end.device);
  }

  #become(open: OpenCommand, state: CommandState, outcome: Outcome = {}): void {
    open.command = this.#advanced(open.command, state, outcome);
    this.#announce(open.command);
    this.#options.records.collection(commandRecords).save([open.command]).catch(this.#options.onSaveFailed);
  }

  #advanced(command: Command, state: CommandState, outcome: Outcome): Command {
    return {
      ...command,
      ...outcome,
      state,
      timeline: [...command.timeline, { state, atMs: this.#options.clock.now() }],
    };
  }
}
