// What one transaction will write, while it gathers: the readings and attributes of many messages, and operations in order.
import { BrambleError } from "../../../../shared/errors.ts";
import type { IncomingAttribute } from "../../../../shared/reading.ts";
import { BatchBuilder } from "../../codec/batch.ts";
import type { Connection } from "../dialect.ts";
import { UncertainCommit } from "../failure.ts";

const MESSAGES_PER_BATCH = 2_000;
const READINGS_PER_BATCH = 20_000;

/** The part of a transaction other than readings; may be run again after a conflict. */
export type Operation = (connection: Connection) => Promise<void>;

interface Waiting {
  readonly startRow: number;
  readonly endRow: number;
  readonly resolve: (tsMs: Float64Array) => void;
  readonly reject: (error: unknown) => void;
}

export interface ChangedAttribute extends IncomingAttribute {
  readonly changedAtMs: number;
}

export class Batch {
  /** Series by their numbers. */
  readonly readings = new BatchBuilder();
  /** The latest text of each. */
  readonly attributes = new Map<string, ChangedAttribute>();
  readonly operations: Operation[] = [];
  /** Another queue's batch that is to be handed to the database before this one. */
  behind: Batch | null = null;
  /** Committed after everything that was enqueued before. */
  isBarrier = false;
  readonly #waiting: Waiting[] = [];

  get messages(): number {
    return this.#waiting.length;
  }

  get isFull(): boolean {
    return this.messages >= MESSAGES_PER_BATCH || this.readings.count >= READINGS_PER_BATCH;
  }

  /** Resolves with the times of the readings that were added since the last call. */
  wait(): Promise<Float64Array> {
    return new Promise((resolve, reject) => {
      const startRow = this.#waiting.at(-1)?.endRow ?? 0;
      this.#waiting.push({ startRow, endRow: this.readings.count, resolve, reject });
    });
  }

  resolve(tsMs: Float64Array): void {
    for (const { startRow, endRow, resolve } of this.#waiting) resolve(tsMs.subarray(startRow, endRow));
  }

  /** `tsMs`: the times allocated to its readings; null where it failed before. */
  reject(error: unknown, tsMs: Float64Array | null): void {
    for (const { startRow, endRow, reject } of this.#waiting) {
      const isTried = tsMs !== null && error instanceof BrambleError;
      reject(isTried ? new UncertainCommit(error, tsMs.slice(startRow, endRow)) : error);
    }
  }
}

export class BatchQueue {
  /** Oldest first; all but the last are full. */
  readonly batches: Batch[] = [];

  get isEmpty(): boolean {
    return this.batches.length === 0;
  }

  /** The batch that gathers new messages. */
  gathering(): Batch {
    const last = this.batches.at(-1);
    if (last !== undefined && !last.isFull) return last;
    const batch = new Batch();
    this.batches.push(batch);
    return batch;
  }
}
