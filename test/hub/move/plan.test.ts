// The estimates of a move: what a server compresses takes less room and time there than what becomes rows.
import { expect, test } from "vitest";
import { planMove } from "../../../src/hub/move/plan.ts";
import { StoreAddress } from "../../../src/hub/store/store-address.ts";
import type { MovePlan } from "../../../src/shared/settings/move.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeReading, TestStore } from "../../support/stores/store.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NOW_MS = Date.UTC(2026, 5, 15, 12);
/** Of a row, with the index. */
const ROW_BYTES = 93;

/** The plan for so many readings of each of some devices, a minute after the other, the last one so long ago. */
async function planOf(devices: number, readings: number, agoMs: number): Promise<MovePlan> {
  const clock = new FakeClock(NOW_MS);
  await using filled = new TestStore(clock);
  await filled.store.start();
  for (let device = 0; device < devices; device++) {
    const ofDevice = Array.from({ length: readings }, (_, index) =>
      makeReading(`d${device}`, "t", NOW_MS - agoMs - index * MINUTE_MS, index),
    );
    await filled.store.readings.append({ readings: ofDevice, attributes: [], receivedAtMs: NOW_MS });
  }
  const options = {
    source: filled.store,
    inspect: async () => ({
      product: "PostgreSQL",
      hubId: null,
      readings: 0,
      workers: 0,
      dataFolder: null,
      compactAfterMs: 90 * DAY_MS,
      warnings: [],
    }),
    freeBytes: async () => null,
    clock,
  };
  return await planMove(new StoreAddress("postgres://bramble@127.0.0.1/bramble"), options, "en");
}

test("recent readings are rows with summaries", async () => {
  const { readings, estimatedBytes, estimatedHours } = await planOf(2, 20_000, 0);
  expect(readings).toBe(40_000);
  expect(estimatedBytes / readings).toBeGreaterThan(ROW_BYTES);
  expect(estimatedBytes / readings).toBeLessThan(ROW_BYTES + 25);
  expect(estimatedHours).toBeGreaterThan(0);
});

test("old readings are compressed, and copied in less time", async () => {
  const recent = await planOf(2, 20_000, 0);
  const old = await planOf(2, 20_000, 100 * DAY_MS);
  expect(old.estimatedBytes / old.readings).toBeLessThan(20);
  expect(old.estimatedHours).toBeLessThan(0.8 * recent.estimatedHours);
});

test("of very many series some tell about all", async () => {
  const { readings, estimatedBytes } = await planOf(450, 10, 0);
  expect(readings).toBe(4_500);
  // Each of these readings may be the only one of its slot.
  expect(estimatedBytes / readings).toBeGreaterThan(ROW_BYTES);
  expect(estimatedBytes / readings).toBeLessThan(ROW_BYTES + 1.4 * 108);
});

test("an empty store takes nothing", async () => {
  expect(await planOf(0, 0, 0)).toMatchObject({ readings: 0, estimatedBytes: 0, estimatedHours: 0 });
});
