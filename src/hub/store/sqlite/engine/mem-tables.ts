// The journal's readings in the writer's memory: those that are being sealed, and newer ones on top of them.
import type { Columns } from "../../codec/chunk-codec.ts";
import { mergeColumns, NO_READINGS } from "../../codec/columns.ts";
import type { Journal } from "./journal.ts";
import { MemTable } from "./mem-table.ts";

export class MemTables {
  readonly #journal: Journal;
  #sealing = new MemTable();
  /** Rows of the journal up to this one are being sealed. */
  #sealingId = 0;
  #fresh: MemTable;

  constructor(journal: Journal) {
    this.#journal = journal;
    this.#fresh = journal.readAfter(0);
  }

  get count(): number {
    return this.#sealing.count + this.#fresh.count;
  }

  /** Takes the readings of the transaction under way. */
  get fresh(): MemTable {
    return this.#fresh;
  }

  /** After a transaction that was undone: back to what the journal has. */
  undo(): void {
    this.#fresh = this.#journal.readAfter(this.#sealingId);
  }

  /** What `series` has, by time. */
  columns(series: number): Columns | null {
    const sealing = this.#sealing.columns(series);
    const fresh = this.#fresh.columns(series);
    return sealing === null ? fresh : mergeColumns(sealing, fresh ?? NO_READINGS);
  }

  /** The readings to seal: all current ones, or again those of an earlier call that are not sealed yet. */
  setApart(): { readonly memTable: MemTable; readonly throughId: number } {
    if (this.#sealing.count === 0) {
      this.#sealing = this.#fresh;
      this.#sealingId = this.#journal.lastId;
      this.#fresh = new MemTable();
    }
    return { memTable: this.#sealing, throughId: this.#sealingId };
  }

  /** What was set apart is sealed, and no longer in the journal. */
  forgetSealed(): void {
    this.#sealing = new MemTable();
  }
}
