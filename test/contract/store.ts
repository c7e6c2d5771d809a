// What every adapter of the store's port is held to. An adapter's own tests call `storeContract` with a way to open a fresh store:
// on real parts, whatever the adapter's are.
import { describe } from "vitest";
import type { OpenStore } from "./open-store.ts";
import { orderingContract } from "./store-ordering.ts";
import { readingContract } from "./store-readings.ts";
import { recordContract } from "./store-records.ts";

/** Registers the tests for an adapter of that name. */
export function storeContract(adapter: string, open: () => Promise<OpenStore>): void {
  describe(`${adapter} keeps the store's contract`, () => {
    describe("readings", () => readingContract(open));
    describe("records and the audit log", () => recordContract(open));
    describe("ordering", () => orderingContract(open));
  });
}
