// Many writers, one transaction at a time. While a batch is on its way to the disk the next one gathers; it is cut
// when the first returns. So a lone message waits for nobody, and a flood shares its commits.
import type { WriteOperation, WriteResult } from "./writer.ts";

const OPERATIONS_PER_BATCH = 1_000;
const READINGS_PER_BATCH = 20_000;

interface Waiting {
  readonly operation: WriteOperation;
  readonly resolve: (result: WriteResult) => void;
  readonly reject: (error: unknown) => void;
}

export class GroupCommit {
  readonly #commit: (operations: readonly WriteOperation[]) => Promise<WriteResult[]>;
  #waiting: Waiting[] = [];
  #running: Promise<void> | null = null;

  /** `commit` makes all operations durable, or rejects and undoes all of them. */
  constructor(commit: (operations: readonly WriteOperation[]) => Promise<WriteResult[]>) {
    this.#commit = commit;
  }

  /** Resolves with the operation's result once its batch is on disk. */
  run(operation: WriteOperation): Promise<WriteResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ operation, resolve, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when everything handed in has been settled. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whatever else arrived with this turn of the event loop shares the commit.
      await new Promise(setImmediate);
      const batch = this.#cut();
      try {
        const results = await this.#commit(batch.map(({ operation }) => operation));
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] ?? null);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#running = null;
  }

  #cut(): Waiting[] {
    let count = 0;
    let readings = 0;
    for (const { operation } of this.#waiting) {
      if (operation.kind === "append") readings += operation.message.readings.length;
      if (count > 0 && (count >= OPERATIONS_PER_BATCH || readings > READINGS_PER_BATCH)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }
}
