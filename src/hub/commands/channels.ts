// Channels to devices: sessions that subscribe to their command topics, long polls, and publishers to the topics of controls that
// people added.
import type { Publication } from "../../shared/controls/added-control.ts";
import type { CommandMessage } from "../../shared/controls/command.ts";
import type { DeviceId } from "../../shared/ids.ts";

/** The device's client rejected a command. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
}

/** A channel to a device: an MQTT session, a WebSocket, a long poll. */
export interface CommandChannel {
  /** Who acknowledges, where it is not the device's own client. */
  readonly acknowledgedBy?: "broker";
  /**
   * Sends a command. Resolves with true once the device's client has acknowledged it; with false where it has been sent, but the
   * channel has no acknowledgements. Rejects when the channel ended before that, or `signal` withdrew the command; with
   * `CommandRefused` where the client rejected it.
   */
  deliver(message: CommandMessage, signal: AbortSignal): Promise<boolean>;
}

/** A transport that can publish on topics. */
export interface CommandPublisher {
  /** The channel to the subscribers of a topic; undefined while there are none. */
  commandChannel(publication: Publication): CommandChannel | undefined;
}

export class CommandChannels {
  /** By device, newest last. */
  readonly #byDevice = new Map<string, CommandChannel[]>();
  readonly #publishers: CommandPublisher[] = [];

  addPublisher(publisher: CommandPublisher): void {
    this.#publishers.push(publisher);
  }

  attach(device: DeviceId, channel: CommandChannel): void {
    const channels = this.#byDevice.get(device);
    if (channels === undefined) this.#byDevice.set(device, [channel]);
    else channels.push(channel);
  }

  detach(device: string, channel: CommandChannel): void {
    const channels = this.#byDevice.get(device) ?? [];
    const place = channels.lastIndexOf(channel);
    if (place >= 0) channels.splice(place, 1);
    if (channels.length === 0) this.#byDevice.delete(device);
  }

  /** The best channel for a command to a device, or for the topic of its control; undefined while there is none. */
  find(device: string, publication: Publication | undefined): CommandChannel | undefined {
    if (publication === undefined) return this.#byDevice.get(device)?.at(-1);
    for (const publisher of this.#publishers) {
      const channel = publisher.commandChannel(publication);
      if (channel !== undefined) return channel;
    }
    return undefined;
  }
}
