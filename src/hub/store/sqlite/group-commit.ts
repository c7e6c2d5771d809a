// Many writers, one transaction at a time. While a batch is on its way to the disk the next one gathers; it is cut when
// the first returns. A flood shares its commits, and so do messages sent at the same moment: a commit costs the disk some
// pages however little is in it, so a batch gathers for as long as every look at the network brings more. What a flood has beyond
// a short batch goes into a queue of its own, and the two take turns: a client that sends little waits for at most one commit of
// it.
import { BrambleError } from "../../../shared/errors.ts";
import type { IncomingAttribute } from "../../../shared/reading.ts";
import { BatchBuilder } from "../codec/batch.ts";
import type { AppendMessage } from "../readings.ts";
import type { RecordOperation } from "./engine/record-tables.ts";
import type { SeriesIds } from "./series-ids.ts";
import type { WriteBatch } from "./threads/writer.ts";

const MESSAGES_PER_BATCH = 1_000;
const READINGS_PER_BATCH = 20_000;
/** The most readings in a batch that a flood shares with other clients, which keeps it short. */
const READINGS_PER_SHARED_BATCH = 2_000;
/** Readings of a flood per step of sealing that is run first while sealing is behind. */
const READINGS_PER_PIECE = 1_000;
/** Messages that are sent together arrive within this time, however many connections they take. */
const GATHER_MS = 0.1;
/** Messages that justify a commit. */
const MIN_MESSAGES_PER_COMMIT = 8;

const asleep = new Int32Array(new SharedArrayBuffer(4));
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface GroupCommitOptions {
  readonly series: SeriesIds;
  /** Makes all of a batch durable and answers with the time of each reading, or rejects and undoes all of it. */
  readonly commit: (batch: WriteBatch) => Promise<Float64Array>;
  /** Runs a step of sealing, if the journal is too large; answers whether it still is. */
  readonly catchUp: () => Promise<boolean>;
  /** Called after each commit. */
  readonly onCommit: (durationSeconds: number, messages: number) => void;
}

export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #queue = new BatchQueue();
  readonly #floodQueue = new BatchQueue();
  #running: Promise<void> | null = null;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Resolves with the times of the message's readings once its batch is on disk. */
  append({ readings, attributes, receivedAtMs, isOfFlood }: AppendMessage): Promise<Float64Array> {
    const sound = readings.every(({ value, tsMs }) => Number.isFinite(value) && Number.isSafeInteger(tsMs ?? 0));
    if (!sound) {
      return Promise.reject(new BrambleError("store-failed", "a reading is no finite number, or has no whole time"));
    }
    const { series } = this.#options;
    const batch = (isOfFlood ? this.#queueOfFlood(readings.length) : this.#queue).gathering();
    for (const { device, metric, tsMs, value } of readings) {
      batch.readings.add(series.idOf(device, metric), tsMs ?? receivedAtMs, value, tsMs === null);
    }
    for (const attribute of attributes) batch.addAttribute(attribute, receivedAtMs);
    batch.receivedAtMs ??= receivedAtMs;
    return this.#wait(batch);
  }

  /** Resolves once the operation's batch is on disk. */
  async run(operation: RecordOperation): Promise<void> {
    const batch = this.#behindAll();
    batch.records.push(operation);
    await this.#wait(batch);
  }

  /** Resolves once what was handed in before, and every series that has a number, is on disk. */
  async flush(): Promise<void> {
    await this.#wait(this.#behindAll());
  }

  /** Resolves when everything handed in has been settled. */
  async idle(): Promise<void> {
    await this.#running;
  }

  #queueOfFlood(readings: number): BatchQueue {
    const isShort = this.#queue.readings + readings <= READINGS_PER_SHARED_BATCH;
    return isShort && this.#floodQueue.isEmpty ? this.#queue : this.#floodQueue;
  }

  /** A batch that is committed after everything that was handed in before, to either queue. */
  #behindAll(): Batch {
    if (this.#floodQueue.isEmpty) return this.#queue.gathering();
    const batch = this.#floodQueue.gathering();
    batch.behind = this.#queue.batches.at(-1) ?? batch.behind;
    return batch;
  }

  #wait(batch: Batch): Promise<Float64Array> {
    const { startRow, endRow } = batch.addMessage();
    this.#running ??= this.#drain();
    return batch.committed.then((tsMs) => tsMs.subarray(startRow, endRow));
  }

  async #drain(): Promise<void> {
    while (!this.#queue.isEmpty || !this.#floodQueue.isEmpty) {
      await this.#commitNext(this.#queue);
      const [batch] = this.#floodQueue.batches;
      if (batch === undefined) continue;
      const pieces = Math.floor(batch.readings.count / READINGS_PER_PIECE);
      // A writer that has ended rejects the batch as well.
      const isBehind = () => this.#options.catchUp().catch(() => false);
      for (let piece = 0; piece < pieces && (await isBehind()); piece++) await this.#commitNext(this.#queue);
      await this.#commitNext(this.#floodQueue);
    }
    this.#running = null;
  }

  async #commitNext(queue: BatchQueue): Promise<void> {
    const [batch] = queue.batches;
    if (batch === undefined) return;
    await this.#gather(batch);
    // Messages that other clients sent while the flood's batch was decoded arrive while it gathers.
    if (queue === this.#floodQueue) await this.#commitNext(this.#queue);
    // Messages that arrived while it gathered may have moved it back in the queue: hence a loop.
    while (batch.behind !== null && this.#queue.batches.includes(batch.behind)) await this.#commitNext(this.#queue);
    queue.batches.shift();
    await this.#commit(batch);
  }

  /** Waits so that messages that were sent together share a commit. */
  async #gather(batch: Batch): Promise<void> {
    await nextTurn();
    if (batch.messages >= MIN_MESSAGES_PER_COMMIT) return;
    // Timers have millisecond resolution, and polling the clock would take the core that the writer needs.
    Atomics.wait(asleep, 0, 0, GATHER_MS);
    await nextTurn();
  }

  async #commit(batch: Batch): Promise<void> {
    const { series, commit, onCommit } = this.#options;
    const newSeries = series.takeUnwritten();
    const startedAt = performance.now();
    try {
      const tsMs = await commit({
        ...batch.readings.finish(),
        receivedAtMs: batch.receivedAtMs ?? 0,
        newSeries,
        records: [...batch.attributes.values(), ...batch.records],
      });
      onCommit((performance.now() - startedAt) / 1_000, batch.messages);
      batch.resolve(tsMs);
    } catch (error) {
      series.giveBack(newSeries);
      batch.reject(error);
    }
  }
}

