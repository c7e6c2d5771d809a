// WS /ws: devices over WebSocket. `{"type":"reading","device_id":"raspi-01","temperature":25.5,"seq":1}` is answered with
// `{"type":"ack","seq":1}` once it is on disk, or with an error that names the same number. A device that has named itself,
// in a message or as `/ws?device=raspi-01`, is sent its commands, `{"type":"command",…}`, and answers `{"type":"reply",…}`.

import type { WebSocket } from "ws";
import type { CommandMessage } from "../../../shared/controls/command.ts";
import { assertNever, detailsOf, errorOf, type Problem } from "../../../shared/errors.ts";
import { type DeviceId, parseDeviceId } from "../../../shared/ids.ts";
import { render } from "../../../shared/messages/render.ts";
import { limits } from "../../../shared/reading.ts";
import type { Access } from "../../access/access.ts";
import { mostCostOf, PARSED_MESSAGE_BYTES } from "../../access/limits/costs.ts";
import type { Share } from "../../access/limits/share.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Registry } from "../../devices/registry.ts";
import type { Log } from "../../observe/log/log.ts";
import { decodeEnvelope, type Envelope } from "../../protocols/bramble/device-envelope.ts";
import type { Inbox } from "../../protocols/inbox.ts";
import { renderSkipped } from "../render-skipped.ts";
import type { WebSocketConnection, WebSocketRoute } from "./websocket-upgrades.ts";

export interface DeviceSocketOptions {
  readonly access: Pick<Access, "devices" | "connections">;
  readonly inbox: Pick<Inbox, "receive">;
  readonly commands: Commands;
  readonly registry: Registry;
  readonly log: Log;
}

const SOURCE = "WebSocket /ws";
/** What a connection holds for each device that it has named: there is room for as many as the hub takes. */
const ATTACHED_BYTES = 128;
/** RFC 6455, section 7.4.1. */
const POLICY_VIOLATION = 1008;

export function deviceRoute(options: DeviceSocketOptions): WebSocketRoute {
  let count = 0;
  return {
    path: "/ws",
    // Room for the envelope, and for messages that are too large: the decoder refuses those with a message, not a cut.
    messageBytes: 2 * limits.messageBytes,
    permission: "device",
    open(connection, url) {
      const device = parseDeviceId(url.searchParams.get("device") ?? "");
      new DeviceSocket(options, connection, `ws:${++count}`).start(device);
    },
  };
}

class DeviceSocket {
  readonly #options: DeviceSocketOptions;
  readonly #connection: WebSocketConnection;
  readonly #socket: WebSocket;
  readonly #share: Share;
  readonly #address: string;
  readonly #session: string;
  /** By device: removes its channel for commands. */
  readonly #detach = new Map<DeviceId, () => void>();
  /** Messages that wait for room. */
  readonly #waiting: ReceivedMessage[] = [];
  #waitingBytes = 0;

  constructor(options: DeviceSocketOptions, connection: WebSocketConnection, session: string) {
    this.#options = options;
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#share = connection.share;
    this.#address = connection.address;
    this.#session = session;
  }

  start(device: DeviceId | undefined): void {
    const { access, registry } = this.#options;
    const { principal } = this.#connection;
    const named = device ?? (principal.kind === "device" ? principal.device : undefined);
    const endTracking = access.connections.add({
      principal,
      isAllowed: () => [...this.#detach.keys()].every((one) => this.#maySendAs(one)),
      close: () => this.#socket.close(POLICY_VIOLATION, "access has ended"),
    });
    if (named !== undefined && this.#maySendAs(named)) this.#attach(named);
    this.#connection.isWaiting = () => this.#waiting.length > 0;
    this.#connection.resume = () => this.#resume();
    this.#socket.on("message", (data, isBinary) => {
      // By default they always come as one buffer.
      if (!Buffer.isBuffer(data)) return;
      const message = { data, isBinary };
      if (this.#waiting.length === 0 && this.#hasRoomFor(message)) this.#accept(message);
      else this.#wait(message);
    });
    this.#socket.on("close", () => {
      endTracking();
      for (const detach of this.#detach.values()) detach();
      registry.presence.sessionEnded(this.#session, false);
    });
  }

  #maySendAs(device: DeviceId): boolean {
    return this.#options.access.devices.denialFor(this.#connection.principal, device) === null;
  }

