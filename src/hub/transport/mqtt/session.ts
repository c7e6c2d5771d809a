// The state of one MQTT connection, and when it may be closed.
// Invariant: after the client's last byte the connection stays open until nothing of it is in work: a script may send
// CONNECT, PUBLISH and the end in one segment, and its messages are still stored and acknowledged.
import type { Duplex } from "node:stream";
import type { Problem } from "../../../shared/errors.ts";
import type { Share } from "../../access/limits/share.ts";
import { ANONYMOUS, type Principal } from "../../access/principal.ts";
import type { FastPathRoute, FastPathSession } from "./fast-path.ts";
import type { TimedSession } from "./keep-alive.ts";
import type { Level } from "./messages/packets.ts";
import { OrderedAnswers } from "./session/outgoing/ordered-answers.ts";
import type { SessionState } from "./session/session-state.ts";
import { Traffic } from "./session/traffic.ts";
import { KnownTopics } from "./wire/known-topics.ts";
import type { Guard } from "./wire/socket-guard.ts";
import type { Violation } from "./wire/violation.ts";

/** A PUBACK and its length; two bytes of packet id follow (MQTT 3.1.1, section 3.4). */
const PUBACK = 0x4002;

/** The side of a connection that speaks MQTT. */
export interface ConnectionSide {
  close(): void;
  /** Whether its client may still have all that was granted to it. */
  isAllowed(): boolean;
  /** What it may do has changed: ends the connection. */
  revoked(): void;
  /** The client acknowledges a message that it was sent with QoS 1. */
  acknowledged(packetId: number): void;
  /** Acknowledges a message as one that was taken. */
  acknowledge(qos: 1 | 2, packetId: number): void;
  /** Acknowledges a message that is bad for ever (MQTT 5). */
  refuse(qos: 1 | 2, packetId: number, problem: Problem): void;
  /** A person had it disconnected. */
  dismiss(): void;
  /** What its session holds; null before its CONNECT is accepted. */
  readonly state: SessionState | null;
  /** Its keep-alive has run out. */
  fellSilent(): void;
  /** The hub stops. */
  stop(): void;
  /** It sent what MQTT forbids. */
  violated(violation: Violation): void;
  /** How many messages of QoS 1 and 2 the client takes beside those that it has open; commands are not among them. */
  readonly room: number;
  /** Largest packet that the client takes. */
  readonly maxPacketBytes: number;
  /** Ends the connection, so that its client sends again what was not acknowledged. */
  defer(problem: Problem): void;
}

export interface MqttSessionOptions {
  readonly id: string;
  /** Of the client. */
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  /** Called at the end of the connection, and again when a message is settled after it. */
  readonly onEnded: (fellSilent: boolean) => void;
}

export class MqttSession implements FastPathSession, TimedSession {
  readonly id: string;
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  readonly routes = new KnownTopics<FastPathRoute | null>();
  /** Set once the socket is read from. */
  guard: Guard | null = null;
  /** Set with `guard`. */
  client: ConnectionSide | null = null;
  /** Empty before its CONNECT. */
  clientId = "";
  level: Level = 4;
  readonly answers = new OrderedAnswers();
  /** Messages that it published. */
  readonly received = new Traffic();
  /** Messages that it was sent. */
  readonly sent = new Traffic();
  connectedMs = 0;
  /** Who its CONNECT showed it to be. */
  principal: Principal = ANONYMOUS;
  /** Packet ids that are to be acknowledged in this turn. */
  acknowledged: number[] = [];
  keepAliveMs = 0;
  hasSentData = true;
  silentMs = 0;
  fellSilent = false;
  /** Filters that it asked for and was not granted. */
  rejectedFilters = 0;
  /** Called at its end: nobody need end it any more. */
  endTracking: () => void = () => undefined;
  /** Its CONNECT was accepted, and nothing has ended the connection since. */
  isConnected = false;
  readonly #onEnded: (fellSilent: boolean) => void;
  /** Publishes without a verdict yet. */
  #unsettled = 0;
  /** The client has sent its last byte; it may still read. */
  #hasEnded = false;
  #isClosed = false;

  constructor({ id, address, socket, share, onEnded }: MqttSessionOptions) {
    this.id = id;
    this.address = address;
    this.socket = socket;
    this.share = share;
    this.#onEnded = onEnded;
  }

  get room(): number {
    return this.client?.room ?? 0;
  }

  mayReceive(topic: string): boolean {
    return this.client?.state?.mayReceive(topic) === true;
  }

  get maxPacketBytes(): number {
    return this.client?.maxPacketBytes ?? 0;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** It waits for the hub: for a verdict, for room in the budget, or for the broker. */
  get isHeldUp(): boolean {
    return this.#unsettled > 0 || this.guard?.isBusy === true;
  }

  /** A publish is on its way to its verdict. */
  publishBegan(): void {
    this.#unsettled++;
    this.received.messages++;
  }

  publishSettled(): void {
    this.#unsettled--;
    // A message that is settled after the connection ended has just claimed its device for this session.
    if (this.#isClosed) this.#onEnded(false);
    else this.closeWhenDone();
  }

  /** Writes the PUBACKs that were gathered in this turn. */
  flushAcknowledged(): void {
    const { socket, acknowledged } = this;
    if (acknowledged.length === 0) return;
    this.acknowledged = [];
    const packets = Buffer.allocUnsafe(4 * acknowledged.length);
    let at = 0;
    for (const packetId of acknowledged) {
      at = packets.writeUInt16BE(PUBACK, at);
      at = packets.writeUInt16BE(packetId, at);
    }
    if (socket.writable) socket.write(packets);
  }

  /** The client has sent its last byte. */
  inputEnded(): void {
    this.#hasEnded = true;
    this.closeWhenDone();
  }

  /** Closes the connection if the client has sent its last byte and nothing of it is in work. */
  closeWhenDone(): void {
    if (!this.#hasEnded) return;
    setImmediate(() => {
      if (!this.isHeldUp) this.client?.close();
    });
  }

  /** The connection has closed; `detach` removes its subscriptions before its end is reported. */
  closed(detach: () => void): void {
    this.#isClosed = true;
    this.share.close();
    detach();
    this.#onEnded(this.fellSilent);
  }
}
