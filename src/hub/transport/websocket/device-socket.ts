// WS /ws: devices over WebSocket. `{"type":"reading","device_id":"raspi-01","temperature":25.5,"seq":1}` is answered with
// `{"type":"ack","seq":1}` once it is on disk, or with an error that names the same number. A device that has named itself,
// in a message or as `/ws?device=raspi-01`, is sent its commands, `{"type":"command",…}`, and answers `{"type":"reply",…}`.
import type { WebSocket } from "ws";
import type { CommandMessage } from "../../../shared/command.ts";
import { assertNever, type Problem, problem } from "../../../shared/errors.ts";
import { type DeviceId, parseDeviceId } from "../../../shared/ids.ts";
import { limits } from "../../../shared/reading.ts";
import type { IngestTopic } from "../../../shared/topics.ts";
import { mostCostOf, PARSED_MESSAGE_BYTES, type Share } from "../../access/budget.ts";
import { plainAddress } from "../../access/networks.ts";
import type { CommandChannel } from "../../commands/channels.ts";
import type { Commands } from "../../commands/commands.ts";
import type { Registry } from "../../devices/registry.ts";
import type { Ingest } from "../../ingest/accept.ts";
import { decodeText, parseJson } from "../../ingest/decode.ts";
import type { Log } from "../../observe/log.ts";
import type { WebSocketConnection, WebSocketRoute } from "./websocket-upgrades.ts";

export interface DeviceSocketOptions {
  readonly ingest: Ingest;
  readonly commands: Commands;
  readonly registry: Registry;
  readonly log: Log;
}

const SOURCE = "WebSocket /ws";
/** What a device may say; on MQTT each has a topic. */
const KINDS = ["reading", "about", "status", "state", "reply"] as const;
type Kind = (typeof KINDS)[number];
/** Of a `seq` that is text. */
const MAX_SEQ_CHARACTERS = 64;

