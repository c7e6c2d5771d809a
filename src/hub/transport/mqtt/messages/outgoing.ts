// The backlog of a session: messages of QoS 1 and 2 that are in flight (sent, not acknowledged), and those that wait because
// the client is away or has reached its Receive Maximum.
// Invariants: messages are sent in the order of their arrival [MQTT-4.6.0-6]; the backlog is bounded in number and bytes, or
// is one message; a message that does not fit, after expired ones were removed, is dropped for this session.
import { type Message, type Qos, sizeOf } from "./packets.ts";

const MAX_WAITING_MESSAGES = 1_000;
/** Of all messages of a session, in flight and waiting. */
const MAX_BACKLOG_BYTES = 1024 * 1024;
/** Whatever the client's Receive Maximum. */
const MAX_IN_FLIGHT_MESSAGES = 1_000;
/** Higher ids are for commands. */
const LAST_PACKET_ID = 0xefff;

/** A message on its way to one session. */
export interface Outgoing {
  readonly message: Message;
  /** That of the message, or of the subscription where that is lower. */
  readonly qos: Qos;
  readonly retain: boolean;
  /** Of all subscriptions that match it. */
  readonly subscriptionIds: readonly number[];
  /** For a shared subscription: passes the message to another member when the session ends; else undefined. */
  readonly redeliver?: ((message: Message) => void) | undefined;
}

/** The connection of a session. */
export interface OutgoingLink {
  /** Messages of QoS 1 and 2 that the client allows in flight. */
  readonly receiveMaximum: number;
  /** False where the message is not sent: it has expired, or exceeds the client's Maximum Packet Size. */
  send(outgoing: Outgoing, packetId: number, isDuplicate: boolean): boolean;
  sendRelease(packetId: number): void;
}

/** `unknown`: no such message is in flight. `unexpected`: the wrong packet for its QoS or state (section 4.3). */
export type AckOutcome = "expected" | "unknown" | "unexpected";

interface InFlight {
  readonly outgoing: Outgoing;
  /** PUBREC has arrived: PUBREL is sent again, the message is not. */
  isReleased: boolean;
}

export class OutgoingMessages {
  readonly #onBacklogBytes: (bytes: number) => void;
  readonly #now: () => number;
  readonly #inFlight = new Map<number, InFlight>();
  /** Ids of messages in flight that are sent again as the send quota allows. */
  #toResend: number[] = [];
  #waiting: Outgoing[] = [];
  /** The earliest expiry among the waiting messages, or earlier. */
  #firstExpiryMs = Number.POSITIVE_INFINITY;
  #bytes = 0;
  #lastPacketId = 0;
  #link: OutgoingLink | null = null;

  /** `onBacklogBytes` is called when the size of the backlog changes; `now` is in milliseconds UTC. */
  constructor(onBacklogBytes: (bytes: number) => void, now: () => number) {
    this.#onBacklogBytes = onBacklogBytes;
    this.#now = now;
  }

  /** Messages in flight and waiting. */
  get backlog(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#inFlight.size + this.#waiting.length, bytes: this.#bytes };
  }

  /** The backlog is less than half full. */
  get hasRoom(): boolean {
    return this.#waiting.length < MAX_WAITING_MESSAGES / 2 && this.#bytes < MAX_BACKLOG_BYTES / 2;
  }

