// Readings as columns in one buffer, on their way to where an adapter writes them.

/** Row `i` is a reading of `series[i]` at `tsMs[i]` with `values[i]`; all three have the same length. */
export interface BatchColumns {
  readonly values: Float64Array;
  /** Milliseconds since 1970 UTC. */
  readonly tsMs: Float64Array;
  readonly series: Uint32Array;
}

const BYTES_PER_READING = 20;

/** The columns that lie in `bytes`. Throws where no columns can lie in them. */
export function batchColumns(bytes: Uint8Array): BatchColumns {
  const count = bytes.length / BYTES_PER_READING;
  if (!Number.isInteger(count)) throw new Error(`a batch of ${bytes.length} bytes`);
  // Doubles want an aligned place.
  const { buffer, byteOffset } = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  return {
    values: new Float64Array(buffer, byteOffset, count),
    tsMs: new Float64Array(buffer, byteOffset + 8 * count, count),
    series: new Uint32Array(buffer, byteOffset + 16 * count, count),
  };
}

/** Columns that grow. */
export class BatchBuilder {
  #values = new Float64Array(64);
  #tsMs = new Float64Array(64);
  #series = new Uint32Array(64);
  #untimed = new Uint8Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** `untimed`: the time is that of receipt, and may be moved on. */
  add(series: number, tsMs: number, value: number, untimed: boolean): void {
    if (this.#count === this.#values.length) this.#grow();
    const row = this.#count++;
    this.#values[row] = value;
    this.#tsMs[row] = tsMs;
    this.#series[row] = series;
    this.#untimed[row] = untimed ? 1 : 0;
  }

  /** All of it, laid out as `batchColumns` reads it. */
  finish(): { readonly readings: Uint8Array; readonly untimed: Uint8Array } {
    const readings = new Uint8Array(this.#count * BYTES_PER_READING);
    const columns = batchColumns(readings);
    columns.values.set(this.#values.subarray(0, this.#count));
    columns.tsMs.set(this.#tsMs.subarray(0, this.#count));
    columns.series.set(this.#series.subarray(0, this.#count));
    return { readings, untimed: this.#untimed.slice(0, this.#count) };
  }

  #grow(): void {
    const length = this.#values.length * 2;
    this.#values = grown(this.#values, new Float64Array(length));
    this.#tsMs = grown(this.#tsMs, new Float64Array(length));
    this.#series = grown(this.#series, new Uint32Array(length));
    this.#untimed = grown(this.#untimed, new Uint8Array(length));
  }
}

/** `to` with all of `from` at its start. */
export function grown<T extends Float64Array | Uint32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
