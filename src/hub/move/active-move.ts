// A running move, as steps: each is short, may be repeated, and is resumed after a crash by the state file.
// copying: all stored data, newest first, while new data goes to both stores. comparing: until both are equal. ready: both stay
// equal. To switch reading, everything is compared again, writes are paused, the latest data is compared reading by reading, and
// the state file is set to the other store, with which the hub restarts. Switching back is the same in the other direction.
import { DAY_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import type { Store } from "../store/store.ts";
import { compareStores } from "./copying/compare.ts";
import { copyMetadata, hubIdOf } from "./copying/copy-metadata.ts";
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
  readonly clock: Clock;
  /** Stops the hub and starts it again, where reading was switched. */
  readonly restart: () => void;
  readonly signal: AbortSignal;
}

/** Between two steps, new data goes to the other store. */
const READINGS_PER_STEP = 20_000;
const SAVE_PERIOD_MS = 1_000;
/** Devices are still sending for the last minute. */
const MOVING_MS = 60_000;
const MAX_COMPARISONS = 3;

export class ActiveMove {
  readonly #options: ActiveMoveOptions;
  readonly #transfer: Transfer;
  #state: MoveState;
  #savedMs = Number.NEGATIVE_INFINITY;
  #isSwitched = false;
  #areWorkersAway = false;

  constructor(options: ActiveMoveOptions) {
    const { source, dual, state } = options;
    this.#options = options;
    this.#state = state;
    this.#transfer = new Transfer({
      source,
      mirror: dual.mirror,
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
      const [ours, theirs] = [hubIdOf(await source.metadata.read()), hubIdOf(await target.metadata.read())];
      if (theirs !== null && theirs !== ours) throw new MoveProblem("another-hub");
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
    const { dual, signal } = this.#options;
    const { writeIntents } = dual;
    const { step, copiedFromMs } = this.#state;
    if (writeIntents.isEmpty) return false;
    await this.#refuseSpool();
    const [intent] = writeIntents.missedSelections;
    if (intent !== undefined) {
      // Readings that were removed from the store that is read have to be removed from the other one, too.
      await this.#transfer.repairAll(intent.selection, signal, true);
      await writeIntents.settle(intent);
      return true;
    }
    const [day] = writeIntents.missedDays;
    if (day === undefined) return false;
    writeIntents.missedDays.delete(day);
    // It is still to be copied.
    if (step === "copying" && (copiedFromMs === null || (day + 1) * DAY_MS <= copiedFromMs)) return true;
    try {
      await this.#transfer.repairAll(wholeDay(day), signal);
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
    const { copiedFromMs, copiedReadings, isFresh } = this.#state;
    const selection = { ...ALL_READINGS, toMs: copiedFromMs ?? ALL_READINGS.toMs };
    const { fromMs, readings } = isFresh
      ? await this.#transfer.copyNewest(selection)
      : await this.#transfer.repairNewest(selection);
    const isDone = fromMs <= ALL_READINGS.fromMs;
    const changes: Partial<MoveState> = { copiedFromMs: fromMs, copiedReadings: copiedReadings + readings };
    if (isDone) await this.change({ ...changes, step: "comparing" });
    else if (performance.now() - this.#savedMs > SAVE_PERIOD_MS) await this.change(changes);
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
    const { source, dual, signal } = this.#options;
    await this.#refuseSpool();
    let repaired = 0;
    for (let comparison = 1; ; comparison++) {
      const { different, ...counts } = await compareStores({ source, dual, beforeMs, signal });
      if (different.length === 0) return { ...counts, repaired };
      let found = 0;
      for (const selection of different) found += await this.#transfer.repairAll(selection, signal);
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
