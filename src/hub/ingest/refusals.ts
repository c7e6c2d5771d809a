// The latest refused messages, so that a person can see why a Pi's data does not arrive. Bounded: when the list is
// full, the oldest of the address with most records makes room, in the network with most, so that one broken script does not
// hide another's. A record costs a write to the disk, so they come at a bounded rate: what is refused beyond it is counted on
// the record of its kind.
import type { Refused } from "../../shared/api.ts";
import type { ErrorCode } from "../../shared/errors.ts";
import type { Language } from "../../shared/messages/language.ts";
import type { AnyMessage } from "../../shared/messages/message.ts";
import { TokenBucket } from "../access/limits/token-bucket.ts";
import { networkOf } from "../access/networks.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import { Mutex } from "../mutex.ts";
import { withoutSecrets } from "../observe/excerpt.ts";
import type { RecordStore } from "../store/records.ts";
import { payloadOf, type RefusedRecord, reasonOf, recordOf, refusedRecords } from "./refused-records.ts";

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
  readonly records: RecordStore;
  readonly clock: Clock;
  readonly events: Pick<HubEvents, "messageRefused">;
  readonly onSaveFailed: (error: unknown) => void;
}

/** A refused message that is not listed yet. */
type RefusedMessage = Omit<Refused, "excerpt" | "bytes" | "count">;

export class Refusals {
  readonly #options: RefusalsOptions;
  /** By address, each oldest first. */
  readonly #byAddress = new Map<string, RefusedRecord[]>();
  readonly #rates = new Map<string, TokenBucket>();
  readonly #rateOfAll: TokenBucket;
  /** Records whose count changed since they were saved. */
  readonly #unsaved = new Set<RefusedRecord>();
  readonly #saves = new Mutex();
  #count = 0;
  #nextId = 1;
  #endTimer: (() => void) | null = null;

  constructor(options: RefusalsOptions) {
    this.#options = options;
    this.#rateOfAll = new TokenBucket({ clock: options.clock, ...RATE_OF_ALL });
  }

  async start(): Promise<void> {
    const { records, clock, onSaveFailed } = this.#options;
    for (const record of await records.collection(refusedRecords).list()) this.#keep(recordOf(record));
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
    const newest = this.#byAddress.get(address)?.findLast(({ refused }) => refused.code === code);
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
    const record = {
      id: this.#nextId,
      refused: { ...refused, bytes: payload.length, excerpt },
      ...(reason && { reason: { code: reason.code, params: { ...reason.params } } }),
    };
    this.#keep(record);
    const forgetIds = this.#makeRoom();
    await this.#options.records.collection(refusedRecords).save([record], forgetIds);
    this.#options.events.messageRefused.emit(shown(record));
  }

  /** Newest first. */
  list(language: Language = "en"): Refused[] {
    return [...this.#byAddress.values()]
      .flat()
      .sort((a, b) => b.id - a.id)
      .map((record) => shown(record, language));
  }

  /** As it is stored, secrets included; undefined where there is none of that id. */
  find(id: number): Refused | undefined {
    for (const records of this.#byAddress.values()) {
      const found = records.find((record) => record.id === id);
      if (found !== undefined) return found.refused;
    }
    return undefined;
  }

  /** Removes one that was stored in the end; resolves once that is on disk. */
  async forget(id: number): Promise<void> {
    for (const [address, records] of this.#byAddress) {
      const index = records.findIndex((record) => record.id === id);
      const [forgotten] = index < 0 ? [] : records.splice(index, 1);
      if (forgotten === undefined) continue;
      this.#unsaved.delete(forgotten);
      if (records.length === 0) this.#byAddress.delete(address);
      this.#count--;
    }
    // A save under way may be of this record's count.
    await this.#save();
    await this.#options.records.collection(refusedRecords).save([], [String(id)]);
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
        await this.#options.records.collection(refusedRecords).save(unsaved);
      } catch (error) {
        for (const record of unsaved) this.#unsaved.add(record);
        throw error;
      }
      for (const record of unsaved) this.#options.events.messageRefused.emit(shown(record));
    });
  }

  #keep(record: RefusedRecord): void {
    const { address } = record.refused;
    const records = this.#byAddress.get(address);
    if (records === undefined) this.#byAddress.set(address, [record]);
    else records.push(record);
    this.#count++;
    this.#nextId = record.id + 1;
  }

  /** Of the address with most records, in the network with most: a host can take any address of its IPv6 network. */
  #most(): readonly [address: string, records: RefusedRecord[]] {
    const counts = new Map<string, number>();
    for (const [address, { length }] of this.#byAddress) {
      const network = networkOf(address);
      counts.set(network, (counts.get(network) ?? 0) + length);
    }
    const near = (address: string) => counts.get(networkOf(address)) ?? 0;
    return [...this.#byAddress].reduce((most, one) => {
      const isMore = near(one[0]) - near(most[0]) || one[1].length - most[1].length;
      return isMore > 0 ? one : most;
    });
  }

  #makeRoom(): string[] {
    const forgotten: string[] = [];
    while (this.#count > MAX_RECORDS) {
      const [address, records] = this.#most();
      const oldest = records.shift();
      if (oldest !== undefined) {
        forgotten.push(String(oldest.id));
        this.#unsaved.delete(oldest);
      }
      if (records.length === 0) this.#byAddress.delete(address);
      this.#count--;
    }
    return forgotten;
  }
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
