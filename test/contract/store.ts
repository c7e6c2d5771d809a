// What every adapter of the store's port is held to. An adapter's own tests call `storeContract` with a way to open a fresh store:
// on real parts, whatever the adapter's are.
import { describe } from "vitest";
import type { Store } from "../../src/hub/store/store.ts";
import { orderingContract } from "./store-ordering.ts";
import { readingContract } from "./store-readings.ts";
import { recordContract } from "./store-records.ts";

/** An empty store that is started. Disposing of it stops it and removes what it kept. */
export interface OpenStore extends AsyncDisposable {
  readonly store: Store;
  /** Stops it, and starts another one on what it kept; `store` is that one from then on. */
  reopen(): Promise<void>;
}

/** Registers the tests for an adapter of that name. */
export function storeContract(adapter: string, open: () => Promise<OpenStore>): void {
  describe(`${adapter} keeps the store's contract`, () => {
    describe("readings", () => readingContract(open));
    describe("records and the audit log", () => recordContract(open));
    describe("ordering", () => orderingContract(open));
  });
}
