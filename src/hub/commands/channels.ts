// The ways to devices: sessions that subscribe to their commands, requests that wait, and publishers that reach the
// subscribers of the topic of a control that people added.
import type { Publication } from "../../shared/controls/added-control.ts";
import type { CommandMessage } from "../../shared/controls/command.ts";
import type { DeviceId } from "../../shared/ids.ts";

/** The device's client got a command, and does not take it. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
}

/** A way to a device: an MQTT session, a WebSocket, a request that waits. */
export interface CommandChannel {
  /** Whose acknowledgement it is, where it is not the device's client's own. */
  readonly acknowledgedBy?: "broker";
  /**
   * Hands a command over. Resolves once the device's client has acknowledged it; with false where it has been sent, but
   * this way has no acknowledgement. Rejects when the way ended before that, or `signal` took the command back; with
   * `CommandRefused` where the client says that it does not take it.
   */
  deliver(message: CommandMessage, signal: AbortSignal): Promise<boolean>;
}

/** A transport that can publish on topics. */
export interface CommandPublisher {
  /** The way to the subscribers of a topic; undefined while there is none. */
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

  /** The best way for a command to a device, or for what its control publishes; undefined while there is none. */
  find(device: string, publication: Publication | undefined): CommandChannel | undefined {
    if (publication === undefined) return this.#byDevice.get(device)?.at(-1);
    for (const publisher of this.#publishers) {
      const channel = publisher.commandChannel(publication);
      if (channel !== undefined) return channel;
    }
    return undefined;
  }
}
