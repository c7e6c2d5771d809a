// A running move, as steps: each is short, may be repeated, and is resumed after a crash by the state file.
// copying: all stored data, newest month first, while new data goes to both stores. comparing: until both are equal. ready: both stay
// equal. To switch reading, everything is compared again, writes are paused, the latest data is compared reading by reading, and
// the state file is set to the other store, with which the hub restarts. Switching back is the same in the other direction.
import { DAY_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { compareStores } from "./copying/compare.ts";
import { copyMetadata } from "./copying/copy-metadata.ts";
import { type CopiedDevice, type CopyPlace, devicesOf, newestMonth, nextDevice } from "./copying/months.ts";
import type { Pacing } from "./copying/pacing.ts";
import { ALL_READINGS, wholeDay } from "./copying/selections.ts";
import { openTarget, Transfer } from "./copying/transfer.ts";
import type { DualWrite } from "./dual-write.ts";
import type { DurableFile } from "./durable-file.ts";
import { MoveProblem } from "./move-problem.ts";
import type { MoveState } from "./move-state.ts";

export interface ActiveMoveOptions {
  readonly state: MoveState;
  readonly file: DurableFile<typeof MoveState>;
  readonly source: Store;
  /** How often spooling for the server that is read has begun. */
  readonly spoolings: () => number;
  /** Sets whether workers may write to the server; answers how many do. */
  readonly letWorkers: (areAllowed: boolean) => Promise<number>;
  readonly dual: DualWrite;
  readonly pacing: Pacing;
  readonly clock: Clock;
  /** Stops the hub and starts it again, where reading was switched. */
  readonly restart: () => void;
  readonly signal: AbortSignal;
}

/** Few enough to hold the event loop for some milliseconds only. */
const READINGS_PER_STEP = 5_000;
/** Saving the state takes the disk as long as several commits. */
const SAVE_PERIOD_MS = 5_000;
/** Devices are still sending for the last minute. */
const MOVING_MS = 60_000;
const MAX_COMPARISONS = 3;

export class ActiveMove {
  readonly #options: ActiveMoveOptions;
  readonly #transfer: Transfer;
  #state: MoveState;
  #savedMs = Number.NEGATIVE_INFINITY;
  /** Those of the month that is being copied. */
  #devices: readonly CopiedDevice[] | null = null;
  #isSwitched = false;
  #areWorkersAway = false;

  constructor(options: ActiveMoveOptions) {
    const { source, dual, pacing, signal, state } = options;
    this.#options = options;
    this.#state = state;
    this.#transfer = new Transfer({
      source,
      dual,
      pacing,
      signal,
      // Readings that a server lost must not be removed from the file as well.
      removesExtras: state.reads === "file",
      readingsPerStep: READINGS_PER_STEP,
    });
  }

  get state(): MoveState {
    return this.#state;
  }

  async change(changes: Partial<MoveState>): Promise<void> {
    const before = this.#state;
    const state = { ...before, ...changes };
    this.#state = state;
    this.#savedMs = performance.now();
    try {
      await this.#options.file.write(state);
    } catch (error) {
      // A state that could not be saved is undone: a later change would save it with its own.
      if (this.#state === state) this.#state = before;
      throw error;
    }
  }

  /** Does the next step; false where there is nothing to do for now. Rejects where it has to be retried. */
  async step(): Promise<boolean> {
    const { dual } = this.#options;
    if (this.#isSwitched) return false;
    openTarget(dual.mirror);
    const { reads } = this.#state;
    // Beside a hub that reads the server, they may write there: what the file lacks is copied before it is read again.
    if ((reads === "file" || this.#state.switchWhenEqual) && !this.#areWorkersAway) await this.#sendWorkersAway();
    await dual.closeDays();
    if (dual.areRecordsMissed) await this.#copyRecords();
    if (await this.#settleOne()) return true;
    const { step, switchWhenEqual } = this.#state;
    switch (step) {
      case "copying":
        await this.#copyNext();
        return true;
      case "comparing":
        await this.#compare();
        return true;
      case "ready":
        if (switchWhenEqual) await this.#switch();
        return false;
      case "finished":
        return false;
    }
  }

  async #copyRecords(): Promise<void> {
    const { dual, source } = this.#options;
    await dual.mirror.turn(async () => {
      const target = openTarget(dual.mirror);
      dual.areRecordsMissed = false;
      try {
        await copyMetadata(source, target);
      } catch (error) {
        dual.areRecordsMissed = true;
        throw error;
      }
    });
  }

  /** Compares one range that the other store may lack, reading by reading; false where there is none. */
  async #settleOne(): Promise<boolean> {
    const { writeIntents } = this.#options.dual;
    const { step, copiedFromMs, copyPlace } = this.#state;
    if (writeIntents.isEmpty) return false;
    await this.#refuseSpool();
    const [intent] = writeIntents.missedSelections;
    if (intent !== undefined) {
      // Readings that were removed from the store that is read have to be removed from the other one, too.
      await this.#transfer.repairAll(intent.selection, true);
      await writeIntents.settle(intent);
      return true;
    }
    const [day] = writeIntents.missedDays;
    if (day === undefined) return false;
    writeIntents.missedDays.delete(day);
    // It is still to be copied.
    const reachedMs = copyPlace?.fromMs ?? copiedFromMs ?? ALL_READINGS.toMs;
    if (step === "copying" && (day + 1) * DAY_MS <= reachedMs) return true;
    try {
      await this.#transfer.repairAll(wholeDay(day));
      return true;
    } catch (error) {
      writeIntents.missedDays.add(day);
      throw error;
    }
  }

  async #sendWorkersAway(): Promise<void> {
    if ((await this.#options.letWorkers(false)) > 0) throw new MoveProblem("workers");
    this.#areWorkersAway = true;
  }

  /** Spooled readings are not on the server that is read yet: older values would be taken for the latest. */
  async #refuseSpool(): Promise<void> {
    const { spool } = await this.#options.source.status();
    if (spool !== undefined) throw new MoveProblem("spool");
  }

  async #copyNext(): Promise<void> {
    const { source, dual } = this.#options;
    const { copiedFromMs, copiedReadings, startedMs, isFresh } = this.#state;
    const endMs = copiedFromMs ?? ALL_READINGS.toMs;
    // What the other store alone has is removed there.
    const stores = isFresh ? [source] : [source, openTarget(dual.mirror)];
    const place = this.#state.copyPlace ?? (await newestMonth(stores, endMs, startedMs));
    if (place === null) {
      await this.change({ copiedFromMs: ALL_READINGS.fromMs, step: "comparing" });
      return;
    }
    this.#devices ??= await devicesOf(stores);
    const left = { place, endMs, devices: this.#devices };
    if (nextDevice(place, left.devices) === undefined) {
      this.#devices = null;
      await this.change({ copiedFromMs: place.fromMs, copyPlace: null });
      return;
    }
    const { after, readings } = isFresh ? await this.#transfer.copyNext(left) : await this.#transfer.repairNext(left);
    await this.#copied(after, copiedReadings + readings);
  }

  async #copied(copyPlace: CopyPlace, copiedReadings: number): Promise<void> {
    const changes = { copyPlace, copiedReadings };
    if (performance.now() - this.#savedMs > SAVE_PERIOD_MS) await this.change(changes);
    // After a crash, the readings that were copied since are copied again.
    else this.#state = { ...this.#state, ...changes };
  }

  async #compare(): Promise<void> {
    const atMs = this.#options.clock.now();
    const { repaired, ...compared } = await this.#compareUntil(atMs - MOVING_MS);
    const before = this.#state.compared?.repaired ?? 0;
    await this.change({ step: "ready", compared: { atMs, ...compared, repaired: before + repaired } });
  }

  async #compareUntil(beforeMs: number): Promise<{ series: number; days: number; readings: number; repaired: number }> {
    const { source, dual, pacing, signal } = this.#options;
    await this.#refuseSpool();
    let repaired = 0;
    for (let comparison = 1; ; comparison++) {
      const { different, ...counts } = await compareStores({ source, dual, pacing, beforeMs, signal });
      if (different.length === 0) return { ...counts, repaired };
      let found = 0;
      for (const selection of different) found += await this.#transfer.repairAll(selection);
      repaired += found;
      // It must not be repaired: the file has readings that the server has lost.
      if (found === 0 && this.#state.reads === "server") return { ...counts, repaired };
      if (comparison === MAX_COMPARISONS) throw new MoveProblem("not-equal");
    }
  }

  async #switch(): Promise<void> {
    const { dual, spoolings, clock, restart } = this.#options;
    const { mirror, writeIntents } = dual;
    const spoolingsBefore = spoolings();
    await this.#compare();
    const comparedToMs = (this.#state.compared?.atMs ?? 0) - MOVING_MS;
    await dual.hold();
    try {
      await this.#sendWorkersAway();
      await mirror.turn(() => this.#catchUp(comparedToMs));
      await this.#refuseSpool();
      if (spoolings() !== spoolingsBefore) throw new MoveProblem("spool");
      if (!writeIntents.isEmpty || dual.areRecordsMissed) throw new MoveProblem("not-equal");
      await writeIntents.closeAll();
      const reads = this.#state.reads === "file" ? "server" : "file";
      await this.change({ reads, switchedMs: clock.now(), switchWhenEqual: false });
      // The hub reads the other store once it has started again; until then both still have the same.
      dual.swap();
      this.#isSwitched = true;
    } finally {
      dual.release();
    }
    restart();
  }

  /** Compares the data since the last comparison, while writes are held. */
  async #catchUp(comparedToMs: number): Promise<void> {
    const { dual, source, signal } = this.#options;
    for (let toMs = ALL_READINGS.toMs; toMs > comparedToMs; ) {
      signal.throwIfAborted();
      const step = await this.#transfer.repairNow({ ...ALL_READINGS, fromMs: comparedToMs, toMs });
      toMs = step.fromMs;
    }
    await copyMetadata(source, openTarget(dual.mirror));
    dual.areRecordsMissed = false;
  }
}
