// Memory of opened chunks, to be used again. An export opens thousands of them, and the engine collects memory of this kind
// late: it would grow by a hundred megabytes.
import { READINGS_PER_CHUNK } from "./chunk-codec.ts";

/** Columns that lie free at most: of 128 chunks. */
const FREE_COLUMNS = 256;

export class ColumnMemory {
  #free: Float64Array[] = [];
  #later: Float64Array[] = [];

  /** A column for `count` numbers; its old contents are overwritten. */
  take(count: number): Float64Array {
    const free = count === READINGS_PER_CHUNK ? this.#free.pop() : undefined;
    return free ?? new Float64Array(count);
  }

  /** Takes a column back that is no longer used. */
  giveBack(column: Float64Array): void {
    if (isWhole(column) && this.#free.length < FREE_COLUMNS) this.#free.push(column);
  }

  /** Takes a column back that may be in use until `release`. */
  giveBackLater(column: Float64Array): void {
    if (isWhole(column) && this.#later.length < FREE_COLUMNS) this.#later.push(column);
  }

  /** To be called when no returned column is in use. */
  release(): void {
    for (const column of this.#later.splice(0)) this.giveBack(column);
  }
}

/** True for the memory of a full chunk: others are few, and of many lengths. */
function isWhole(column: Float64Array): boolean {
  return column.length === READINGS_PER_CHUNK && column.buffer.byteLength === column.byteLength;
}
