// A store on a database server that acknowledges readings while the server is away: they are spooled to files on this computer, and
// forwarded in order when it is back.
// Order: once a reading is spooled, all later ones are, until the last file is empty; then readings go to the server again.
// Readings that were handed to the server before, and that it did not commit, are spooled first. A file is removed after the server
// has committed all of it. Spooled readings have their times, which are reserved (`ReservedTimes`), so that forwarding them again,
// after a crash, changes nothing. Removing and copying readings wait until nothing is spooled.
import { setTimeout as sleep } from "node:timers/promises";
import { errorText } from "../../../shared/error-text.ts";
import { BrambleError } from "../../../shared/errors.ts";
import type { IncomingReading } from "../../../shared/reading.ts";
import type { Clock } from "../../clock.ts";
import type { AuditLog } from "../audit.ts";
import type { MetadataStore } from "../metadata.ts";
import {
  type AppendMessage,
  endOf,
  type ReadingPage,
  type ReadingPosition,
  type ReadingStore,
  rowsOf,
} from "../readings.ts";
import type { RecordStore } from "../records.ts";
import type { ServerStore } from "../server-sql/server-store.ts";
import { MAX_AHEAD_MS } from "../server-sql/writing/reserved-times.ts";
import type { SqliteStoreOptions } from "../sqlite/sqlite-store.ts";
import type { SpoolStatus, Store, StoreStatus } from "../store.ts";
import { type SpoolFile, SpoolFiles } from "./spool-files.ts";

export interface SpooledStoreOptions extends Omit<SqliteStoreOptions, "path"> {
  readonly server: ServerStore;
  readonly folder: string;
  /** All files together. Where it is 0, what an earlier run has left is forwarded, and nothing else is kept. */
  readonly maxBytes: number;
  readonly clock: Clock;
  /** How long the start waits for the spool of an earlier run to be forwarded, before the hub reads its records. */
  readonly startWithinMs?: number;
}

const RETRY_MS = 500;
const ROWS_PER_PAGE = 5_000;
/** So few are forwarded while new ones wait: some tenths of a second. */
const LAST_READINGS = 5_000;
const MEASURE_PERIOD_MS = 1_000;
const START_WITHIN_MS = 5_000;
/** The estimated bytes of a message in a file, until the file's size is read again. */
const MESSAGE_BYTES = 64;
const READING_BYTES = 16;

/** `tsMs`: the times that the readings of a message have, or may have, on the server; null where it failed before. */
type Tried =
  | { readonly isStored: true; readonly tsMs: Float64Array }
  | { readonly isStored: false; readonly tsMs: Float64Array | null };

export class SpooledStore implements Store {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly audit: AuditLog;
  readonly metadata: MetadataStore;
  readonly backup = null;
  /** The number of times that spooling began. */
  spoolings = 0;
  readonly #options: SpooledStoreOptions;
  readonly #files: SpoolFiles;
  /** Messages that are neither committed, nor spooled, nor rejected. */
  readonly #appending = new Set<Promise<unknown>>();
  /** Readings on their way into the newest file. */
  readonly #spooling = new Set<Promise<unknown>>();
  #opening: Promise<SpoolFile> | null = null;
  /** Set while the last readings are forwarded. */
  #pause: Promise<void> | null = null;
  /** Messages that were handed to the server, and are neither committed there nor spooled. */
  #direct = 0;
  /** For messages that wait for those. */
  #turn: PromiseWithResolvers<void> | null = null;
  #forwarding: Promise<void> | null = null;
  #isStopping = false;
  #bytes = 0;
  #readings = 0;
  #sinceMs = 0;
  #lastStatus: StoreStatus | null = null;
  #endTimer: (() => void) | null = null;

  constructor(options: SpooledStoreOptions) {
    const { server, folder } = options;
    this.#options = options;
    this.#files = new SpoolFiles(folder, options);
    this.readings = {
      append: (message) => this.#append(message),
      latest: () => server.readings.latest(),
      buckets: (query) => server.readings.buckets(query),
      page: (query) => server.readings.page(query),
      bucketGrid: server.readings.bucketGrid,
      export: (...args) => server.readings.export(...args),
      copy: (...args) => this.#behindSpool(() => server.readings.copy(...args)),
      remove: (selection) => this.#behindSpool(() => server.readings.remove(selection)),
    };
    this.records = {
      collection: (kind) => server.records.collection(kind),
      removeDevice: (id) => this.#behindSpool(() => server.records.removeDevice(id)),
      attributes: () => server.records.attributes(),
      setting: (name, make) => server.records.setting(name, make),
    };
    this.audit = server.audit;
    this.metadata = server.metadata;
  }

