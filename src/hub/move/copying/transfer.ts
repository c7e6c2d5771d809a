// Synchronises readings of the other store with those of the store that is read. Each step is a turn at the mirror: nothing else is
// written there meanwhile. Steps are idempotent.
import type { Reading } from "../../../shared/reading.ts";
import { groupsOf } from "../../store/common/groups.ts";
import type { ReadingSelection } from "../../store/readings.ts";
import type { Store } from "../../store/store.ts";
import type { DualWrite } from "../dual-write.ts";
import type { Mirror } from "../mirror.ts";
import { type CopyPlace, nextDevice, selectionAt } from "./months.ts";
import type { Pacing } from "./pacing.ts";
import { type MonthLeft, PieceReader } from "./pieces.ts";
import { allOf, differences, newestStretch } from "./stretches.ts";

export interface TransferOptions {
  readonly source: Store;
  readonly dual: DualWrite;
  readonly pacing: Pacing;
  /** Ends what takes several steps. */
  readonly signal: AbortSignal;
  /** False keeps readings that the other store alone has. */
  readonly removesExtras: boolean;
  readonly readingsPerStep: number;
}

export interface Step {
  /** From here on to the end of the selection, both have the same. */
  readonly fromMs: number;
  /** Readings that the store that is read has in this step. */
  readonly readings: number;
  /** Readings that differed. */
  readonly repaired: number;
}

export interface Copied {
  /** Where the copy is behind it. */
  readonly after: CopyPlace;
  readonly readings: number;
}

const READINGS_PER_WRITE = 10_000;
/** Readings of one series that the other store alone has are removed together where they lie next to each other. */
const MAX_SINGLE_REMOVALS = 1_000;

export class Transfer {
  readonly #options: TransferOptions;
  readonly #pieces: PieceReader;

  constructor(options: TransferOptions) {
    this.#options = options;
    this.#pieces = new PieceReader(options.source, options.dual);
  }

  /**
   * Copies the next piece of a month of which the other store has nothing that counts. It is short: live messages that waited during a
   * step let the copy rest, so a long step would hardly ever be without one.
   */
  copyNext(left: MonthLeft): Promise<Copied> {
    return this.#turn(async () => {
      const { replace } = openTarget(this.#options.dual.mirror).readings;
      // It is no faster than to compare, and to append what is missing.
      if (replace === undefined) return this.#repairNext(left);
      const piece = await this.#pieces.next(left);
      await replace(piece, piece.series);
      return piece;
    });
  }

  /** The same of a month of which the other store may have something. */
  repairNext(left: MonthLeft): Promise<Copied> {
    return this.#turn(() => this.#repairNext(left));
  }

  async #repairNext({ place, endMs, devices }: MonthLeft): Promise<Copied> {
    const device = nextDevice(place, devices);
    if (device === undefined) return { after: place, readings: 0 };
    const { fromMs, readings } = await this.repairNow(selectionAt(place, device.id, endMs));
    return { after: { ...place, device: device.id, toMs: fromMs }, readings };
  }

  /** Compares the newest stretch of a selection, reading by reading, and repairs what is not the same. */
  repairNewest(selection: ReadingSelection, removesExtras = this.#options.removesExtras): Promise<Step> {
    return this.#turn(() => this.repairNow(selection, removesExtras));
  }

  /** The same, to be called where nothing is written to either store. */
  async repairNow(selection: ReadingSelection, removesExtras = this.#options.removesExtras): Promise<Step> {
    const { source, dual, readingsPerStep } = this.#options;
    const target = openTarget(dual.mirror);
    // The source is read last: readings that it gets after that go to the target behind this turn.
    const there = await newestStretch(target.readings, selection, readingsPerStep);
    const here = await newestStretch(source.readings, selection, readingsPerStep);
    const fromMs = Math.max(there.fromMs, here.fromMs);
    const { readings, missing, extras } = differences(here, there, fromMs);
    await write(target, missing);
    const removed = removesExtras ? extras : [];
    await this.#remove(target, removed, { ...selection, fromMs });
    return { fromMs, readings, repaired: missing.length + removed.length };
  }

  /** All of a selection, step by step; answers how many readings were not the same. */
  async repairAll(selection: ReadingSelection, removesExtras?: boolean): Promise<number> {
    let repaired = 0;
    for (let { toMs } = selection; toMs > selection.fromMs; ) {
      this.#options.signal.throwIfAborted();
      const step = await this.repairNewest({ ...selection, toMs }, removesExtras);
      repaired += step.repaired;
      toMs = step.fromMs;
    }
    return repaired;
  }

  #turn<T>(work: () => Promise<T>): Promise<T> {
    const { dual, pacing, signal } = this.#options;
    return pacing.step(() => dual.mirror.turn(work), signal);
  }

  /** Removes rows that the source has not; of many, whole series of the stretch, which are then written again. */
  async #remove(target: Store, extras: readonly Reading[], selection: ReadingSelection): Promise<void> {
    const { source, readingsPerStep } = this.#options;
    if (extras.length <= MAX_SINGLE_REMOVALS) {
      for (const { device, metric, tsMs } of extras)
        await target.readings.remove({ devices: [device], metrics: [metric], fromMs: tsMs, toMs: tsMs + 1 });
      return;
    }
    const times = extras.map(({ tsMs }) => tsMs);
    const range = { fromMs: least(times), toMs: greatest(times) + 1 };
    for (const { device, metric } of new Map(extras.map((row) => [`${row.device}\n${row.metric}`, row])).values()) {
      const series = { devices: [device], metrics: [metric], ...range };
      await target.readings.remove(series);
      await write(target, await allOf(source.readings, { ...selection, ...series }, readingsPerStep));
    }
  }
}

/** Throws where it is not open. */
export function openTarget({ target }: Mirror): Store {
  if (target === null) throw new TargetAway();
  return target;
}

/** The other store is not open: retry later. */
export class TargetAway extends Error {}

async function write(target: Store, rows: readonly Reading[]): Promise<void> {
  const writes = Array.from(groupsOf(rows, READINGS_PER_WRITE), (readings) =>
    target.readings.append({ readings, attributes: [], receivedAtMs: 0 }),
  );
  // All are settled before the turn ends, or one of them could be written after later ones.
  const failed = (await Promise.allSettled(writes)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b));
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}
