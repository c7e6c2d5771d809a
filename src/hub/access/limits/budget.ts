// Back-pressure: how many bytes of work and of memory each connection, and all of them together, may cause at once. A flood then
// slows its sender alone, and no number of clients fills the memory. A connection's share counts two things:
//
//   in flight  messages that were taken and are not settled, with what they cost beside their bytes. A transport takes the
//              next message only while there is room, so that the sender has to wait. Little is always let through:
//              a client that sends a reading now and then never waits for one that floods.
//   held       what lies in memory because of the client and is no work for the hub: a message whose end has not arrived,
//              answers that it does not read, what it has the hub remember. Over its limit a connection is cut; over the
//              limit of all, the one that has held most for longest is cut.
//
// Each way in uses it in three lines: ask `hasRoomFor`, `take` what it takes, `release` that when it is settled.
import type { Clock } from "../../clock.ts";
import { type Holding, MAX_HELD_BYTES, tooMuch } from "./holdings.ts";

/** What a message costs beside its bytes: the objects that stand for it until it is settled. */
export const MESSAGE_BYTES = 64;
/** The same of one that passes through the broker or a WebSocket, which make more of it. */
export const PARSED_MESSAGE_BYTES = 1_024;
/** The same of an HTTP request. */
export const REQUEST_BYTES = 4_096;
/** What it costs to find out what is wrong with a message, and to say so. */
export const REFUSAL_BYTES = 512;
/** What a reading costs on its way from the decoder to the disk. */
export const READING_BYTES = 100;
/** The same of a text beside the readings, which is a row of its own on the disk. */
export const ATTRIBUTE_BYTES = 300;
/** The shortest ones there are: `"a":1,` and a little. */
const SHORTEST_READING_BYTES = 8;

/** What a message costs at most, the readings that may be in its payload with it: to ask for, not to take. */
export function mostCostOf(messageBytes: number, payloadBytes: number): number {
  return messageBytes + payloadBytes + (payloadBytes / SHORTEST_READING_BYTES) * READING_BYTES;
}

/** In flight of a connection that took little lately: let through, so that it does not wait for those who flood. */
const FREE_BYTES_PER_CONNECTION = 6_144;
/** What a connection may take before it counts as one that takes much; the half of it is forgotten every second. */
const LITTLE_BYTES = 512 * 1024;
/** In flight of one connection: some 300 readings, or one message of any size. */
const MAX_IN_FLIGHT_BYTES_PER_CONNECTION = 64 * 1024;
/** In flight of all: what the hub settles within some 10 ms. */
const MAX_IN_FLIGHT_BYTES = 256 * 1024;
/** Taken by all in one turn of the event loop: some 2 ms of work. A client that sends little waits for a few turns. */
const MAX_BYTES_PER_TURN = 96 * 1024;
/** The part of the hub's memory that clients may fill with what is held, which takes three to four times its size. */
const HELD_PART_OF_MEMORY = 1 / 8;
/** The part that retained messages may fill, which no connection holds. */
const RETAINED_PART_OF_MEMORY = 1 / 16;
const SWEEP_PERIOD_MS = 1_000;
/** How long something is held counts up to here. */
const MAX_WEIGHED_SWEEPS = 60;
/** A message that has begun has so long to arrive. */
const UNFINISHED_TIMEOUT_SWEEPS = 60;

/** Messages of one connection; what it may send at once after a quiet time, such as a Pi that was offline. */
const MAX_MESSAGES_PER_SECOND = 2_000;
const BURST_MESSAGES = 10_000;

/** The connection behind a share. */
export interface ShareOwner {
  /** There is room again where there was none: reads on. */
  resume(): void;
  /** Ends the connection. `reason` completes “its connection was cut: …”. */
  cut(reason: string): void;
}

/** One connection's part of the budget. */
export interface Share {
  /** It has much in flight: its messages may wait for those of others. */
  readonly isFlooding: boolean;
  /** True where a message that costs `bytes` may be taken now. Where not, `resume` is called once one may. */
  hasRoomFor(bytes: number): boolean;
  /** Takes `bytes` while `work` is done, once there is room; for a transport that has the message in its hands already. */
  runInTurn<T>(bytes: number, work: () => Promise<T>): Promise<T>;
  take(bytes: number): void;
  /** What was taken is settled. It makes room in the next turn of the event loop, so that no turn gets long. */
  release(bytes: number): void;
  /** A message was taken. Over the rate `hasRoomFor` is false until the time has come for another: it is slowed, not lost. */
  messageTaken(): void;
  /** Moves bytes from in flight to held: the message waits for something else, and is no work for the hub. */
  park(bytes: number): void;
  releaseParked(bytes: number): void;
  /** Sets how much of a kind is held now. */
  hold(kind: Holding, bytes: number): void;
  /** A message is complete: the next one has a time of its own. */
  finished(): void;
  close(): void;
}

export interface BudgetFigures {
  readonly inFlightBytes: number;
  readonly heldBytes: number;
  /** Connections that are not read from until there is room. */
  readonly waiting: number;
  /** Connections that were cut since the start. */
  readonly cut: number;
}

