// The latest refused messages, so that a person can see why a Pi's data does not arrive. Bounded: when the list is
// full, the oldest of the address with most records makes room, in the network with most, so that one broken script does not
// hide another's. A record costs a write to the disk, so they come at a bounded rate: what is refused beyond it is counted on
// the record of its kind.
import type { Refused } from "../../shared/api.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { Language } from "../../shared/messages/language.ts";
import type { AnyMessage } from "../../shared/messages/message.ts";
import { FairPlaces } from "../access/limits/fair-places.ts";
import { TokenBucket } from "../access/limits/token-bucket.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import { Mutex } from "../mutex.ts";
import { withoutSecrets } from "../observe/excerpt.ts";
import type { RecordCollection } from "../store/records.ts";
import { payloadOf, type RefusedRecord, reasonOf, recordOf, type StoredRefusal } from "./refused-records.ts";

const MAX_RECORDS = 1_000;
/** With `MAX_RECORDS` messages, 16 MB at the very most. */
const MAX_EXCERPT_BYTES = 8 * 1024;
/** Records that one address, and all of them, may add. */
const RATE_OF_ADDRESS = { perSecond: 1, burst: 50 } as const;
const RATE_OF_ALL = { perSecond: 20, burst: 500 } as const;
/** The first of its kind from an address is listed whatever the rate, and another one after this time. */
const KIND_PERIOD_MS = 60_000;
const MAX_RATED_ADDRESSES = 2_000;
/** How often counts that changed are saved. */
const SAVE_PERIOD_MS = 10_000;

export interface RefusalsOptions {
  readonly records: RecordCollection<StoredRefusal>;
  readonly clock: Clock;
  readonly events: Pick<HubEvents, "messageRefused">;
  readonly onSaveFailed: (error: unknown) => void;
}

/** A refused message that is not listed yet. */
type RefusedMessage = Omit<Refused, "excerpt" | "bytes" | "count">;

export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #records = new FairPlaces<RefusedRecord>();
  /** By address and code: each refused message of a flood is looked up. */
  readonly #newestOfKind = new Map<string, RefusedRecord>();
  readonly #rates = new Map<string, TokenBucket>();
  readonly #rateOfAll: TokenBucket;
  /** Records whose count changed since they were saved. */
  readonly #unsaved = new Set<RefusedRecord>();
  readonly #saves = new Mutex();
  #nextId = 1;
  #endTimer: (() => void) | null = null;

  constructor(options: RefusalsOptions) {
    this.#options = options;
    this.#rateOfAll = new TokenBucket({ clock: options.clock, ...RATE_OF_ALL });
  }

  async start(): Promise<void> {
    const { records, clock, onSaveFailed } = this.#options;
    for (const record of await records.list()) this.#keep(recordOf(record));
    this.#endTimer = clock.every(SAVE_PERIOD_MS, () => void this.#save().catch(onSaveFailed));
  }

  /** Resolves when every count is on disk. */
  async stop(): Promise<void> {
    this.#endTimer?.();
    this.#endTimer = null;
    await this.#save();
  }

  /**
   * True where a message of this kind is listed by itself, by `add`. False where its address, or all of them, have sent too
   * many: it is counted on the newest record of its kind, and costs nothing more.
   */
  mayAdd(address: string, code: ErrorCode): boolean {
    const { clock } = this.#options;
    const newest = this.#newestOfKind.get(kindOf({ address, code }));
    const isNewKind = newest === undefined || Math.abs(clock.now() - newest.refused.atMs) >= KIND_PERIOD_MS;
    if ((this.#rateOf(address).take() || isNewKind) && this.#rateOfAll.take()) return true;
    if (newest !== undefined) {
      newest.refused.count = (newest.refused.count ?? 1) + 1;
      this.#unsaved.add(newest);
    }
    return false;
  }

  /** Saves a refused message, with `reason` to render it in other languages. Resolves once it is on disk. */
  async add(refused: RefusedMessage, payload: Uint8Array, reason?: AnyMessage): Promise<void> {
    const excerpt = new TextDecoder().decode(payload.subarray(0, MAX_EXCERPT_BYTES));
    await this.addRecord({
      refused: { ...refused, bytes: payload.length, excerpt },
      ...(reason && { reason: { code: reason.code, params: { ...reason.params } } }),
    });
  }

  /** The same of a message that a worker refused: its beginning is all there is of it. */
  async addRecord(added: Omit<RefusedRecord, "id">): Promise<void> {
    const record = { ...added, id: this.#nextId };
    this.#keep(record);
    const forgetIds = this.#makeRoom();
    await this.#options.records.save([record], forgetIds);
    this.#options.events.messageRefused.emit(shown(record));
  }

  /** Newest first. */
  list(language: Language = "en"): Refused[] {
    return [...this.#records].sort((a, b) => b.id - a.id).map((record) => shown(record, language));
  }

  /** As it is stored, secrets included; undefined where there is none of that id. */
  find(id: number): Refused | undefined {
    return this.#find(id)?.refused;
  }

  /** Removes one that was stored in the end; resolves once that is on disk. */
  async forget(id: number): Promise<void> {
    const record = this.#find(id);
    if (record !== undefined) this.#remove(record);
    // A save under way may be of this record's count.
    await this.#save();
    await this.#options.records.save([], [String(id)]);
  }

  #rateOf(address: string): TokenBucket {
    let rate = this.#rates.get(address);
    if (rate === undefined) {
      if (this.#rates.size >= MAX_RATED_ADDRESSES) this.#rates.clear();
      rate = new TokenBucket({ clock: this.#options.clock, ...RATE_OF_ADDRESS });
      this.#rates.set(address, rate);
    }
    return rate;
  }

  #save(): Promise<void> {
    return this.#saves.runExclusive(async () => {
      const unsaved = [...this.#unsaved];
      this.#unsaved.clear();
      try {
        await this.#options.records.save(unsaved);
      } catch (error) {
        for (const record of unsaved) this.#unsaved.add(record);
        throw error;
      }
      for (const record of unsaved) this.#options.events.messageRefused.emit(shown(record));
    });
  }

  #find(id: number): RefusedRecord | undefined {
    return [...this.#records].find((record) => record.id === id);
  }

  #keep(record: RefusedRecord): void {
    this.#records.add(record, record.refused.address);
    this.#newestOfKind.set(kindOf(record.refused), record);
    this.#nextId = record.id + 1;
  }

  #remove(record: RefusedRecord): void {
    this.#records.remove(record);
    this.#unsaved.delete(record);
    const kind = kindOf(record.refused);
    if (this.#newestOfKind.get(kind) === record) this.#newestOfKind.delete(kind);
  }

  /** Answers with the ids of those that are forgotten. */
  #makeRoom(): string[] {
    const forgottenIds: string[] = [];
    while (this.#records.size > MAX_RECORDS) {
      const oldest = this.#records.oldestOfMost();
      if (oldest === null) break;
      this.#remove(oldest);
      forgottenIds.push(String(oldest.id));
    }
    return forgottenIds;
  }
}

function kindOf({ address, code }: Pick<Refused, "address" | "code">): string {
  return `${address} ${code}`;
}

function shown(record: RefusedRecord, language: Language = "en"): Refused {
  const { id, refused } = record;
  return {
    ...refused,
    id,
    message: reasonOf(record, language),
    isWhole: payloadOf(refused) !== null,
    excerpt: withoutSecrets(refused.excerpt),
  };
}
