// Group commit with several concurrent transactions. While the connections are busy the next batch gathers. Two batches run
// concurrently only where they cannot have a reading in common; a batch with other operations runs alone. Messages of a flood
// have a separate queue, and the two queues alternate.
import { BrambleError } from "../../../../shared/errors.ts";
import type { AppendMessage } from "../../readings.ts";
import { type Batch, BatchQueue, type Operation } from "./batch.ts";
import type { BatchWriter, PreparedBatch } from "./batch-writer.ts";
import type { SeriesDirectory } from "./series-directory.ts";

/** Fewer messages wait for one more turn of the event loop. */
const MIN_MESSAGES_PER_COMMIT = 8;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface CommitQueueOptions {
  readonly series: SeriesDirectory;
  readonly writer: BatchWriter;
  /** Concurrent transactions. */
  readonly maxConcurrent: number;
  /** Called after each commit. */
  readonly onCommit: (durationSeconds: number, messages: number) => void;
}

export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #queue = new BatchQueue();
  readonly #floodQueue = new BatchQueue();
  readonly #inFlight = new Map<PreparedBatch, Promise<void>>();
  /** The batch that is being prepared, or waits for one in flight. */
  #starting: Promise<void> | null = null;
  #isFloodsTurn = false;
  #running: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  /** Resolves with the times of the message's readings once they are committed. */
  append({ readings, attributes, receivedAtMs, isOfFlood }: AppendMessage): Promise<Float64Array> {
    if (this.#isClosed) return Promise.reject(closed());
    const isSound = readings.every(({ value, tsMs }) => Number.isFinite(value) && Number.isSafeInteger(tsMs ?? 0));
    if (!isSound) {
      return Promise.reject(new BrambleError("store-failed", "a reading is no finite number, or has no whole time"));
    }
    const { series } = this.#options;
    const batch = isOfFlood ? this.#floodQueue.gathering() : this.#queue.gathering();
    // Of a message that was handed in before, a flood replaces the values.
    if (isOfFlood) batch.behind = this.#queue.batches.at(-1) ?? batch.behind;
    for (const { device, metric, tsMs, value } of readings)
      batch.readings.add(series.of(device, metric).number, tsMs ?? receivedAtMs, value, tsMs === null);
    for (const attribute of attributes) {
      batch.attributes.set(`${attribute.device}\n${attribute.name}`, { ...attribute, changedAtMs: receivedAtMs });
      batch.isBarrier = true;
    }
    return this.#wait(batch);
  }

  /** Resolves once the operation, and everything enqueued before it, is committed. */
  async run(operation: Operation): Promise<void> {
    if (this.#isClosed) throw closed();
    const batch = this.#barrierBatch();
    batch.operations.push(operation);
    await this.#wait(batch);
  }

  /** Resolves once everything enqueued before is committed or rejected. */
  async flush(): Promise<void> {
    await this.#wait(this.#barrierBatch());
  }

  /** Resolves when the transactions that are running now, or about to start, have ended. */
  async settled(): Promise<void> {
    await this.#starting;
    await this.#inFlightSettled();
  }

  /** Rejects new work, and resolves when everything enqueued is settled. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
  }

  async #inFlightSettled(): Promise<void> {
    await Promise.all(this.#inFlight.values());
  }

  #barrierBatch(): Batch {
    const isFlooded = !this.#floodQueue.isEmpty;
    const batch = (isFlooded ? this.#floodQueue : this.#queue).gathering();
    if (isFlooded) batch.behind = this.#queue.batches.at(-1) ?? batch.behind;
    batch.isBarrier = true;
    return batch;
  }

  #wait(batch: Batch): Promise<Float64Array> {
    const result = batch.wait();
    this.#running ??= this.#drain();
    return result;
  }

  async #drain(): Promise<void> {
    await nextTurn();
    for (let queue = this.#next(); queue !== null; queue = this.#next()) {
      const [batch] = queue.batches;
      if (batch === undefined) continue;
      if (batch.messages < MIN_MESSAGES_PER_COMMIT) await nextTurn();
      while (this.#inFlight.size >= this.#options.maxConcurrent) await Promise.race(this.#inFlight.values());
      // Messages that arrived meanwhile may have moved it back in the queue.
      if (this.#isHeldBack(batch)) continue;
      queue.batches.shift();
      this.#isFloodsTurn = queue === this.#queue;
      this.#starting = this.#start(batch);
      await this.#starting;
      this.#starting = null;
    }
    await this.#inFlightSettled();
    this.#running = null;
    if (this.#next() !== null) this.#running = this.#drain();
  }

  #next(): BatchQueue | null {
    const [first, second] = this.#isFloodsTurn ? [this.#floodQueue, this.#queue] : [this.#queue, this.#floodQueue];
    for (const queue of [first, second]) {
      const [batch] = queue.batches;
      if (batch !== undefined && !this.#isHeldBack(batch)) return queue;
    }
    return null;
  }

  #isHeldBack({ behind }: Batch): boolean {
    return behind !== null && this.#queue.batches.includes(behind);
  }

  /** Resolves when the batch is on its way, and, of a barrier, when it is done. */
  async #start(batch: Batch): Promise<void> {
    const { writer } = this.#options;
    try {
      if (batch.isBarrier) await this.#inFlightSettled();
      const prepared = await writer.prepare(batch, () => this.#inFlightSettled());
      for (let other = this.#overlapping(prepared); other !== undefined; other = this.#overlapping(prepared))
        await other;
      const done = this.#commit(batch, prepared).finally(() => this.#inFlight.delete(prepared));
      this.#inFlight.set(prepared, done);
      if (batch.isBarrier) await done;
    } catch (error) {
      batch.reject(error, null);
    }
  }

  #overlapping(prepared: PreparedBatch): Promise<void> | undefined {
    for (const [other, done] of this.#inFlight) if (prepared.overlaps(other)) return done;
    return undefined;
  }

  /** Never rejects. */
  async #commit(batch: Batch, prepared: PreparedBatch): Promise<void> {
    const { writer, onCommit } = this.#options;
    const startedAt = performance.now();
    try {
      const tsMs = await writer.write(prepared);
      onCommit((performance.now() - startedAt) / 1_000, batch.messages);
      batch.resolve(tsMs);
    } catch (error) {
      batch.reject(error, prepared.triedTsMs);
    }
  }
}

function closed(): BrambleError {
  return new BrambleError("store-failed", "the store is closed");
}
