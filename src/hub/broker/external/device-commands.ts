// Commands to devices behind an outside broker. A command is published while the device is online and the hub is connected. Only an
// MQTT 5 broker reports, in its PUBACK, that a topic has no subscriber; then the command waits in the hub and is tried again.
// Invariant: nothing waits at the broker longer than the command lives (MQTT 5), and nothing is sent while the connection is down.
import { ErrorWithReasonCode } from "mqtt";
import type { Publication } from "../../../shared/controls/added-control.ts";
import type { DeviceId } from "../../../shared/ids.ts";
import type { Clock } from "../../clock.ts";
import { type CommandChannel, CommandRefused } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { CommandSubscriber } from "../../protocols/protocol.ts";
import type { BrokerConnection } from "./broker-connection.ts";

export interface DeviceCommandsOptions {
  readonly commands: Pick<Commands, "attach" | "onSubscribed">;
  readonly commandsOf: (device: DeviceId) => CommandSubscriber;
  readonly connection: () => Pick<BrokerConnection, "isUp" | "publish">;
  readonly clock: Clock;
}

const TRY_AGAIN_MS = 5_000;
const SWEEP_PERIOD_MS = 1_000;
const EVERY_TOPIC = "#";

export class DeviceCommands {
  readonly #options: DeviceCommandsOptions;
  /** Devices that are online. */
  readonly #online = new Set<DeviceId>();
  /** By device: removes its channel. */
  readonly #detach = new Map<DeviceId, () => void>();
  /** By device without a subscriber: when it is tried again. */
  readonly #devicesWithoutSubscriber = new Map<DeviceId, number>();
  readonly #topicsWithoutSubscriber = new Map<string, number>();
  #endTimer: (() => void) | null = null;

  constructor(options: DeviceCommandsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#endTimer = this.#options.clock.every(SWEEP_PERIOD_MS, () => this.#sweep());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    this.connectionChanged();
  }

  deviceChanged(device: DeviceId, isOnline: boolean): void {
    if (isOnline) this.#online.add(device);
    else this.#online.delete(device);
    this.#update(device);
  }

  connectionChanged(): void {
    this.#devicesWithoutSubscriber.clear();
    this.#topicsWithoutSubscriber.clear();
    for (const device of new Set([...this.#online, ...this.#detach.keys()])) this.#update(device);
    if (this.#options.connection().isUp) this.#options.commands.onSubscribed(EVERY_TOPIC);
  }

  /** Undefined while there is no connection, or the topic had no subscriber a moment ago. */
  channelTo({ topic, payload }: Publication): CommandChannel | undefined {
    if (!this.#options.connection().isUp || this.#topicsWithoutSubscriber.has(topic)) return undefined;
    return this.#channel(
      () => ({ topic, payload }),
      (retryMs) => this.#topicsWithoutSubscriber.set(topic, retryMs),
    );
  }

  /** Attaches the device's channel where it is to have one, and detaches it where not. */
  #update(device: DeviceId): void {
    const subscriber = this.#options.commandsOf(device);
    const isReached = this.#options.connection().isUp && this.#online.has(device);
    if (!isReached) {
      this.#detach.get(device)?.();
      this.#detach.delete(device);
    } else if (!this.#detach.has(device) && !this.#devicesWithoutSubscriber.has(device)) {
      const channel = this.#channel(subscriber.encode, (retryMs) => {
        this.#devicesWithoutSubscriber.set(device, retryMs);
        this.#detach.get(device)?.();
        this.#detach.delete(device);
      });
      this.#detach.set(device, this.#options.commands.attach(device, channel));
    }
  }

  #channel(encode: CommandSubscriber["encode"], onQuiet: (retryMs: number) => void): CommandChannel {
    const { connection, clock } = this.#options;
    return {
      acknowledgedBy: "broker",
      deliver: async (message, signal) => {
        const { topic, payload } = encode(message);
        const leftMs = message.at + message.ttl_ms - clock.now();
        const expirySeconds = Math.max(1, Math.ceil(leftMs / 1_000));
        const published = { topic, payload, qos: 1, retain: false, expirySeconds } as const;
        const hasSubscriber = await connection().publish(published, signal).catch(rethrowAsRefusal);
        if (hasSubscriber !== false) return true;
        onQuiet(clock.now() + TRY_AGAIN_MS);
        throw new Error(`nobody is subscribed to ${topic}`);
      },
    };
  }

  #sweep(): void {
    const nowMs = this.#options.clock.now();
    for (const [topic, retryMs] of this.#topicsWithoutSubscriber) {
      if (nowMs < retryMs) continue;
      this.#topicsWithoutSubscriber.delete(topic);
      this.#options.commands.onSubscribed(topic);
    }
    for (const [device, retryMs] of this.#devicesWithoutSubscriber) {
      if (nowMs < retryMs) continue;
      this.#devicesWithoutSubscriber.delete(device);
      this.#update(device);
    }
  }
}

/** The broker's PUBACK had a failure, such as that the hub may not publish on the topic: it would have it the next time, too. */
function rethrowAsRefusal(error: unknown): never {
  throw error instanceof ErrorWithReasonCode
    ? new CommandRefused(`refused by the broker (0x${error.code.toString(16)})`)
    : error;
}
