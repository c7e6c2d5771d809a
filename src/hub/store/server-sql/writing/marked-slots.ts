// Which slots of the shortest rollups are known to be marked as changed: of a live series the same slot changes with every
// reading, and one mark is enough until the slot's rollups are computed again. The hub computes them, and removes its marks here;
// a worker is not notified of that, and relies only on marks of slots that have not ended, which the hub does not touch.
import { SHORTEST_STEP_MS } from "../../common/bucket-parts.ts";
import type { SlotMarks } from "../dialect.ts";

type Slots = Map<number, Set<number>>;

export class MarkedSlots {
  #slots: Slots = new Map();
  readonly #oldestSlot: () => number;

  /** `oldestSlot`: marks of slots before it are not relied on. */
  constructor(oldestSlot: () => number = () => Number.NEGATIVE_INFINITY) {
    this.#oldestSlot = oldestSlot;
  }

  get oldestSlot(): number {
    return this.#oldestSlot();
  }

  get slots(): Slots {
    return this.#slots;
  }

  /** From now on every slot is marked again. Batches in flight still rely on the known marks. */
  forget(): void {
    this.#slots = new Map();
  }
}

/** The marks that a batch adds. */
export class NewMarks implements SlotMarks {
  readonly series: number[] = [];
  readonly slots: number[] = [];
  readonly #known: Slots;
  readonly #owner: MarkedSlots;
  readonly #added = new Map<number, Set<number>>();
  #lastSeries = -1;
  #lastSlot = -1;

  constructor(owner: MarkedSlots) {
    this.#owner = owner;
    this.#known = owner.slots;
  }

  add(series: number, tsMs: number): void {
    const slot = Math.floor(tsMs / SHORTEST_STEP_MS);
    if (series === this.#lastSeries && slot === this.#lastSlot) return;
    this.#lastSeries = series;
    this.#lastSlot = slot;
    if (slot >= this.#owner.oldestSlot && this.#known.get(series)?.has(slot)) return;
    const added = this.#added.get(series);
    if (added?.has(slot)) return;
    if (added === undefined) this.#added.set(series, new Set([slot]));
    else added.add(slot);
    this.series.push(series);
    this.slots.push(slot);
  }

  /** They are in the database. */
  committed(): void {
    if (this.#owner.slots !== this.#known) return;
    for (const [series, added] of this.#added) {
      const known = this.#known.get(series);
      if (known === undefined) this.#known.set(series, added);
      else for (const slot of added) known.add(slot);
    }
  }
}
