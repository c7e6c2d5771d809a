// Mirrors committed writes to the other store, in order, some messages at a time. It lags by some milliseconds, and nothing waits for it.
// Writes that it cannot store are reported as missed. Copying and comparing take a turn of their own, during which nothing else is
// written there: so a value that was read before never overwrites a newer one.
import type { IncomingAttribute, IncomingReading } from "../../shared/reading.ts";
import type { Store } from "../store/store.ts";

export interface MirroredReadings {
  readonly readings: readonly IncomingReading[];
  readonly attributes: readonly IncomingAttribute[];
  readonly receivedAtMs: number;
  readonly onMissed: () => void;
}

/** Operations beside readings. */
export interface MirroredAction {
  readonly run: (store: Store) => Promise<unknown>;
  readonly onDone?: () => void;
  readonly onMissed: () => void;
}

type Operation =
  | ({ readonly kind: "readings" } & MirroredReadings)
  | ({ readonly kind: "action" } & MirroredAction)
  | { readonly kind: "turn"; readonly run: () => Promise<void> };

const READINGS_PER_WRITE = 10_000;
/** Limit of queued writes, which would pile up for a server that hangs. */
const MAX_WAITING_READINGS = 200_000;
const MAX_WAITING_ACTIONS = 10_000;

export class Mirror {
  /** The other store; null while it is not open. */
  target: Store | null = null;
  readonly #onFailure: (error: unknown) => void;
  #operations: Operation[] = [];
  #waitingReadings = 0;
  #waitingActions = 0;
  #running: Promise<void> | null = null;

  /** `onFailure` is called for a write that is missed. */
  constructor(onFailure: (error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  get waitingReadings(): number {
    return this.#waitingReadings;
  }

  get isIdle(): boolean {
    return this.#running === null;
  }

  add(readings: MirroredReadings): void {
    const count = readings.readings.length;
    if (this.target === null || this.#waitingReadings + count > MAX_WAITING_READINGS) {
      readings.onMissed();
      return;
    }
    this.#waitingReadings += count;
    this.#push({ kind: "readings", ...readings });
  }

  act(action: MirroredAction): void {
    if (this.#waitingActions >= MAX_WAITING_ACTIONS) {
      action.onMissed();
      return;
    }
    this.#waitingActions++;
    this.#push({ kind: "action", ...action });
  }

  /** Runs `work` when all earlier writes are done or missed; later ones wait until it ends. */
  turn<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#push({ kind: "turn", run: () => work().then(resolve, reject) });
    });
  }

  #push(operation: Operation): void {
    this.#operations.push(operation);
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#operations.length > 0) {
      const operations = this.#operations;
      this.#operations = [];
      for (let index = 0; index < operations.length; ) index = await this.#runNext(operations, index);
    }
    this.#running = null;
  }

  /** Answers where the next one is. */
  async #runNext(operations: readonly Operation[], index: number): Promise<number> {
    const operation = operations[index];
    switch (operation?.kind) {
      case undefined:
        break;
      case "turn":
        await operation.run();
        break;
      case "action":
        await this.#act(operation);
        break;
      case "readings": {
        const together = [operation];
        let count = operation.readings.length;
        for (let next = operations[index + 1]; next?.kind === "readings"; next = operations[index + together.length]) {
          if (count + next.readings.length > READINGS_PER_WRITE) break;
          together.push(next);
          count += next.readings.length;
        }
        await this.#write(together, count);
        return index + together.length;
      }
    }
    return index + 1;
  }

  async #act({ run, onDone, onMissed }: MirroredAction): Promise<void> {
    this.#waitingActions--;
    try {
      if (this.target === null) return onMissed();
      await run(this.target);
      onDone?.();
    } catch (error) {
      onMissed();
      this.#onFailure(error);
    }
  }

  /** Each is a message of its own, which keeps its time; the store commits them together. */
  async #write(together: readonly MirroredReadings[], count: number): Promise<void> {
    this.#waitingReadings -= count;
    const { target } = this;
    const writes = together.map(async ({ readings, attributes, receivedAtMs, onMissed }) => {
      try {
        if (target === null) throw new Error("the other store is not open");
        await target.readings.append({ readings, attributes, receivedAtMs });
        return null;
      } catch (error) {
        onMissed();
        return error;
      }
    });
    const failed = (await Promise.all(writes)).find((error) => error !== null);
    if (failed !== undefined) this.#onFailure(failed);
  }
}