export function deviceRoute(options: DeviceSocketOptions): WebSocketRoute {
  let count = 0;
  return {
    path: "/ws",
    // Room for the envelope, and for messages that are too large: the decoder refuses those with a message, not a cut.
    messageBytes: 2 * limits.messageBytes,
    permission: "open",
    open(connection, request, url) {
      const address = plainAddress(request.socket.remoteAddress);
      const device = parseDeviceId(url.searchParams.get("device") ?? "");
      new DeviceSocket(options, connection, address, `ws:${++count}`).start(device);
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
  /** By device: takes its way for commands away. */
  readonly #detach = new Map<DeviceId, () => void>();
  /** Messages that there is no room for. */
  readonly #waiting: ReceivedMessage[] = [];
  #waitingBytes = 0;

  constructor(options: DeviceSocketOptions, connection: WebSocketConnection, address: string, session: string) {
    this.#options = options;
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#share = connection.share;
    this.#address = address;
    this.#session = session;
  }

  start(device: DeviceId | undefined): void {
    const { registry } = this.#options;
    if (device !== undefined) this.#attach(device);
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
      for (const detach of this.#detach.values()) detach();
      registry.presence.sessionEnded(this.#session, false);
    });
  }

  #hasRoomFor({ data }: ReceivedMessage): boolean {
    return this.#share.hasRoomFor(mostCostOf(PARSED_MESSAGE_BYTES, data.length));
  }

  #accept({ data, isBinary }: ReceivedMessage): void {
    const costBytes = PARSED_MESSAGE_BYTES + data.length;
    this.#share.take(costBytes);
    this.#take(data, isBinary)
      .catch((error: unknown) => this.#options.log.error({ err: error }, "a message of a device could not be taken"))
      .finally(() => this.#share.release(costBytes));
  }

  /** Those that came in one slice with the last that there was room for. */
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
    const text = isBinary ? problem("not-json", "Send text, not binary messages.") : decodeText(bytes);
    if (typeof text !== "string") return this.#refuse(bytes, text, undefined);
    const parsed = parseJson(text);
    if ("problem" in parsed) return this.#refuse(bytes, parsed.problem, undefined);
    const { value } = parsed;
    if (typeof value !== "object" || value === null || Array.isArray(value))
      return this.#refuse(bytes, problem("not-an-object", "A message is an object with a “type”."), undefined);
    const { type, seq, ...body }: Record<string, unknown> = { ...value };
    if (!isSoundSeq(seq)) {
      const message = `“seq” is a number, or text of at most ${MAX_SEQ_CHARACTERS} characters.`;
      return this.#refuse(bytes, problem("bad-request", message, { field: "seq" }), undefined);
    }
    const kind = KINDS.find((one) => one === type);
    if (kind === undefined) {
      const message = `“type” is one of ${KINDS.join(", ")}.`;
      return this.#refuse(bytes, problem("bad-request", message, { field: "type" }), seq);
    }
    await this.#ingest(kind, body, seq, bytes);
  }

  async #ingest(kind: Kind, body: Record<string, unknown>, seq: unknown, bytes: Buffer): Promise<void> {
    const named = body["device_id"] ?? body["deviceId"] ?? body["device"];
    const device = typeof named === "string" ? parseDeviceId(named) : undefined;
    const [only] = this.#detach.keys();
    const target = targetOf(kind, device ?? only);
    if (target === null) {
      const message = "The message names no device: give it a “device_id”, or open /ws?device=….";
      return this.#refuse(bytes, problem("no-device", message, { field: "device_id" }), seq);
    }
    const payload = Buffer.from(kind === "status" ? String(body["status"]) : JSON.stringify(contentOf(kind, body)));
    const transport = "websocket";
    const message = {
      source: SOURCE,
      target,
      payload,
      address: this.#address,
      session: this.#session,
      transport,
      share: this.#share,
    } as const;
    const verdict = await this.#options.ingest.accept(message);
    switch (verdict.kind) {
      case "stored":
        if (device !== undefined) this.#attach(device);
        this.#send({ type: "ack", seq });
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

  /** Bad for ever before anything of it was understood. */
  async #refuse(payload: Buffer, wrong: Problem, seq: unknown): Promise<void> {
    const { ingest } = this.#options;
    await ingest.refuse({ address: this.#address, source: SOURCE, payload, share: this.#share }, wrong);
    this.#sendProblem(wrong, seq);
  }

  #sendProblem({ code, message, details }: Problem, seq: unknown, retryAfterSeconds?: number): void {
    this.#send({ type: "error", seq, error: code, message, details, retry_after: retryAfterSeconds });
  }

  #send(message: object): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const countUnsent = () => this.#share.hold("unsent", this.#socket.bufferedAmount);
    this.#socket.send(JSON.stringify(message), countUnsent);
    countUnsent();
  }

  #attach(device: DeviceId): void {
    const { commands, registry } = this.#options;
    // It may have hung up while its message was on the way to the disk.
    if (this.#detach.has(device) || this.#socket.readyState !== this.#socket.OPEN) return;
    this.#detach.set(device, commands.attach(device, this.#channel()));
    registry.presence.sessionClaimed(device, this.#session);
  }

  #channel(): CommandChannel {
    return {
      deliver: (message: CommandMessage, signal: AbortSignal) =>
        new Promise((resolve, reject) => {
          const socket = this.#socket;
          // A client that answers this ping has received what was sent before it.
          const mark = Buffer.from(message.id);
          const heard = (data: Buffer) => {
            if (data.equals(mark)) settle(() => resolve(true));
          };
          const failed = () => settle(() => reject(new Error("the session ended, or the command was taken back")));
          const settle = (act: () => void) => {
            socket.off("pong", heard);
            socket.off("close", failed);
            signal.removeEventListener("abort", failed);
            act();
          };
          if (socket.readyState !== socket.OPEN) {
            failed();
            return;
          }
          socket.on("pong", heard);
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

function isSoundSeq(seq: unknown): boolean {
  return (
    seq === undefined ||
    seq === null ||
    typeof seq === "number" ||
    (typeof seq === "string" && seq.length <= MAX_SEQ_CHARACTERS)
  );
}

function targetOf(kind: Kind, device: DeviceId | undefined): IngestTopic | null {
  if (kind === "reading") return { kind: "readings", device: device ?? null };
  return device === undefined ? null : { kind, device };
}

/** Readings may name their device, which has to be the one of the session then; the others are about it as they stand. */
function contentOf(kind: Kind, body: Record<string, unknown>): unknown {
  if (kind === "reading") return body;
  const { device_id: _id, deviceId: _other, device: _third, ...rest } = body;
  return rest;
}