  async start(): Promise<void> {
    const { server, clock, startWithinMs = START_WITHIN_MS } = this.#options;
    await server.start();
    this.#lastStatus = await server.status();
    await this.#files.openLeft();
    for (const { store } of this.#files.all)
      for (const reading of await store.readings.latest())
        if (reading.tsMs - clock.now() < MAX_AHEAD_MS) server.reserved.reserve(reading, reading.tsMs);
    // Where it fails, the last figures stay: a broken file shows when it is written to.
    this.#endTimer = clock.every(MEASURE_PERIOD_MS, () => void this.#measure().catch(() => undefined));
    if (this.#files.newest === null) return;
    this.#sinceMs = clock.now();
    await this.#measure();
    await Promise.race([this.#forward(), sleep(startWithinMs, undefined, { ref: false })]);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#forwarding;
    // What the server has not committed by its end is spooled. The files come last: without them everything would go to the server,
    // and what is in them would replace it at the next start.
    await this.#options.server.stop();
    await Promise.allSettled(this.#appending);
    await this.#files.close();
  }

  async releaseMemory(): Promise<void> {
    for (const { store } of this.#files.all) await store.releaseMemory();
    await this.#options.server.releaseMemory();
  }

  /** The server's status when it was last reachable. */
  async status(): Promise<StoreStatus> {
    const { server } = this.#options;
    try {
      this.#lastStatus = await server.status();
    } catch (error) {
      if (this.#lastStatus === null || this.#spool === null) throw error;
    }
    return this.#spool === null ? this.#lastStatus : { ...this.#lastStatus, spool: this.#spool };
  }

  get #spool(): SpoolStatus | null {
    if (this.#files.newest === null) return null;
    const { maxBytes } = this.#options;
    return { readings: this.#readings, bytes: this.#bytes, maxBytes, sinceMs: this.#sinceMs };
  }

  async #append(message: AppendMessage): Promise<Float64Array> {
    if (this.#isStopping) throw new BrambleError("store-failed", "the store is closed");
    const appended = this.#place(message);
    this.#appending.add(appended);
    try {
      return await appended;
    } finally {
      this.#appending.delete(appended);
    }
  }

  async #place(message: AppendMessage): Promise<Float64Array> {
    while (this.#isSpooling) {
      if (this.#pause !== null) await this.#pause;
      else if (this.#direct > 0) await this.#itsTurn();
      else return this.#spoolMessage(message, null);
    }
    return this.#sendDirectly(message);
  }

  get #isSpooling(): boolean {
    return this.#files.newest !== null || this.#opening !== null || this.#pause !== null;
  }

  async #sendDirectly(message: AppendMessage): Promise<Float64Array> {
    this.#direct++;
    try {
      const { tsMs, isStored } = await this.#tryServer(message);
      // One that was handed in before it may be spooled by now, and would replace it when it is forwarded.
      const mayBeReplaced = this.#isSpooling && message.readings.some((reading) => reading.tsMs !== null);
      return isStored && !mayBeReplaced ? tsMs : await this.#spoolMessage(message, tsMs);
    } finally {
      this.#direct--;
      if (this.#direct === 0) this.#nextTurn();
    }
  }

  /** Rejects where the server is reachable, and refuses it. */
  async #tryServer(message: AppendMessage): Promise<Tried> {
    const { server, maxBytes } = this.#options;
    try {
      return { tsMs: await server.readings.append(message), isStored: true };
    } catch (error) {
      if (!server.isAway(error) || maxBytes === 0) throw error;
      return { tsMs: server.attemptedTimes(error), isStored: false };
    }
  }

  /** Resolves when the wait may be over. */
  #itsTurn(): Promise<void> {
    this.#turn ??= Promise.withResolvers<void>();
    return this.#turn.promise;
  }

  #nextTurn(): void {
    this.#turn?.resolve();
    this.#turn = null;
  }

  /** `triedTsMs`: the times that its readings may have on the server. */
  async #spoolMessage(message: AppendMessage, triedTsMs: Float64Array | null): Promise<Float64Array> {
    // Before they are allocated to another reading.
    const timed = this.#timed(message, triedTsMs);
    // The file that is being forwarded gets no more readings.
    while (this.#pause !== null) await this.#pause;
    const { maxBytes } = this.#options;
    if (this.#bytes >= maxBytes) throw spoolFull(maxBytes);
    const appended = this.#newestFile().then(({ store }) => store.readings.append(timed));
    this.#spooling.add(appended);
    try {
      const tsMs = await appended;
      this.#readings += tsMs.length;
      this.#bytes += MESSAGE_BYTES + READING_BYTES * tsMs.length;
      return tsMs;
    } finally {
      this.#spooling.delete(appended);
    }
  }

  /** The message with a reserved time for each of its readings. */
  #timed(message: AppendMessage, triedTsMs: Float64Array | null): AppendMessage {
    const { reserved } = this.#options.server;
    const timed = (reading: IncomingReading, triedMs: number | undefined): IncomingReading => {
      if (reading.tsMs !== null) return reading;
      if (triedMs === undefined) return { ...reading, tsMs: reserved.give(reading, message.receivedAtMs) };
      reserved.reserve(reading, triedMs);
      return { ...reading, tsMs: triedMs };
    };
    return { ...message, readings: message.readings.map((reading, index) => timed(reading, triedTsMs?.[index])) };
  }

  async #newestFile(): Promise<SpoolFile> {
    const { newest } = this.#files;
    if (newest !== null) return newest;
    this.spoolings++;
    this.#opening ??= this.#files.add().finally(() => {
      this.#opening = null;
    });
    const file = await this.#opening;
    if (this.#sinceMs === 0) {
      this.#sinceMs = this.#options.clock.now();
      this.#options.onWarning("The database server is away: readings are kept on this computer until it is back.");
    }
    void this.#forward();
    return file;
  }

  /** Rejects while the server is away; what is spooled is on the server before `work` is done. */
  async #behindSpool<T>(work: () => Promise<T>): Promise<T> {
    while (this.#files.newest !== null) {
      // It rejects with what is wrong.
      await this.#options.server.ping();
      await Promise.race([this.#forward(), sleep(RETRY_MS)]);
    }
    return work();
  }

  #forward(): Promise<void> {
    this.#forwarding ??= this.#forwardAll().finally(() => {
      this.#forwarding = null;
    });
    return this.#forwarding;
  }