  offer(outgoing: Outgoing): void {
    const link = this.#link;
    if (outgoing.qos === 0) {
      link?.send(outgoing, 0, false);
      return;
    }
    const bytes = sizeOf(outgoing.message);
    if (!this.#hasRoomFor(bytes)) this.#removeExpired();
    if (!this.#hasRoomFor(bytes)) return;
    this.#count(bytes);
    if (link !== null && this.#maySendNow(link)) {
      this.#send(link, outgoing);
      return;
    }
    this.#waiting.push(outgoing);
    this.#firstExpiryMs = Math.min(this.#firstExpiryMs, expiryOf(outgoing));
  }

  /**
   * The client has connected: resends what it has not acknowledged [MQTT-4.4.0-1], then sends what waits. Removes messages
   * that it may no longer receive.
   */
  connect(link: OutgoingLink, mayReceive: (topic: string) => boolean): void {
    this.#link = link;
    this.#removeForbidden(mayReceive);
    for (const [packetId, { isReleased }] of this.#inFlight) {
      if (isReleased) link.sendRelease(packetId);
      else this.#toResend.push(packetId);
    }
    this.#sendWaiting();
  }

  disconnect(): void {
    this.#link = null;
    this.#toResend = [];
  }

  /** PUBACK. */
  acknowledge(packetId: number): AckOutcome {
    return this.#finish(packetId, ({ outgoing }) => outgoing.qos === 1);
  }

  /** PUBREC; not accepted where its reason code is a failure. */
  receive(packetId: number, isAccepted: boolean): AckOutcome {
    if (!isAccepted) return this.#finish(packetId, ({ outgoing }) => outgoing.qos === 2);
    const entry = this.#inFlight.get(packetId);
    if (entry === undefined) return "unknown";
    if (entry.outgoing.qos !== 2) return "unexpected";
    entry.isReleased = true;
    // The client acknowledged the earlier copy before this one was resent.
    if (this.#toResend.length > 0) this.#toResend = this.#toResend.filter((id) => id !== packetId);
    return "expected";
  }

  /** PUBCOMP. */
  complete(packetId: number): AckOutcome {
    return this.#finish(packetId, ({ isReleased }) => isReleased);
  }

  /** Sends waiting messages as far as the send quota allows. */
  resume(): void {
    this.#sendWaiting();
  }

  /** Messages of QoS 1 and 2 that were sent on this connection and are not acknowledged. */
  get inFlightCount(): number {
    return this.#inFlight.size - this.#toResend.length;
  }

  /**
   * Empties the backlog and returns the messages that other members of their shared group may get: not those of QoS 2 in
   * flight, which the client may have received [MQTT-4.8.2-5].
   */
  clear(): Outgoing[] {
    const unacknowledged = [...this.#inFlight.values()].map(({ outgoing }) => outgoing).filter(({ qos }) => qos === 1);
    const shared = [...unacknowledged, ...this.#waiting].filter(({ redeliver }) => redeliver !== undefined);
    this.#inFlight.clear();
    this.#toResend = [];
    this.#waiting = [];
    this.#count(-this.#bytes);
    return shared;
  }

  #removeForbidden(mayReceive: (topic: string) => boolean): void {
    for (const [packetId, { outgoing, isReleased }] of [...this.#inFlight])
      if (!isReleased && !mayReceive(outgoing.message.topic)) this.#remove(packetId);
    this.#filterWaiting(({ message }) => mayReceive(message.topic));
  }

  #removeExpired(): void {
    const nowMs = this.#now();
    if (nowMs < this.#firstExpiryMs) return;
    this.#filterWaiting((outgoing) => expiryOf(outgoing) > nowMs);
    this.#firstExpiryMs = this.#waiting.reduce(
      (first, outgoing) => Math.min(first, expiryOf(outgoing)),
      Number.POSITIVE_INFINITY,
    );
  }

  #filterWaiting(predicate: (outgoing: Outgoing) => boolean): void {
    this.#waiting = this.#waiting.filter((outgoing) => {
      if (predicate(outgoing)) return true;
      this.#count(-sizeOf(outgoing.message));
      return false;
    });
  }

  /** Whether the backlog has room for one more message of that size. */
  #hasRoomFor(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > MAX_BACKLOG_BYTES) return false;
    return this.#waiting.length < MAX_WAITING_MESSAGES || (this.#link !== null && this.#maySendNow(this.#link));
  }

  /** A new message overtakes none, and the send quota allows one more. */
  #maySendNow(link: OutgoingLink): boolean {
    return this.#waiting.length === 0 && this.#toResend.length === 0 && this.#hasSendQuota(link);
  }

  #sendWaiting(): void {
    this.#resend();
    if (this.#toResend.length > 0) return;
    let sentCount = 0;
    for (const outgoing of this.#waiting) {
      const link = this.#link;
      if (link === null || !this.#hasSendQuota(link)) break;
      sentCount++;
      this.#send(link, outgoing);
    }
    if (sentCount > 0) this.#waiting.splice(0, sentCount);
  }

  #resend(): void {
    while (this.#link !== null && this.#toResend.length > 0 && this.#hasSendQuota(this.#link)) {
      const packetId = this.#toResend.shift() ?? 0;
      const entry = this.#inFlight.get(packetId);
      if (entry !== undefined && !this.#link.send(entry.outgoing, packetId, true)) this.#remove(packetId);
    }
  }

  #send(link: OutgoingLink, outgoing: Outgoing): void {
    const packetId = this.#nextPacketId();
    this.#inFlight.set(packetId, { outgoing, isReleased: false });
    if (!link.send(outgoing, packetId, false)) this.#remove(packetId);
  }

  #finish(packetId: number, isExpected: (entry: InFlight) => boolean): AckOutcome {
    const entry = this.#inFlight.get(packetId);
    if (entry === undefined) return "unknown";
    if (!isExpected(entry)) return "unexpected";
    this.#remove(packetId);
    this.#sendWaiting();
    return "expected";
  }

  #hasSendQuota({ receiveMaximum }: OutgoingLink): boolean {
    return this.inFlightCount < Math.min(receiveMaximum, MAX_IN_FLIGHT_MESSAGES);
  }

  #remove(packetId: number): boolean {
    const entry = this.#inFlight.get(packetId);
    if (entry === undefined) return false;
    this.#inFlight.delete(packetId);
    if (this.#toResend.length > 0) this.#toResend = this.#toResend.filter((id) => id !== packetId);
    this.#count(-sizeOf(entry.outgoing.message));
    return true;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#onBacklogBytes(this.#bytes);
  }

  #nextPacketId(): number {
    do {
      this.#lastPacketId = this.#lastPacketId >= LAST_PACKET_ID ? 1 : this.#lastPacketId + 1;
    } while (this.#inFlight.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}

function expiryOf({ message }: Outgoing): number {
  return message.expiresAtMs ?? Number.POSITIVE_INFINITY;
}
