// Synchronises readings of the other store with those of the store that is read. Each step is a turn at the mirror: nothing else is
// written there meanwhile. Steps are idempotent.
import type { Reading } from "../../../shared/reading.ts";
import { groupsOf } from "../../store/common/groups.ts";
import type { ReadingSelection } from "../../store/readings.ts";
import type { Store } from "../../store/store.ts";
import type { Mirror } from "../mirror.ts";
import { allOf, newestStretch, type Stretch } from "./stretches.ts";

export interface TransferOptions {
  readonly source: Store;
  readonly mirror: Mirror;
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

const READINGS_PER_WRITE = 10_000;
/** Readings of one series that the other store alone has are removed together where they lie next to each other. */
const MAX_SINGLE_REMOVALS = 1_000;

export class Transfer {
  readonly #options: TransferOptions;

  constructor(options: TransferOptions) {
    this.#options = options;
  }

  /** Copies the newest stretch of a selection of which the other store has nothing that counts. */
  copyNewest(selection: ReadingSelection): Promise<Step> {
    const { source, mirror, readingsPerStep } = this.#options;
    return mirror.turn(async () => {
      const target = openTarget(mirror);
      const stretch = await newestStretch(source.readings, selection, readingsPerStep);
      await write(target, stretch.rows, true);
      return { fromMs: stretch.fromMs, readings: stretch.rows.length, repaired: 0 };
    });
  }

  /** Compares the newest stretch of a selection, reading by reading, and repairs what is not the same. */
  repairNewest(selection: ReadingSelection, removesExtras = this.#options.removesExtras): Promise<Step> {
    return this.#options.mirror.turn(() => this.repairNow(selection, removesExtras));
  }

  /** The same, to be called where nothing is written to either store. */
  async repairNow(selection: ReadingSelection, removesExtras = this.#options.removesExtras): Promise<Step> {
    const { source, mirror, readingsPerStep } = this.#options;
    const target = openTarget(mirror);
    // The source is read first: readings that it gets meanwhile go to the target behind this turn.
    const there = await newestStretch(target.readings, selection, readingsPerStep);
    const here = await newestStretch(source.readings, selection, readingsPerStep);
    const fromMs = Math.max(there.fromMs, here.fromMs);
    const ours = within(here, fromMs);
    const known = new Map(within(there, fromMs).map((row) => [keyOf(row), row]));
    const missing = ours.filter((row) => known.get(keyOf(row))?.value !== row.value);
    for (const row of ours) known.delete(keyOf(row));
    await write(target, missing);
    const extras = removesExtras ? [...known.values()] : [];
    await this.#remove(target, extras, { ...selection, fromMs });
    return { fromMs, readings: ours.length, repaired: missing.length + extras.length };
  }

  /** All of a selection, step by step; answers how many readings were not the same. */
  async repairAll(selection: ReadingSelection, signal: AbortSignal, removesExtras?: boolean): Promise<number> {
    let repaired = 0;
    for (let { toMs } = selection; toMs > selection.fromMs; ) {
      signal.throwIfAborted();
      const step = await this.repairNewest({ ...selection, toMs }, removesExtras);
      repaired += step.repaired;
      toMs = step.fromMs;
    }
    return repaired;
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

async function write(target: Store, rows: readonly Reading[], isNew = false): Promise<void> {
  const writes = Array.from(groupsOf(rows, READINGS_PER_WRITE), (readings) =>
    target.readings.append({ readings, attributes: [], receivedAtMs: 0, isNew }),
  );
  // All are settled before the turn ends, or one of them could be written after later ones.
  const failed = (await Promise.allSettled(writes)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

function within({ rows }: Stretch, fromMs: number): Reading[] {
  return rows.filter(({ tsMs }) => tsMs >= fromMs);
}

function keyOf({ device, metric, tsMs }: Reading): string {
  return `${device}\n${metric}\n${tsMs}`;
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b));
}

function greatest(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.max(a, b));
}
