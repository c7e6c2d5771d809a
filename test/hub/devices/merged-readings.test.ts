// The readings of two devices that are merged: none is lost, whatever both have, whatever they send meanwhile.
import fc from "fast-check";
import { expect, test } from "vitest";
import { FakeClock } from "../../support/fake-clock.ts";
import { startRegistry } from "../../support/stores/registry.ts";
import { runsOf } from "../../support/stores/runs.ts";
import { deviceId, makeReading, metricName, openTestStore } from "../../support/stores/store.ts";
import {
  compareAll,
  EVERYTHING,
  type Message,
  type SeriesName,
  StoreModel,
  toAppend,
} from "../../support/stores/store-model.ts";

const START_MS = Date.UTC(2026, 1, 2, 22);
const SOURCE = { address: "10.0.0.1", session: null };

const ts = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => START_MS + n),
  fc.integer({ min: -96, max: 96 }).map((n) => START_MS + n * 300_000),
);
const value = fc.oneof(
  fc.integer({ min: -400, max: 400 }).map((n) => n / 10),
  fc.constantFrom(0, -0, 5e-324, 1.7e308, -1.7e308, 1 / 3, 2 ** 53),
);
const few = (...names: SeriesName[]): fc.Arbitrary<Message> =>
  fc.record({
    readings: fc.array(fc.record({ name: fc.constantFrom(...names), tsMs: ts, value }), {
      minLength: 1,
      maxLength: 30,
    }),
    receivedAtMs: ts,
  });
const many: fc.Arbitrary<Message> = fc
  .record({
    name: fc.constantFrom<SeriesName>("a/t", "a/u", "b/t"),
    fromMs: ts,
    everyMs: fc.constantFrom(1, 1_000, 60_000),
    count: fc.oneof(fc.integer({ min: 500, max: 6_000 }), fc.constantFrom(4_096, 8_192)),
  })
  .map(({ name, fromMs, everyMs, count }) => ({
    readings: Array.from({ length: count }, (_, index) => ({
      name,
      tsMs: fromMs + index * everyMs,
      value: index / 4,
    })),
    receivedAtMs: START_MS,
  }));
const history = fc.array(fc.oneof(few("a/t", "a/u", "b/t", "b:1/x"), many), { minLength: 1, maxLength: 12 });

test("readings are copied bit for bit, and those of the target win", {
  timeout: 120_000,
}, async () => {
  const lives = fc.record({
    first: few("a/t"),
    sealed: history,
    unsealed: history,
    meanwhile: fc.array(few("b/t", "b/u"), { maxLength: 8 }),
    bIsFirst: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(lives, async ({ first, sealed, unsealed, meanwhile, bIsFirst }) => {
      await using open = await openTestStore(new FakeClock(START_MS));
      const model = new StoreModel();
      const append = async (message: Message) => {
        model.append(message);
        await open.store.readings.append(toAppend(message));
      };
      const ofB = { readings: [{ name: "b/t" as const, tsMs: START_MS, value: 1 }], receivedAtMs: START_MS };
      for (const message of bIsFirst ? [ofB, first] : [first, ofB]) await append(message);
      for (const message of sealed) await append(message);
      await open.store.seal();
      for (const message of unsealed) await append(message);

      const registry = await startRegistry(open);
      const merging = registry.merge("a", "b");
      await Promise.all([merging, ...meanwhile.map((message) => open.store.readings.append(toAppend(message)))]);
      expect(await merging).toMatchObject({ id: "b" });
      model.copy();
      for (const message of meanwhile) model.append(message);
      for (const name of ["a/t", "a/u"] as const) model.remove({ ...EVERYTHING, name });
      await registry.stop();
      await compareAll(open, model);
      await open.reopen();
      await open.store.seal();
      await compareAll(open, model);
      expect((await open.store.status()).details.sealedReadings).toBe(model.count);
      expect(open.troubles).toEqual([]);
    }),
    { numRuns: runsOf(4), endOnFailure: true },
  );
});

test("a reading without a time does not overwrite a copied one", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  const append = (device: string, metric: string, tsMs: number | null, number: number) => {
    const { value: _, ...series } = makeReading(device, metric, START_MS, number);
    const readings = [{ ...series, tsMs, value: number }];
    return open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  };
  await append("b", "t", null, 1);
  for (const later of [1, 2, 3]) await append("a", "t", START_MS + later, 10 + later);
  await open.store.readings.copy(deviceId("a"), [metricName("t")], deviceId("b"));
  expect([...(await append("b", "t", null, 2))]).toEqual([START_MS + 4]);
});

test("meanwhile messages of the source are deferred and those of the target stored", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  for (const id of ["a", "b", "c"]) {
    const readings = [makeReading(id, "t", START_MS, 1)];
    await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  }
  const begun = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const { readings } = open.store;
  const registry = await startRegistry(open, {
    ...readings,
    copy: async (device, metrics, into) => {
      begun.resolve();
      await released.promise;
      await readings.copy(device, metrics, into);
    },
  });
  const merging = registry.merge("a", "b");
  await begun.promise;
  expect(registry.admit([makeReading("a", "t", START_MS, 1)], SOURCE)).toMatchObject({ kind: "deferred" });
  expect(registry.admit([makeReading("b", "t", START_MS, 1)], SOURCE)).toBe(0);
  const busy = { code: expect.stringMatching(/^device-leaving/) };
  expect(await registry.remove("a")).toMatchObject(busy);
  expect(await registry.remove("b")).toMatchObject(busy);
  expect(await registry.edit("a", { name: "Attic" })).toMatchObject(busy);
  expect(await registry.merge("a", "c")).toMatchObject(busy);
  expect(await registry.merge("b", "c")).toMatchObject(busy);
  expect(await registry.merge("c", "b")).toMatchObject(busy);
  expect(await registry.merge("c", "a")).toMatchObject(busy);
  expect(await registry.edit("b", { name: "Roof" })).toMatchObject({ name: "Roof" });
  released.resolve();
  expect(await merging).toMatchObject({ id: "b", name: "Roof" });
  expect(await registry.merge("c", "b")).toMatchObject({ id: "b" });
  expect(await registry.remove("b")).toBeNull();
  expect(registry.list()).toEqual([]);
  await registry.stop();
});

test("a failed copy leaves both devices, and can be retried", async () => {
  await using open = await openTestStore(new FakeClock(START_MS));
  for (const [id, at] of [["a", 1] as const, ["b", 2] as const]) {
    const readings = [makeReading(id, "t", START_MS + at, at)];
    await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  }
  const { readings } = open.store;
  let failures = 1;
  const registry = await startRegistry(open, {
    ...readings,
    copy: async (...order) => {
      if (failures-- > 0) throw new Error("the disk is full");
      await readings.copy(...order);
    },
  });
  await expect(registry.merge("a", "b")).rejects.toThrow("the disk is full");
  expect(registry.list().map(({ id }) => id)).toEqual(["a", "b"]);
  expect(registry.admit([makeReading("a", "t", START_MS, 1)], SOURCE)).toBe(0);
  expect(await registry.merge("a", "b")).toMatchObject({ id: "b" });
  const whole = { devices: [deviceId("b")], metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
  const { values } = await readings.page({ ...whole, order: "oldest-first", after: null, limit: 10 });
  expect([...values]).toEqual([1, 2]);
  await registry.stop();
});
