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
import { ConnectionShare, type Share, type SharedBudget, type ShareOwner } from "./share.ts";
import { TurnQueue } from "./turn-queue.ts";

/** In flight of all: what the hub settles within some 10 ms. */
const MAX_IN_FLIGHT_BYTES = 256 * 1024;
/** Taken by all in one turn of the event loop: some 2 ms of work. A client that sends little waits for a few turns. */
const MAX_BYTES_PER_TURN = 96 * 1024;
/** How long a turn takes what costs more time than its bytes tell, and what comes of connections that took little lately. */
const MAX_TURN_MS = 5;
const MAX_TURN_OF_LITTLE_MS = 20;
/** The part of the hub's memory that clients may fill with what is held, which takes three to four times its size. */
const HELD_PART_OF_MEMORY = 1 / 8;
/** The part that retained messages may fill, which no connection holds. */
const RETAINED_PART_OF_MEMORY = 1 / 16;
const SWEEP_PERIOD_MS = 1_000;
/** Connections that are closed in one turn: closing a socket with megabytes that were not sent takes half a millisecond. */
const MAX_ENDS_PER_TURN = 8;
/** A message that has begun has so long to arrive. */
const UNFINISHED_TIMEOUT_SWEEPS = 60;
/** What a connection may send at once after a quiet time, such as a Pi that was offline. */
const BURST_MESSAGES = 10_000;

export interface BudgetFigures {
  readonly inFlightBytes: number;
  readonly heldBytes: number;
  /** Connections that are not read from until there is room. */
  readonly waiting: number;
  /** Connections that were cut since the start. */
  readonly cut: number;
}

export class Budget implements SharedBudget {
  readonly maxRetainedBytes: number;
  /** Messages that each connection may send at once. */
  readonly burstMessages: number;
  readonly #maxHeldBytes: number;
  readonly #monotonicMs: () => number;
  readonly #shares = new Set<ConnectionShare>();
  /** In the order in which they began to wait. */
  readonly #waiting = new Set<ConnectionShare>();
  /** Shares with releases in this turn. */
  #released: ConnectionShare[] = [];
  /** Connections that were cut, and are to be closed. */
  readonly #ends = new TurnQueue<() => void>(MAX_ENDS_PER_TURN, (end) => end());
  /** The bytes that were taken in this turn. */
  #turnBytes = 0;
  /** When something was first taken in this turn. */
  #turnStartMs = 0;
  #isTurnScheduled = false;
  #inFlightBytes = 0;
  #heldBytes = 0;
  #cut = 0;
  #waitCount = 0;
  #endTimer: (() => void) | null = null;

  /**
   * `memoryBytes` is what the hub may take beside its store's caches; `limitsRate`: clients may send only so many messages a second.
   * `monotonicMs` are milliseconds that only ever grow.
   */
  constructor(memoryBytes: number, limitsRate = false, monotonicMs = () => performance.now()) {
    this.#monotonicMs = monotonicMs;
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

  // What is below is for shares.

  get hasRoom(): boolean {
    const isRoom = this.#inFlightBytes < MAX_IN_FLIGHT_BYTES && this.#turnBytes < MAX_BYTES_PER_TURN;
    return isRoom && this.#turnMs < MAX_TURN_MS;
  }

  get hasTime(): boolean {
    return this.#turnMs < MAX_TURN_OF_LITTLE_MS;
  }

  wait(share: ConnectionShare): void {
    if (this.#waiting.has(share)) return;
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

  cut(end: () => void): void {
    this.#cut++;
    this.#ends.pushOrProcess(end);
  }

  closed(share: ConnectionShare): void {
    this.#shares.delete(share);
    this.#waiting.delete(share);
  }

  get #turnMs(): number {
    return this.#isTurnScheduled ? this.#monotonicMs() - this.#turnStartMs : 0;
  }

  #scheduleTurn(): void {
    this.#isTurnScheduled = true;
    this.#turnStartMs = this.#monotonicMs();
    setImmediate(() => this.#nextTurn());
  }

  /** Released bytes make room, and waiting connections resume, first come first served. */
  #nextTurn(): void {
    this.#isTurnScheduled = false;
    this.#turnBytes = 0;
    const released = this.#released;
    this.#released = [];
    for (const share of released) this.#inFlightBytes -= share.takeBack();
    if (this.#waiting.size > 0) this.#resumeWaiting();
  }

  /** Resumes as many as this turn has room for, by their rank, and as they came. */
  #resumeWaiting(): void {
    const ranks: [ConnectionShare[], ConnectionShare[], ConnectionShare[]] = [[], [], []];
    for (const share of this.#waiting) ranks[share.rank].push(share);
    // What a share takes is known later: it is only told to read on here.
    let bytes = 0;
    for (const share of ranks.flat()) {
      if (bytes >= MAX_BYTES_PER_TURN) {
        if (!this.#isTurnScheduled) this.#scheduleTurn();
        return;
      }
      // One that still finds no room keeps its place.
      if (!share.mayResume()) continue;
      bytes += share.expectedBytes;
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