  /** Resolves when the spool is empty, or the store is being stopped. Never rejects. */
  async #forwardAll(): Promise<void> {
    const { server, onWarning } = this.#options;
    let lastProblem = "";
    while (!this.#isStopping) {
      const [oldest] = this.#files.all;
      if (oldest === undefined) return;
      try {
        if (oldest !== this.#files.newest) await this.#forwardOldest(oldest);
        else {
          await server.ping();
          const { storedReadings } = await oldest.store.status();
          if (storedReadings > LAST_READINGS) await this.#files.add();
          else {
            await this.#forwardLast(oldest);
            onWarning("The database server has everything again.");
          }
        }
        lastProblem = "";
      } catch (error) {
        const problem = errorText(error);
        // It is tried twice a second, and said once. That the server is away was said when spooling began.
        if (problem !== lastProblem && !server.isAway(error) && !this.#isStopping)
          onWarning(`Readings that are kept on this computer cannot be forwarded: ${problem}`);
        lastProblem = problem;
        await sleep(RETRY_MS);
      }
    }
  }

  async #forwardOldest(file: SpoolFile): Promise<void> {
    await Promise.allSettled(this.#spooling);
    await this.#send(file);
    await this.#files.removeOldest();
    await this.#measure();
  }

  /** New messages wait meanwhile, so that they go to the server afterwards. */
  async #forwardLast(file: SpoolFile): Promise<void> {
    const pause = Promise.withResolvers<void>();
    this.#pause = pause.promise;
    try {
      await Promise.allSettled(this.#spooling);
      await this.#send(file);
      await this.#files.removeOldest();
      this.#bytes = 0;
      this.#readings = 0;
      this.#sinceMs = 0;
      // A message that the server may still refuse would be spooled with its reserved times.
      if (this.#direct === 0) this.#options.server.reserved.release();
    } finally {
      this.#pause = null;
      pause.resolve();
      this.#nextTurn();
    }
  }

  /** Oldest first, a page at a time; readings that the server already has are rewritten. */
  async #send({ store }: SpoolFile): Promise<void> {
    const { server, clock } = this.#options;
    const all = { devices: null, metrics: null, fromMs: Number.MIN_SAFE_INTEGER, toMs: Number.MAX_SAFE_INTEGER };
    const receivedAtMs = clock.now();
    let after: ReadingPosition | null = null;
    do {
      const page: ReadingPage = await store.readings.page({
        ...all,
        order: "oldest-first",
        after,
        limit: ROWS_PER_PAGE,
      });
      const readings = rowsOf(page);
      if (readings.length > 0) await server.readings.append({ readings, attributes: [], receivedAtMs });
      if (this.#isStopping) throw new Error("it is being stopped");
      after = page.more ? endOf(page) : null;
    } while (after !== null);
    const attributes = await store.records.attributes();
    if (attributes.length > 0) await server.readings.append({ readings: [], attributes, receivedAtMs });
  }

  async #measure(): Promise<void> {
    if (this.#files.newest === null) return;
    let bytes = 0;
    let readings = 0;
    for (const { store } of this.#files.all) {
      const { storedBytes, storedReadings } = await store.status();
      bytes += storedBytes;
      readings += storedReadings;
    }
    if (this.#files.newest === null) return;
    this.#bytes = bytes;
    this.#readings = readings;
  }
}

function spoolFull(maxBytes: number): BrambleError {
  const megabytes = Math.floor(maxBytes / 1024 / 1024);
  if (maxBytes === 0)
    return new BrambleError(
      "store-failed",
      "Readings that were kept on this computer go to the database server first (--spool 0). Nothing is acknowledged until they are there.",
    );
  return new BrambleError(
    "store-failed",
    `The database server is away, and the ${megabytes} MB that may be kept for it on this computer are full (--spool). Nothing is acknowledged until it is back.`,
  );
}
