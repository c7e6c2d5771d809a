// A store of any adapter against a plain model of it.
import fc from "fast-check";
import { expect, test } from "vitest";
import { runsOf } from "../support/stores/runs.ts";
import { compareAll, compareBuckets, SERIES, StoreModel, type StoreUnderTest } from "../support/stores/store-model.ts";
import { START_MS, type Step, step, take } from "../support/stores/store-steps.ts";

const HOUR_MS = 3_600_000;

export interface ModelContractOptions {
  readonly runs: number;
  /** Whether the adapter tells -0 from 0: MySQL and MariaDB do not. */
  readonly keepsNegativeZero: boolean;
}

export function modelContract(
  { runs, keepsNegativeZero }: ModelContractOptions,
  open: () => Promise<StoreUnderTest & AsyncDisposable>,
): void {
  test("every query matches the model after any sequence of operations", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(keepsNegativeZero ? step : step.map(withoutNegativeZero), { minLength: 5, maxLength: 40 }),
        async (steps) => {
          await using under = await open();
          const model = new StoreModel();
          for (const one of steps) await take(under, model, one);
          await compareAll(under, model);
          await under.doBackgroundWork();
          await compareAll(under, model);
          const whole = { fromMs: START_MS - HOUR_MS, toMs: START_MS + 24 * HOUR_MS, originMs: 0 };
          for (const of of SERIES) await compareBuckets(under, model, of, { ...whole, stepMs: HOUR_MS });
          expect((await under.store.status()).storedReadings).toBe(model.count);
        },
      ),
      { numRuns: runsOf(runs), endOnFailure: true },
    );
  });
}

/** The same step for adapters that know one zero alone. */
export function withoutNegativeZero(one: Step): Step {
  if (one.kind !== "append" && one.kind !== "copy") return one;
  const messages = one.messages.map((sent) => ({
    ...sent,
    readings: sent.readings.map((reading) => ({ ...reading, value: reading.value + 0 })),
  }));
  return { ...one, messages };
}
