// The first rows of many series, bounded in number. Rows may be added in any order; when there are too many, the end of the
// window moves forward and rows behind it are dropped: what remains is complete.
import { grown } from "../../codec/batch.ts";

const INITIAL_ROWS = 1_024;
/** In few steps: what is outgrown is collected late. */
const GROWTH = 8;
/** Times from which the end of a full window is chosen. */
const SAMPLED_ROWS = 511;
/** A window that was full keeps at most such a share of its rows, where their keys allow it. */
const MAX_REMAINING_SHARE = 3 / 4;
/** Of the radix sort: 11 bits of the key per pass. */
const RADIX = 2_048;

/** Rows have integer keys, in ascending order; equal keys stay in the order of insertion. */
export class RowWindow {
  readonly #maxRows: number;
  #places = new Uint32Array(INITIAL_ROWS);
  #keys = new Float64Array(INITIAL_ROWS);
  #values = new Float64Array(INITIAL_ROWS);
  /** Rows in order, and room to put them in order. */
  #order = new Uint32Array();
  #scratchOrder = new Uint32Array();
  #digits = new Uint16Array();
  #count = 0;
  #fromKey = 0;
  #toKey = 0;
  #nextKey = Number.POSITIVE_INFINITY;

  constructor(maxRows: number) {
    this.#maxRows = maxRows;
  }

  get count(): number {
    return this.#count;
  }

  get fromKey(): number {
    return this.#fromKey;
  }

  /** The window has all rows with `fromKey <= key < toKey`. */
  get toKey(): number {
    return this.#toKey;
  }

  /** The lowest key that is left out behind the window. */
  get nextKey(): number {
    return this.#nextKey;
  }

  /** Empties it. */
  begin(fromKey: number, toKey: number): void {
    this.#count = 0;
    this.#fromKey = fromKey;
    this.#toKey = toKey;
    this.#nextKey = Number.POSITIVE_INFINITY;
  }

  /** Adds a row; false when it is behind the window and left out. */
  add(place: number, key: number, value: number): boolean {
    if (this.#count === this.#keys.length) this.#makeRoom();
    if (key >= this.#toKey) {
      this.leaveOut(key);
      return false;
    }
    const at = this.#count++;
    this.#places[at] = place;
    this.#keys[at] = key;
    this.#values[at] = value;
    return true;
  }

  /** Marks that there may be rows from `key` on that are not added. */
  leaveOut(key: number): void {
    if (key < this.#nextKey) this.#nextKey = key;
  }

  /** Moves the end of the window forward to `toKey`. */
  cutTo(toKey: number): void {
    let kept = 0;
    for (let row = 0; row < this.#count; row++) {
      const key = this.#keys[row] ?? 0;
      if (key >= toKey) {
        this.leaveOut(key);
        continue;
      }
      this.#places[kept] = this.#places[row] ?? 0;
      this.#keys[kept] = key;
      this.#values[kept++] = this.#values[row] ?? 0;
    }
    this.#count = kept;
    this.#toKey = toKey;
  }

  /** How many rows have a key below `key`. */
  countBelow(key: number): number {
    let count = 0;
    for (let row = 0; row < this.#count; row++) if ((this.#keys[row] ?? 0) < key) count++;
    return count;
  }

  /** Puts the rows in order. */
  sort(): void {
    if (this.#order.length < this.#count) {
      this.#order = new Uint32Array(this.#keys.length);
      this.#scratchOrder = new Uint32Array(this.#keys.length);
      this.#digits = new Uint16Array(this.#keys.length);
    }
    const keys = this.#keys.subarray(0, this.#count);
    const digits = this.#digits;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const key of keys) {
      if (key < low) low = key;
      if (key > high) high = key;
    }
    let order = this.#order;
    let sorted = this.#scratchOrder;
    for (let row = 0; row < keys.length; row++) order[row] = row;
    for (let unit = 1; unit <= high - low; unit *= RADIX) {
      const ends = new Uint32Array(RADIX);
      for (let row = 0; row < keys.length; row++) {
        const digit = (((keys[row] ?? 0) - low) / unit) & (RADIX - 1);
        digits[row] = digit;
        ends[digit] = (ends[digit] ?? 0) + 1;
      }
      for (let digit = 1; digit < RADIX; digit++) ends[digit] = (ends[digit] ?? 0) + (ends[digit - 1] ?? 0);
      for (let at = keys.length - 1; at >= 0; at--) {
        const row = order[at] ?? 0;
        const digit = digits[row] ?? 0;
        const end = (ends[digit] ?? 0) - 1;
        ends[digit] = end;
        sorted[end] = row;
      }
      [order, sorted] = [sorted, order];
    }
    this.#order = order;
    this.#scratchOrder = sorted;
  }

  /** Of the row that is the `index`th in order, as `sort` left it. */
  placeAt(index: number): number {
    return this.#places[this.#order[index] ?? 0] ?? 0;
  }

  keyAt(index: number): number {
    return this.#keys[this.#order[index] ?? 0] ?? 0;
  }

  valueAt(index: number): number {
    return this.#values[this.#order[index] ?? 0] ?? 0;
  }

  #makeRoom(): void {
    if (this.#count < this.#maxRows) this.#grow(Math.min(this.#maxRows, GROWTH * this.#count));
    else if (!this.#shrink()) this.#grow(2 * this.#count);
  }

  /** False when all rows are at the very start of the window: they cannot be fewer. */
  #shrink(): boolean {
    const toKey = this.#middleKey();
    if (this.countBelow(toKey + 1) <= MAX_REMAINING_SHARE * this.#count) this.cutTo(toKey + 1);
    else if (this.countBelow(toKey) > 0) this.cutTo(toKey);
    else this.cutTo(toKey > this.#fromKey && this.countBelow(toKey + 1) === this.#count ? toKey : toKey + 1);
    return this.#count < this.#maxRows;
  }

  #middleKey(): number {
    const sampled = Math.min(SAMPLED_ROWS, this.#count);
    const keys = Float64Array.from({ length: sampled }, (_, index) => {
      return this.#keys[Math.floor((index * this.#count) / sampled)] ?? 0;
    });
    return keys.sort()[sampled >>> 1] ?? 0;
  }

  #grow(length: number): void {
    this.#places = grown(this.#places, new Uint32Array(length));
    this.#keys = grown(this.#keys, new Float64Array(length));
    this.#values = grown(this.#values, new Float64Array(length));
  }
}
