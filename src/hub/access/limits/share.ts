// One connection's part of the budget: what it has in flight, what is held because of it, and whether it has to wait.
import { type Holding, MAX_HELD_BYTES, tooMuch } from "./holdings.ts";

/** In flight of a connection that took little lately: let through, so that it does not wait for those who flood. */
const FREE_BYTES_PER_CONNECTION = 6_144;
/** What a connection may take before it counts as one that takes much; the half of it is forgotten every second. */
const LITTLE_BYTES = 512 * 1024;
/** The same for a new connection, of which nothing else is known: room for a request or a few messages. */
const LITTLE_OF_NEW_BYTES = 8 * 1024;
/** One of which so much waits here takes much: a thousand clients may send the beginning of a long message, or not read an answer. */
const LITTLE_HELD_BYTES = 8 * 1024;
/** In flight of one connection: some 300 readings, or one message of any size. */
const MAX_IN_FLIGHT_BYTES_PER_CONNECTION = 64 * 1024;
/** How long something is held counts up to here. */
const MAX_WEIGHED_SWEEPS = 60;
/** Messages of one connection. */
const MAX_MESSAGES_PER_SECOND = 2_000;

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

/** What all connections share. */
export interface SharedBudget {
  /** Messages that each connection may send at once. */
  readonly burstMessages: number;
  /** There is room in flight, and in this turn of the event loop. */
  readonly hasRoom: boolean;
  /** There is time left in this turn, also for one that takes little. */
  readonly hasTime: boolean;
  wait(share: ConnectionShare): void;
  taken(bytes: number): void;
  /** The share has released bytes in this turn. */
  released(share: ConnectionShare): void;
  held(bytes: number): void;
  /** A connection was cut: `end` closes it: now, or where many are cut at once, soon. */
  cut(end: () => void): void;
  closed(share: ConnectionShare): void;
}

export class ConnectionShare implements Share {
  readonly #budget: SharedBudget;
  readonly #owner: ShareOwner;
  readonly #held: Record<Holding, number> = { unfinished: 0, waiting: 0, unsent: 0, remembered: 0, session: 0 };
  readonly #inTurn: { readonly bytes: number; readonly taken: () => void }[] = [];
  /** The bytes that were released in this turn: of the connection's own in flight, and of all in flight. */
  #releasedBytes = 0;
  #releasedOfAllBytes = 0;
  #isReleased = false;
  /** Until the first sweep. */
  #isNew = true;
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

  constructor(budget: SharedBudget, owner: ShareOwner) {
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

  /** Its place among those that wait: first those that take little, then new ones that took little until now, then the others. */
  get rank(): 0 | 1 | 2 {
    if (!this.#takesLittle) return 2;
    return this.#isNew ? 1 : 0;
  }

  /** What it may be about to take when it is resumed. */
  get expectedBytes(): number {
    if (this.isClosed) return 0;
    return Math.max(this.#inTurn[0]?.bytes ?? this.#wantedBytes, FREE_BYTES_PER_CONNECTION);
  }

  hasRoomFor(bytes: number): boolean {
    if (this.#messagesLeft > 0) {
      if (this.#isFree(bytes) && this.#budget.hasTime) return true;
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
    return (this.#isFree(bytes) && this.#budget.hasTime) || this.#budget.hasRoom;
  }

  #isFree(bytes: number): boolean {
    return this.#takesLittle && this.#inFlightBytes + bytes <= FREE_BYTES_PER_CONNECTION;
  }

  get #takesLittle(): boolean {
    const { unfinished, waiting, unsent } = this.#held;
    const littleBytes = this.#isNew ? LITTLE_OF_NEW_BYTES : LITTLE_BYTES;
    return this.#recentBytes < littleBytes && unfinished + waiting + unsent < LITTLE_HELD_BYTES;
  }

  sweep(timeoutSweeps: number): void {
    this.#isNew = false;
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
    this.#budget.cut(() => this.#owner.cut(reason));
  }
}
