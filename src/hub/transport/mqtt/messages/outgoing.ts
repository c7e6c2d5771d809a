// What a session is still owed: messages of QoS 1 and 2 that were sent and are not acknowledged, and those that wait, because
// its client is away or has as many open as it takes at once (its Receive Maximum).
// Invariants: messages go out in the order in which they came [MQTT-4.6.0-6]; what a session is owed is bounded in number and
// bytes, or is one message; a message for which there is no room, once those that have expired are gone, goes to nobody.
import { type Message, type Qos, sizeOf } from "./packets.ts";

const MAX_WAITING_MESSAGES = 1_000;
/** Of all that a session is owed. */
const MAX_OWED_BYTES = 1024 * 1024;
/** However many a client takes at once. */
const MAX_OPEN_MESSAGES = 1_000;
/** Ids above are those of commands. */
const LAST_PACKET_ID = 0xefff;

/** A message on its way to one session. */
export interface Outgoing {
  readonly message: Message;
  /** That of the message, or of the subscription where that is lower. */
  readonly qos: Qos;
  readonly retain: boolean;
  /** Of all subscriptions that match it. */
  readonly subscriptionIds: readonly number[];
  /** Called with the message where the session ends that should have had it; undefined where it was its alone. */
  readonly handBack?: ((message: Message) => void) | undefined;
}

/** The connection of a session. */
export interface OutgoingLink {
  /** How many messages of QoS 1 and 2 its client takes at once. */
  readonly receiveMaximum: number;
  /** False where the message is not sent: it has expired, or is larger than its client takes. */
  send(outgoing: Outgoing, packetId: number, isDuplicate: boolean): boolean;
  sendRelease(packetId: number): void;
}

/** What an acknowledgement of the client was: of no message that is open, or of one that is not acknowledged so (section 4.3). */
export type Receipt = "expected" | "unknown" | "unexpected";

interface Open {
  readonly outgoing: Outgoing;
  /** PUBREC has come: the message itself is not sent again. */
  isReleased: boolean;
}

export class OutgoingMessages {
  readonly #onBytes: (bytes: number) => void;
  readonly #now: () => number;
  readonly #open = new Map<number, Open>();
  /** Ids of open messages that the client is to be sent again as soon as it takes them. */
  #unsent: number[] = [];
  #waiting: Outgoing[] = [];
  /** No message that waits expires before. */
  #firstExpiryMs = Number.POSITIVE_INFINITY;
  #bytes = 0;
  #lastPacketId = 0;
  #link: OutgoingLink | null = null;

  /** `onBytes` is told what the session is owed, in bytes, whenever that changes; `now` is in milliseconds UTC. */
  constructor(onBytes: (bytes: number) => void, now: () => number) {
    this.#onBytes = onBytes;
    this.#now = now;
  }

  /** What was sent and is not acknowledged, and what waits. */
  get owed(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#open.size + this.#waiting.length, bytes: this.#bytes };
  }

  /** Much more may be offered. */
  get hasRoom(): boolean {
    return this.#waiting.length < MAX_WAITING_MESSAGES / 2 && this.#bytes < MAX_OWED_BYTES / 2;
  }

