// Writes go to the store that is read, which acknowledges, and from there to the other one. Order of a write: its days are saved
// (`WriteIntents`), the store that is read commits it, it is acknowledged, the other store gets it with the times that were allocated.
// Readings that arrive while others are being removed or copied may be in one store and not in the other: their days are compared.
import { BrambleError } from "../../shared/errors.ts";
import type { Clock } from "../clock.ts";
import type { AppendMessage, ReadingSelection } from "../store/readings.ts";
import type { Store } from "../store/store.ts";
import type { Pacing } from "./copying/pacing.ts";
import { concerns, dayOf, daysOf } from "./copying/selections.ts";
import type { Mirror } from "./mirror.ts";
import type { SelectionIntent, WriteIntents } from "./write-intents.ts";

export interface DualWriteOptions {
  readonly source: Store;
  readonly mirror: Mirror;
  readonly writeIntents: WriteIntents;
  /** Of the move, which gives way to what is written here. */
  readonly pacing: Pacing;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

/** Which series were written before a time, since the watch began. */
export interface Watch {
  readonly beforeMs: number;
  readonly series: Set<string>;
  areAll: boolean;
}

interface InFlight {
  /** Selections that were being removed or copied meanwhile. */
  readonly selections: ReadingSelection[];
}

export function seriesName(device: string, metric: string): string {
  return `${device}\n${metric}`;
}

export class DualWrite {
  readonly mirror: Mirror;
  readonly writeIntents: WriteIntents;
  /** True where records of the other store may differ. */
  areRecordsMissed = true;
  readonly #options: DualWriteOptions;
  #source: Store;
  readonly #inFlight = new Set<InFlight>();
  readonly #changing = new Set<ReadingSelection>();
  readonly #watches = new Set<Watch>();
  #busy = 0;
  #paused: PromiseWithResolvers<void> | null = null;
  #onIdle: (() => void) | null = null;

  constructor(options: DualWriteOptions) {
    this.#options = options;
    this.#source = options.source;
    this.mirror = options.mirror;
    this.writeIntents = options.writeIntents;
  }

  async append(message: AppendMessage): Promise<Float64Array> {
    await this.#enter();
    const flight: InFlight = { selections: [...this.#changing] };
    this.#inFlight.add(flight);
    const days = daysOf(message);
    try {
      const opening = this.writeIntents.open(days, this.#options.clock.now());
      if (opening !== null) await opening;
      const startedAt = performance.now();
      const tsMs = await this.#source.readings.append(message);
      // A flood waits for itself.
      if (message.isOfFlood !== true) this.#options.pacing.stored(performance.now() - startedAt);
      this.#committed(message, tsMs, flight);
      return tsMs;
    } catch (error) {
      // It may be committed nevertheless.
      this.#miss(days);
      throw error;
    } finally {
      this.#inFlight.delete(flight);
      this.#leave();
    }
  }

  /** Runs an operation that changes stored readings of `selection`. */
  async change(
    selection: ReadingSelection,
    touched: ReadingSelection,
    change: (store: Store) => Promise<void>,
  ): Promise<void> {
    await this.#enter();
    this.#changing.add(touched);
    for (const flight of this.#inFlight) flight.selections.push(touched);
    try {
      const intent = await this.writeIntents.record(selection);
      try {
        await change(this.#source);
      } catch (error) {
        intent.isMissed = true;
        throw error;
      } finally {
        for (const watch of this.#watches) watch.areAll = true;
      }
      this.mirror.act({ run: change, onDone: () => this.#settle(intent), onMissed: () => this.#missed(intent) });
    } finally {
      this.#changing.delete(touched);
      this.#leave();
    }
  }

  /** Runs an operation on metadata. */
  async keep<T>(
    change: (store: Store) => Promise<T>,
    mirrored: (store: Store, answer: T) => Promise<unknown>,
  ): Promise<T> {
    await this.#enter();
    try {
      const answer = await change(this.#source);
      this.mirror.act({
        run: (store) => mirrored(store, answer),
        onMissed: () => {
          this.areRecordsMissed = true;
        },
      });
      return answer;
    } catch (error) {
      this.areRecordsMissed = true;
      throw error;
    } finally {
      this.#leave();
    }
  }

  /** Holds all writes until `release`; resolves when none is under way. */
  async hold(): Promise<void> {
    this.#paused ??= Promise.withResolvers();
    // Its rejection is handled where it is awaited, which may be nowhere.
    this.#paused.promise.catch(() => undefined);
    if (this.#busy === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  release(): void {
    this.#paused?.resolve();
    this.#paused = null;
  }

  /** Swaps the stores: the other one acknowledges, and this one mirrors it. To be called while writes are held. */
  swap(): void {
    const { target } = this.mirror;
    if (target === null) throw new Error("the other store is not open");
    this.mirror.target = this.#source;
    this.#source = target;
  }

  /** Drops pending writes, and accepts no more. */
  refuse(): void {
    this.#paused ??= Promise.withResolvers();
    this.#paused.promise.catch(() => undefined);
    this.#paused.reject(new BrambleError("store-failed", "The hub stops."));
  }

  watch(beforeMs: number): Watch {
    const watch: Watch = { beforeMs, series: new Set(), areAll: false };
    this.#watches.add(watch);
    return watch;
  }

  unwatch(watch: Watch): void {
    this.#watches.delete(watch);
  }

  /** Closes days without pending writes. */
  async closeDays(): Promise<void> {
    if (this.#busy === 0 && this.mirror.isIdle) await this.writeIntents.close(this.#options.clock.now());
  }

  async #enter(): Promise<void> {
    while (this.#paused !== null) await this.#paused.promise;
    this.#busy++;
  }

  #leave(): void {
    this.#busy--;
    if (this.#busy > 0) return;
    this.#onIdle?.();
    this.#onIdle = null;
  }

  #committed(message: AppendMessage, tsMs: Float64Array, { selections }: InFlight): void {
    const { attributes, receivedAtMs } = message;
    const readings = message.readings.map((reading, index) => ({ ...reading, tsMs: tsMs[index] ?? receivedAtMs }));
    const days = [...new Set(Array.from(tsMs, dayOf))];
    const timed = { ...message, readings };
    if (selections.some((selection) => concerns(selection, timed))) this.#miss(days);
    for (const watch of this.#watches)
      for (const { device, metric, tsMs: ms } of readings)
        if (ms < watch.beforeMs) watch.series.add(seriesName(device, metric));
    this.mirror.add({
      readings,
      attributes,
      receivedAtMs,
      onMissed: () => {
        this.#miss(days);
        if (attributes.length > 0) this.areRecordsMissed = true;
      },
    });
  }

  #miss(days: readonly number[]): void {
    for (const day of days) this.writeIntents.missedDays.add(day);
  }

  #missed(intent: SelectionIntent): void {
    intent.isMissed = true;
  }

  #settle(intent: SelectionIntent): void {
    this.writeIntents.settle(intent).catch(this.#options.onFailure);
  }
}
