// The store in SQLite against a plain model of it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { mendContract } from "../../contract/store-mends.ts";
import { runsOf } from "../../support/stores/runs.ts";
import { openTestStore } from "../../support/stores/store.ts";
import { compareAll, compareBuckets, SERIES, StoreModel } from "../../support/stores/store-model.ts";
import { START_MS, step, take } from "../../support/stores/store-steps.ts";

const HOUR_MS = 3_600_000;

test("every query matches the model after any sequence of operations", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      await using open = await openTestStore();
      const model = new StoreModel();
      for (const one of steps) await take(open, model, one);
      await compareAll(open, model);
      await open.store.seal();
      await compareAll(open, model);
      const whole = { fromMs: START_MS - HOUR_MS, toMs: START_MS + 24 * HOUR_MS, originMs: 0 };
      for (const of of SERIES) await compareBuckets(open, model, of, { ...whole, stepMs: HOUR_MS });
      const { storedReadings, pendingReadings } = await open.store.status();
      expect({ storedReadings, pendingReadings }).toEqual({ storedReadings: model.count, pendingReadings: 0 });
      expect(open.troubles).toEqual([]);
    }),
    { numRuns: runsOf(8), endOnFailure: true },
  );
});

mendContract({ runs: 8, keepsNegativeZero: true }, () => openTestStore());
