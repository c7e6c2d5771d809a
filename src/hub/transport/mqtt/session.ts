// The state of one MQTT connection, and when it may be closed.
// Invariant: after the client has ended its side, the connection stays open until all its packets are settled: a script may send
// CONNECT, PUBLISH and FIN in one segment, and its messages are still stored and acknowledged.
import type { Duplex } from "node:stream";
import type { Problem } from "../../../shared/errors.ts";
import type { Share } from "../../access/limits/share.ts";
import { ANONYMOUS, type Principal } from "../../access/principal.ts";
import type { FastPathRoute, FastPathSession } from "./fast-path.ts";
import type { TimedSession } from "./keep-alive.ts";
import type { Level } from "./messages/packets.ts";
import { OrderedAnswers } from "./session/outgoing/ordered-answers.ts";
import type { Reason } from "./session/reason-codes.ts";
import type { SessionState } from "./session/session-state.ts";
import { Traffic } from "./session/traffic.ts";
import type { Guard } from "./wire/socket-guard.ts";
import { TopicCache } from "./wire/topic-cache.ts";
import type { Violation } from "./wire/violation.ts";

/** The fixed header of a PUBACK; two bytes of packet id follow (MQTT 3.1.1, section 3.4). */
const PUBACK = 0x4002;

/** The part of a connection that handles MQTT packets. */
export interface ConnectionSide {
  close(): void;
  /** Whether the client still has the rights to all its subscriptions. */
  isAllowed(): boolean;
  /** The client's rights have changed: ends the connection. `isRevoked`: none are left, and its will is not published. */
  revoked(isRevoked: boolean): void;
  /** The client sent a PUBACK. */
  acknowledged(packetId: number): void;
  /** Acknowledges a message as one that was taken; the reason, other than success, is for MQTT 5. */
  acknowledge(qos: 1 | 2, packetId: number, reason?: Reason): void;
  /** Acknowledges a message that is bad for ever (MQTT 5). */
  refuse(qos: 1 | 2, packetId: number, problem: Problem): void;
  /** An administrator disconnects the client. */
  dismiss(): void;
  /** Null before CONNECT is accepted. */
  readonly state: SessionState | null;
  /** Ends the connection after a keep-alive timeout. */
  keepAliveTimedOut(): void;
  /** Ends the connection because the hub stops. */
  stop(): void;
  /** Ends the connection after a protocol violation. */
  violated(violation: Violation): void;
  /** Messages of QoS 1 and 2 that the client allows beside those in flight; commands in flight are not subtracted. */
  readonly sendQuota: number;
  /** The client's Maximum Packet Size. */
  readonly maxPacketBytes: number;
  /** Ends the connection, so that the client resends what was not acknowledged. */
  defer(problem: Problem): void;
}

export interface MqttSessionOptions {
  readonly id: string;
  /** The client's address. */
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  /** Called at the end of the connection, and again for each message that is settled later. */
  readonly onEnded: (hasTimedOut: boolean) => void;
}

export class MqttSession implements FastPathSession, TimedSession {
  readonly id: string;
  readonly address: string;
  readonly socket: Duplex;
  readonly share: Share;
  readonly routes = new TopicCache<FastPathRoute | null>();
  /** Set once the socket is read. */
  guard: Guard | null = null;
  /** Set with `guard`. */
  client: ConnectionSide | null = null;
  /** Empty before CONNECT. */
  clientId = "";
  level: Level = 4;
  readonly answers = new OrderedAnswers();
  /** Messages from the client. */
  readonly received = new Traffic();
  /** Messages to the client. */
  readonly sent = new Traffic();
  connectedMs = 0;
  /** Authenticated by CONNECT. */
  principal: Principal = ANONYMOUS;
  /** Packet ids to acknowledge at the end of this turn of the event loop. */
  acknowledged: number[] = [];
  keepAliveMs = 0;
  hasSentData = true;
  silentMs = 0;
  hasTimedOut = false;
  /** SUBSCRIBE filters that were not granted. */
  rejectedFilters = 0;
  /** Called at its end: removes it from the list of open connections. */
  endTracking: () => void = () => undefined;
  /** CONNECT was accepted, and the connection has not ended. */
  isConnected = false;
  readonly #onEnded: (hasTimedOut: boolean) => void;
  /** Publishes that are not settled. */
  #unsettled = 0;
  /** The client has ended its side of the socket; it may still read. */
  #hasEnded = false;
  #isClosed = false;

  constructor({ id, address, socket, share, onEnded }: MqttSessionOptions) {
    this.id = id;
    this.address = address;
    this.socket = socket;
    this.share = share;
    this.#onEnded = onEnded;
  }

  get sendQuota(): number {
    return this.client?.sendQuota ?? 0;
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

  /** The client waits for the hub: for a verdict, for room in the budget, or for the session layer. */
  get isHeldUp(): boolean {
    return this.#unsettled > 0 || this.guard?.isBusy === true;
  }

  /** A publish waits for its verdict. */
  publishBegan(): void {
    this.#unsettled++;
    this.received.messages++;
  }

  publishSettled(): void {
    this.#unsettled--;
    // A message settled after the end has just marked its device as online in this session.
    if (this.#isClosed) this.#onEnded(false);
    else this.closeWhenDone();
  }

  /** Writes the PUBACKs of this turn of the event loop. */
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

  /** The client has ended its side of the socket. */
  inputEnded(): void {
    this.#hasEnded = true;
    this.closeWhenDone();
  }

  /** Closes the connection if the client has ended its side and all its packets are settled. */
  closeWhenDone(): void {
    if (!this.#hasEnded) return;
    setImmediate(() => {
      if (!this.isHeldUp) this.client?.close();
    });
  }

  /** The socket has closed; `detach` removes its subscriptions before the end is reported. */
  closed(detach: () => void): void {
    this.#isClosed = true;
    this.share.close();
    detach();
    this.#onEnded(this.hasTimedOut);
  }
}