class BatchQueue {
  /** Oldest first; all but the last are full. */
  readonly batches: Batch[] = [];

  get isEmpty(): boolean {
    return this.batches.length === 0;
  }

  /** How many wait. */
  get readings(): number {
    return this.batches.reduce((sum, { readings }) => sum + readings.count, 0);
  }

  /** The batch that gathers new messages. */
  gathering(): Batch {
    const last = this.batches.at(-1);
    if (last !== undefined && !last.full) return last;
    const batch = new Batch();
    this.batches.push(batch);
    return batch;
  }
}

class Batch {
  readonly readings = new BatchBuilder();
  /** The latest text of each. */
  readonly attributes = new Map<string, RecordOperation>();
  readonly records: RecordOperation[] = [];
  /** Resolves with the times of all readings once they are on disk: one promise for all messages, of which there are many. */
  readonly committed: Promise<Float64Array>;
  readonly resolve: (tsMs: Float64Array) => void;
  readonly reject: (error: unknown) => void;
  messages = 0;
  /** Where the readings of the next message begin. */
  #startRow = 0;
  receivedAtMs: number | null = null;
  /** Of a flood's batch: the other queue's batch that must be committed before it. */
  behind: Batch | null = null;

  constructor() {
    const { promise, resolve, reject } = Promise.withResolvers<Float64Array>();
    this.committed = promise;
    this.resolve = resolve;
    this.reject = reject;
  }

  get full(): boolean {
    return this.messages >= MESSAGES_PER_BATCH || this.readings.count >= READINGS_PER_BATCH;
  }

  /** Ends a message: the rows that were added since the last one are its own, and are answered. */
  addMessage(): { readonly startRow: number; readonly endRow: number } {
    const startRow = this.#startRow;
    const endRow = this.readings.count;
    this.#startRow = endRow;
    this.messages++;
    return { startRow, endRow };
  }

  addAttribute({ device, name, text }: IncomingAttribute, changedAtMs: number): void {
    this.attributes.set(`${device}\n${name}`, { kind: "attribute", device, name, text, changedAtMs });
  }
}