export class Budget {
  readonly maxRetainedBytes: number;
  /** Messages that each connection may send at once. */
  readonly burstMessages: number;
  readonly #maxHeldBytes: number;
  readonly #shares = new Set<ConnectionShare>();
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<ConnectionShare>();
  /** Shares with releases in this turn. */
  #released: ConnectionShare[] = [];
  /** The bytes that were taken in this turn. */
  #turnBytes = 0;
  #isTurnScheduled = false;
  #inFlightBytes = 0;
  #heldBytes = 0;
  #cut = 0;
  #waitCount = 0;
  #endTimer: (() => void) | null = null;

  /** `memoryBytes` is what the hub may take beside its store's caches; `limitsRate`: clients may send only so many messages a second. */
  constructor(memoryBytes: number, limitsRate = false) {
    this.burstMessages = limitsRate ? BURST_MESSAGES : Number.POSITIVE_INFINITY;
    this.maxRetainedBytes = memoryBytes * RETAINED_PART_OF_MEMORY;
    this.#maxHeldBytes = memoryBytes * HELD_PART_OF_MEMORY;
  }

  start(clock: Clock): void {
    this.#endTimer = clock.every(SWEEP_PERIOD_MS, () => this.#sweep());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  get figures(): BudgetFigures {
    return {
      inFlightBytes: this.#inFlightBytes,
      heldBytes: this.#heldBytes,
      waiting: this.#waiting.size,
      cut: this.#cut,
    };
  }

  open(owner: ShareOwner): Share {
    const share = new ConnectionShare(this, owner);
    this.#shares.add(share);
    return share;
  }