  offer(outgoing: Outgoing): void {
    const link = this.#link;
    if (outgoing.qos === 0) {
      link?.send(outgoing, 0, false);
      return;
    }
    const bytes = sizeOf(outgoing.message);
    if (!this.#takes(bytes)) this.#forgetExpired();
    if (!this.#takes(bytes)) return;
    this.#count(bytes);
    if (link !== null && this.#mayStart(link)) {
      this.#start(link, outgoing);
      return;
    }
    this.#waiting.push(outgoing);
    this.#firstExpiryMs = Math.min(this.#firstExpiryMs, expiryOf(outgoing));
  }

  /**
   * A client is there: it is sent again what it did not acknowledge [MQTT-4.4.0-1], then what waits. What it may receive no
   * more is forgotten.
   */
  connect(link: OutgoingLink, mayReceive: (topic: string) => boolean): void {
    this.#link = link;
    this.#forget(mayReceive);
    for (const [packetId, { isReleased }] of this.#open) {
      if (isReleased) link.sendRelease(packetId);
      else this.#unsent.push(packetId);
    }
    this.#startWaiting();
  }

  disconnect(): void {
    this.#link = null;
    this.#unsent = [];
  }

  /** PUBACK. */
  acknowledge(packetId: number): Receipt {
    return this.#finish(packetId, ({ outgoing }) => outgoing.qos === 1);
  }

  /** PUBREC, which may say that the client does not take the message. */
  receive(packetId: number, isTaken: boolean): Receipt {
    if (!isTaken) return this.#finish(packetId, ({ outgoing }) => outgoing.qos === 2);
    const open = this.#open.get(packetId);
    if (open === undefined) return "unknown";
    if (open.outgoing.qos !== 2) return "unexpected";
    open.isReleased = true;
    // It has had it before, and has said so before it was sent it again.
    if (this.#unsent.length > 0) this.#unsent = this.#unsent.filter((id) => id !== packetId);
    return "expected";
  }

  /** PUBCOMP. */
  complete(packetId: number): Receipt {
    return this.#finish(packetId, ({ isReleased }) => isReleased);
  }

  /** Sends what waits, as far as the client takes it: what else it had open is acknowledged. */
  resume(): void {
    this.#startWaiting();
  }

  /** Messages of QoS 1 and 2 that the client was sent and has not acknowledged. */
  get openCount(): number {
    return this.#open.size - this.#unsent.length;
  }

  /**
   * Forgets everything, and answers what somebody else may have. Not what was begun with QoS 2, which its client may have
   * taken [MQTT-4.8.2-5].
   */
  clear(): Outgoing[] {
    const begun = [...this.#open.values()].map(({ outgoing }) => outgoing).filter(({ qos }) => qos === 1);
    const owed = [...begun, ...this.#waiting].filter(({ handBack }) => handBack !== undefined);
    this.#open.clear();
    this.#unsent = [];
    this.#waiting = [];
    this.#count(-this.#bytes);
    return owed;
  }

  #forget(mayReceive: (topic: string) => boolean): void {
    for (const [packetId, { outgoing, isReleased }] of [...this.#open])
      if (!isReleased && !mayReceive(outgoing.message.topic)) this.#remove(packetId);
    this.#keepWaiting(({ message }) => mayReceive(message.topic));
  }

  #forgetExpired(): void {
    const nowMs = this.#now();
    if (nowMs < this.#firstExpiryMs) return;
    this.#keepWaiting((outgoing) => expiryOf(outgoing) > nowMs);
    this.#firstExpiryMs = this.#waiting.reduce(
      (first, outgoing) => Math.min(first, expiryOf(outgoing)),
      Number.POSITIVE_INFINITY,
    );
  }

  #keepWaiting(isKept: (outgoing: Outgoing) => boolean): void {
    this.#waiting = this.#waiting.filter((outgoing) => {
      if (isKept(outgoing)) return true;
      this.#count(-sizeOf(outgoing.message));
      return false;
    });
  }

  /** Whether there is room for one more message of that size. */
  #takes(bytes: number): boolean {
    if (this.#bytes > 0 && this.#bytes + bytes > MAX_OWED_BYTES) return false;
    return this.#waiting.length < MAX_WAITING_MESSAGES || (this.#link !== null && this.#mayStart(this.#link));
  }

  /** Nothing is before it, and its client takes one more. */
  #mayStart(link: OutgoingLink): boolean {
    return this.#waiting.length === 0 && this.#unsent.length === 0 && this.#hasRoom(link);
  }

  #startWaiting(): void {
    this.#resend();
    if (this.#unsent.length > 0) return;
    let started = 0;
    for (const outgoing of this.#waiting) {
      const link = this.#link;
      if (link === null || !this.#hasRoom(link)) break;
      started++;
      this.#start(link, outgoing);
    }
    if (started > 0) this.#waiting.splice(0, started);
  }

  #resend(): void {
    while (this.#link !== null && this.#unsent.length > 0 && this.#hasRoom(this.#link)) {
      const packetId = this.#unsent.shift() ?? 0;
      const open = this.#open.get(packetId);
      if (open !== undefined && !this.#link.send(open.outgoing, packetId, true)) this.#remove(packetId);
    }
  }

  #start(link: OutgoingLink, outgoing: Outgoing): void {
    const packetId = this.#nextPacketId();
    this.#open.set(packetId, { outgoing, isReleased: false });
    if (!link.send(outgoing, packetId, false)) this.#remove(packetId);
  }

  #finish(packetId: number, isExpected: (open: Open) => boolean): Receipt {
    const open = this.#open.get(packetId);
    if (open === undefined) return "unknown";
    if (!isExpected(open)) return "unexpected";
    this.#remove(packetId);
    this.#startWaiting();
    return "expected";
  }

  #hasRoom({ receiveMaximum }: OutgoingLink): boolean {
    return this.openCount < Math.min(receiveMaximum, MAX_OPEN_MESSAGES);
  }

  #remove(packetId: number): boolean {
    const open = this.#open.get(packetId);
    if (open === undefined) return false;
    this.#open.delete(packetId);
    if (this.#unsent.length > 0) this.#unsent = this.#unsent.filter((id) => id !== packetId);
    this.#count(-sizeOf(open.outgoing.message));
    return true;
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#onBytes(this.#bytes);
  }

  #nextPacketId(): number {
    do {
      this.#lastPacketId = this.#lastPacketId >= LAST_PACKET_ID ? 1 : this.#lastPacketId + 1;
    } while (this.#open.has(this.#lastPacketId));
    return this.#lastPacketId;
  }
}

function expiryOf({ message }: Outgoing): number {
  return message.expiresAtMs ?? Number.POSITIVE_INFINITY;
}