  #hasRoomFor({ data }: ReceivedMessage): boolean {
    return this.#share.hasRoomFor(mostCostOf(PARSED_MESSAGE_BYTES, data.length));
  }

  #accept({ data, isBinary }: ReceivedMessage): void {
    const costBytes = PARSED_MESSAGE_BYTES + data.length;
    this.#share.take(costBytes);
    this.#share.messageTaken();
    this.#take(data, isBinary)
      .catch((error: unknown) => this.#options.log.error({ err: error }, "a message of a device could not be taken"))
      .finally(() => this.#share.release(costBytes));
  }

  /** Messages of one slice that arrived behind the last that there was room for. */
  #wait(message: ReceivedMessage): void {
    this.#waiting.push(message);
    this.#countWaiting(PARSED_MESSAGE_BYTES + message.data.length);
  }

  #resume(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#hasRoomFor(next)) return;
      this.#waiting.shift();
      this.#countWaiting(-PARSED_MESSAGE_BYTES - next.data.length);
      this.#accept(next);
    }
  }

  #countWaiting(bytes: number): void {
    this.#waitingBytes += bytes;
    this.#share.hold("waiting", this.#waitingBytes);
  }

  async #take(bytes: Buffer, isBinary: boolean): Promise<void> {
    const { inbox } = this.#options;
    const [only] = this.#detach.keys();
    const delivery = {
      source: SOURCE,
      payload: bytes,
      address: this.#address,
      principal: this.#connection.principal,
      session: this.#session,
      transport: "websocket",
      share: this.#share,
    } as const;
    const envelope: { opened: Envelope | null } = { opened: null };
    const verdict = await inbox.receive(delivery, (payload, { nowMs }) => {
      envelope.opened = decodeEnvelope(payload, isBinary, { nowMs, device: only });
      return envelope.opened.decoded;
    });
    const seq = envelope.opened?.seq;
    switch (verdict.kind) {
      case "stored":
        if (envelope.opened?.device !== undefined) this.#attach(envelope.opened.device);
        this.#send({
          type: "ack",
          seq,
          ...(verdict.skipped.length > 0 && { skipped: renderSkipped(verdict.skipped) }),
        });
        break;
      case "refused":
        this.#sendProblem(verdict.problem, seq);
        break;
      case "deferred":
        this.#sendProblem(verdict.problem, seq, verdict.retryAfterSeconds);
        break;
      default:
        assertNever(verdict);
    }
  }

  #sendProblem(found: Problem, seq: unknown, retryAfterSeconds?: number): void {
    const answer = { error: errorOf(found), message: render(found), details: detailsOf(found) };
    this.#send({ type: "error", seq, ...answer, retry_after: retryAfterSeconds });
  }

  #send(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const countUnsent = () => this.#share.hold("unsent", this.#socket.bufferedAmount);
    this.#socket.send(JSON.stringify(message), countUnsent);
    countUnsent();
  }

  #attach(device: DeviceId): void {
    const { commands, registry } = this.#options;
    // It may have disconnected while its message was on the way to the disk.
    if (this.#detach.has(device) || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#detach.set(device, commands.attach(device, this.#channel()));
    // Whoever makes up a device with each message would have the hub remember them all.
    this.#share.hold("remembered", ATTACHED_BYTES * this.#detach.size);
    registry.presence.sessionClaimed(device, this.#session);
  }

  #channel(): CommandChannel {
    return {
      deliver: (message: CommandMessage, signal: AbortSignal) =>
        new Promise((resolve, reject) => {
          const socket = this.#socket;
          // A client that answers this ping has received what was sent before it.
          const mark = Buffer.from(message.id);
          const onPong = (data: Buffer) => {
            if (data.equals(mark)) settle(() => resolve(true));
          };
          const failed = () => settle(() => reject(new Error("the session ended, or the command was taken back")));
          const settle = (act: () => void) => {
            socket.off("pong", onPong);
            socket.off("close", failed);
            signal.removeEventListener("abort", failed);
            act();
          };
          if (socket.readyState !== socket.OPEN) {
            failed();
            return;
          }
          socket.on("pong", onPong);
          socket.on("close", failed);
          signal.addEventListener("abort", failed);
          this.#send({ type: "command", ...message });
          socket.ping(mark);
        }),
    };
  }
}

interface ReceivedMessage {
  readonly data: Buffer;
  readonly isBinary: boolean;
}