  /** Cuts the connections that hold most until this part of the limit is held; answers whether more was held before. */
  shed(part: number): boolean {
    const isMore = this.#heldBytes > this.#maxHeldBytes * part;
    while (this.#heldBytes > this.#maxHeldBytes * part && this.#cutLargest("the hub is short of memory")) {}
    return isMore;
  }

  // The methods below are for shares.

  get hasRoom(): boolean {
    return this.#inFlightBytes < MAX_IN_FLIGHT_BYTES && this.#turnBytes < MAX_BYTES_PER_TURN;
  }

  wait(share: ConnectionShare): void {
    this.#waiting.add(share);
    this.#waitCount++;
  }

  /** How often a connection had to wait since the start. */
  get waitCount(): number {
    return this.#waitCount;
  }

  taken(bytes: number): void {
    this.#inFlightBytes += bytes;
    this.#turnBytes += bytes;
    if (!this.#isTurnScheduled) this.#scheduleTurn();
  }

  released(share: ConnectionShare): void {
    this.#released.push(share);
    if (!this.#isTurnScheduled) this.#scheduleTurn();
  }

  held(bytes: number): void {
    this.#heldBytes += bytes;
    if (bytes > 0 && this.#heldBytes > this.#maxHeldBytes)
      this.#cutLargest("all clients together hold too much of the hub's memory");
  }

  countCut(): void {
    this.#cut++;
  }

  closed(share: ConnectionShare): void {
    this.#shares.delete(share);
    this.#waiting.delete(share);
  }

  #scheduleTurn(): void {
    this.#isTurnScheduled = true;
    setImmediate(() => this.#nextTurn());
  }

  /** Released bytes make room, and waiting connections resume, first come first served. */
  #nextTurn(): void {
    this.#isTurnScheduled = false;
    this.#turnBytes = 0;
    const released = this.#released;
    this.#released = [];
    for (const share of released) this.#inFlightBytes -= share.takeBack();
    if (this.#waiting.size === 0) return;
    for (const share of [...this.#waiting]) {
      // One that still finds no room keeps its place.
      if (!share.mayResume()) continue;
      this.#waiting.delete(share);
      share.resume();
    }
  }

  #sweep(): void {
    for (const share of [...this.#shares]) share.sweep(UNFINISHED_TIMEOUT_SWEEPS);
    // Connections over their message rate have new tokens.
    if (this.#waiting.size > 0 && !this.#isTurnScheduled) this.#scheduleTurn();
  }

  #cutLargest(reason: string): boolean {
    let largest: ConnectionShare | null = null;
    for (const share of this.#shares) if (share.weight > (largest?.weight ?? 0)) largest = share;
    largest?.cut(`${reason}, and it held most (${largest.heldBytes} bytes)`);
    return largest !== null;
  }
}

class ConnectionShare implements Share {
  readonly #budget: Budget;
  readonly #owner: ShareOwner;
  readonly #held: Record<Holding, number> = { unfinished: 0, waiting: 0, unsent: 0, remembered: 0, session: 0 };
  readonly #inTurn: { readonly bytes: number; readonly taken: () => void }[] = [];
  /** The bytes that were released in this turn: of the connection's own in flight, and of all in flight. */
  #releasedBytes = 0;
  #releasedOfAllBytes = 0;
  #isReleased = false;
  /** Taken lately. */
  #recentBytes = 0;
  #unfinishedSweeps = 0;
  /** For how many sweeps it has held anything. */
  #heldSweeps = 0;
  #inFlightBytes = 0;
  /** Messages that it may send now. */
  #messagesLeft: number;
  /** The bytes that it waits for room for. */
  #wantedBytes = 0;
  heldBytes = 0;
  isClosed = false;

  constructor(budget: Budget, owner: ShareOwner) {
    this.#budget = budget;
    this.#owner = owner;
    this.#messagesLeft = budget.burstMessages;
  }

  /** Its weight when one has to be cut: much for a moment weighs less than much for long, and little for ever weighs little. */
  get weight(): number {
    return this.heldBytes * (1 + Math.min(this.#heldSweeps, MAX_WEIGHED_SWEEPS));
  }

  get isFlooding(): boolean {
    return this.#inFlightBytes > MAX_IN_FLIGHT_BYTES_PER_CONNECTION / 2;
  }

  hasRoomFor(bytes: number): boolean {
    if (this.#messagesLeft > 0) {
      if (this.#isFree(bytes)) return true;
      const afterBytes = this.#inFlightBytes + bytes;
      const isOwnRoom = this.#inFlightBytes === 0 || afterBytes <= MAX_IN_FLIGHT_BYTES_PER_CONNECTION;
      if (isOwnRoom && this.#budget.hasRoom) return true;
    }
    this.#wantedBytes = bytes;
    this.#budget.wait(this);
    return false;
  }

  async runInTurn<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#inTurn.length === 0 && this.#mayTake(bytes)) this.take(bytes);
    else
      await new Promise<void>((taken) => {
        this.#inTurn.push({ bytes, taken });
        this.#budget.wait(this);
      });
    try {
      return await work();
    } finally {
      this.release(bytes);
    }
  }

  take(bytes: number): void {
    this.#inFlightBytes += bytes;
    this.#recentBytes += bytes;
    this.#budget.taken(bytes);
  }

  release(bytes: number): void {
    this.#release(bytes, bytes);
  }

  messageTaken(): void {
    this.#messagesLeft--;
  }

  park(bytes: number): void {
    this.#release(0, bytes);
  }

  releaseParked(bytes: number): void {
    this.#release(bytes, 0);
  }

  hold(kind: Holding, bytes: number): void {
    if (this.isClosed) return;
    const more = bytes - this.#held[kind];
    if (more === 0) return;
    this.#held[kind] = bytes;
    this.heldBytes += more;
    this.#budget.held(more);
    if (bytes > MAX_HELD_BYTES[kind]) this.cut(tooMuch(kind));
  }

  finished(): void {
    this.#unfinishedSweeps = 0;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#budget.held(-this.heldBytes);
    this.#budget.closed(this);
    this.resume();
  }

  /** Answers by how much the bytes in flight of all decrease. */
  takeBack(): number {
    const ofAllBytes = this.#releasedOfAllBytes;
    this.#inFlightBytes -= this.#releasedBytes;
    this.#releasedBytes = 0;
    this.#releasedOfAllBytes = 0;
    this.#isReleased = false;
    return ofAllBytes;
  }

  /** True where there is room for what it waits for. */
  mayResume(): boolean {
    const [next] = this.#inTurn;
    return this.isClosed || (next === undefined ? this.hasRoomFor(this.#wantedBytes) : this.#mayTake(next.bytes));
  }

  resume(): void {
    for (let next = this.#inTurn[0]; next !== undefined; next = this.#inTurn[0]) {
      if (!this.isClosed && !this.#mayTake(next.bytes)) {
        this.#budget.wait(this);
        return;
      }
      this.#inTurn.shift();
      this.take(next.bytes);
      next.taken();
    }
    if (!this.isClosed) this.#owner.resume();
  }

  #release(bytes: number, ofAllBytes: number): void {
    this.#releasedBytes += bytes;
    this.#releasedOfAllBytes += ofAllBytes;
    if (!this.#isReleased) this.#budget.released(this);
    this.#isReleased = true;
  }

  /** Whatever is in flight: its transport has the message in memory already. */
  #mayTake(bytes: number): boolean {
    return this.#isFree(bytes) || this.#budget.hasRoom;
  }

  #isFree(bytes: number): boolean {
    return this.#recentBytes < LITTLE_BYTES && this.#inFlightBytes + bytes <= FREE_BYTES_PER_CONNECTION;
  }

  sweep(timeoutSweeps: number): void {
    this.#recentBytes /= 2;
    this.#messagesLeft = Math.min(this.#budget.burstMessages, this.#messagesLeft + MAX_MESSAGES_PER_SECOND);
    this.#heldSweeps = this.heldBytes === 0 ? 0 : this.#heldSweeps + 1;
    this.#unfinishedSweeps = this.#held.unfinished === 0 ? 0 : this.#unfinishedSweeps + 1;
    if (this.#unfinishedSweeps > timeoutSweeps)
      this.cut(`a message that it began did not end within ${timeoutSweeps} s`);
  }

  cut(reason: string): void {
    if (this.isClosed) return;
    this.close();
    this.#budget.countCut();
    this.#owner.cut(reason);
  }
}
