// The contract of every adapter of the store port. An adapter's tests call `storeContract` with a function that opens a fresh, real
// store.
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
