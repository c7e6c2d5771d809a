// The latest refused messages, so that a person can see why a Pi's data does not arrive. Bounded: when the list is
// full, the oldest of whoever filled it most makes room, so that one broken script does not hide another's.
import type { Refused } from "../../shared/api.ts";
import type { RecordStore, RefusedRecord } from "../store/records.ts";

const MOST = 1_000;
/** With `MOST` messages, 16 MB at the very most. */
const EXCERPT_BYTES = 8 * 1024;

export interface RefusalsOptions {
  readonly records: RecordStore;
  readonly onRefused: (refused: Refused) => void;
}

export class Refusals {
  readonly #options: RefusalsOptions;
  /** By address, each oldest first. */
  readonly #byAddress = new Map<string, RefusedRecord[]>();
  #count = 0;
  #nextId = 1;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    for (const record of await this.#options.records.refused()) this.#keep(record);
  }

  /** Writes a refused message down; resolves once it is on disk. */
  async add(refused: Omit<Refused, "excerpt" | "bytes">, payload: Uint8Array): Promise<void> {
    const excerpt = new TextDecoder().decode(payload.subarray(0, EXCERPT_BYTES));
    const record = { id: this.#nextId, refused: { ...refused, bytes: payload.length, excerpt } };
    this.#keep(record);
    const forgetIds = this.#makeRoom();
    await this.#options.records.saveRefused(record, forgetIds);
    this.#options.onRefused(record.refused);
  }

  /** Newest first. */
  list(): Refused[] {
    return [...this.#byAddress.values()]
      .flat()
      .sort((a, b) => b.id - a.id)
      .map(({ refused }) => refused);
  }

  #keep(record: RefusedRecord): void {
    const { address } = record.refused;
    const records = this.#byAddress.get(address);
    if (records === undefined) this.#byAddress.set(address, [record]);
    else records.push(record);
    this.#count++;
    this.#nextId = record.id + 1;
  }

  #makeRoom(): number[] {
    const forgotten: number[] = [];
    while (this.#count > MOST) {
      const [address, records] = [...this.#byAddress].reduce((most, one) =>
        one[1].length > most[1].length ? one : most,
      );
      const oldest = records.shift();
      if (oldest !== undefined) forgotten.push(oldest.id);
      if (records.length === 0) this.#byAddress.delete(address);
      this.#count--;
    }
    return forgotten;
  }
}
