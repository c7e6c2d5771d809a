// What the store does at its edges: each of these was wrong once.
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { PLAIN_CSV } from "../../../src/hub/export/export-format.ts";
import { Chunks } from "../../../src/hub/store/sqlite/engine/chunks.ts";
import { migrate } from "../../../src/hub/store/sqlite/engine/migrations.ts";
import { finish, Sealer } from "../../../src/hub/store/sqlite/engine/sealer.ts";
import { SleepingWorker } from "../../../src/hub/store/sqlite/threads/sleeping-worker.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { deviceId, metricName, openTestStore, type TestStore } from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 31);
const PI = deviceId("pi");
const T = metricName("t");
const EVERYTHING = { devices: null, metrics: null, fromMs: 0, toMs: 1e14 };

type Row = readonly [tsMs: number | null, value: number];

async function append(open: TestStore, rows: readonly Row[], receivedAtMs = START_MS, metric = T): Promise<number[]> {
  const readings = rows.map(([tsMs, value]) => ({ device: PI, metric, tsMs, value }));
  return [...(await open.store.readings.append({ readings, attributes: [], receivedAtMs }))];
}

function rising(count: number, everyMs: number, valueAt: (index: number) => number = (index) => index): Row[] {
  return Array.from({ length: count }, (_, index) => [START_MS + index * everyMs, valueAt(index)]);
}

test("a time whose reading was removed is free again", async () => {
  await using open = await openTestStore();
  expect(
    await append(open, [
      [null, 1],
      [null, 2],
    ]),
  ).toEqual([START_MS, START_MS + 1]);
  await open.store.readings.remove(EVERYTHING);
  expect(await append(open, [[null, 3]])).toEqual([START_MS]);
});

test("a wide CSV file keeps its columns when a metric appears while it is written", async () => {
  await using open = await openTestStore();
  await append(open, rising(160_000, 1_000));
  const format = { ...PLAIN_CSV, layout: "wide" } as const;
  let text = "";
  for await (const { bytes } of open.store.readings.export(EVERYTHING, format)) {
    if (text === "") await append(open, [[START_MS + 159_999_000, 7]], START_MS, metricName("a"));
    text += new TextDecoder().decode(bytes);
  }
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("time,device,t");
  expect(new Set(lines.map((line) => line.split(",").length))).toEqual(new Set([3]));
  expect(lines.at(-1)).toMatch(/,pi,159999$/);
});

test("the mean of equal values is that value, however they are put together", async () => {
  await using open = await openTestStore();
  for (const value of [0.1, 21.3, -3.3]) {
    await append(
      open,
      rising(5_000, 77_000, () => value),
    );
    await open.store.seal();
    const buckets = await open.store.readings.buckets({
      device: PI,
      metric: T,
      fromMs: START_MS + 1,
      toMs: START_MS + 100 * 24 * HOUR_MS,
      originMs: 0,
      stepMs: 96 * HOUR_MS,
    });
    expect(buckets.map(({ avg }) => avg)).toEqual(buckets.map(() => value));
  }
});

test("chunks that are written again as they were leave room in memory for others", () => {
  using folder = makeTemporaryFolder();
  const path = join(folder.path, "bramble.db");
  const db = new Database(path);
  migrate(db, path);
  db.exec("INSERT INTO series VALUES (1, 'pi', 't')");
  const damaged: number[] = [];
  const chunks = new Chunks(db, { cachedReadings: 100, onDamage: ({ head }) => damaged.push(head.firstMs) });
  const sealer = new Sealer(db, chunks);
  const readings = { tsMs: Float64Array.from({ length: 50 }, (_, n) => n), values: new Float64Array(50) };
  for (let times = 0; times < 5; times++) finish(sealer.seal(1, readings));
  db.exec("UPDATE chunk_data SET data = x'00'");
  const head = chunks.last(1);
  expect(head === null ? null : chunks.columns(head)).toEqual(readings);
  expect(damaged).toEqual([]);
  db.close();
});

test("concurrent calls for a setting get the same one", async () => {
  await using open = await openTestStore();
  const ask = (value: string) => open.store.records.setting("key", () => value);
  const [first, second] = await Promise.all([ask("a"), ask("b")]);
  expect(first).toBe(second);
  expect(await ask("c")).toBe(first);
});

test("a thread that failed to start is started at the next call; a closed one is not", async () => {
  let attempts = 0;
  const worker = new SleepingWorker<{ name: (argument: null) => string }>(async () => {
    throw new Error(`attempt ${++attempts}`);
  });
  await expect(worker.call("name", null)).rejects.toThrow("attempt 1");
  await expect(worker.call("name", null)).rejects.toThrow("attempt 2");
  await worker.sleepIfIdle();
  await worker.stop();
  await expect(worker.call("name", null)).rejects.toThrow("closed");
  expect(attempts).toBe(2);
});

test("a slow sensor has no summaries, which would be larger than its readings, until it sends more often", async () => {
  await using open = await openTestStore();
  const db = new Database(open.path, { readonly: true });
  const kept = () =>
    db.prepare<[], number>("SELECT DISTINCT minutes FROM rollup WHERE slots <> x'' ORDER BY minutes").pluck().all();
  const chart = async () => {
    const range = { fromMs: START_MS, toMs: START_MS + 48 * HOUR_MS, originMs: 0, stepMs: HOUR_MS };
    return (await open.store.readings.buckets({ device: PI, metric: T, ...range })).map(({ n }) => n);
  };
  await append(open, rising(96, HOUR_MS / 2));
  await open.store.seal();
  expect(kept()).toEqual([720, 1_440, 4_320]);
  expect(await chart()).toEqual(Array.from({ length: 48 }, () => 2));
  await append(open, rising(4_800, 36_000));
  await open.store.seal();
  expect(kept()).toEqual([15, 60, 180, 720, 1_440, 4_320]);
  expect(await chart()).toEqual(Array.from({ length: 48 }, () => 100));
  db.close();
});

test("a damaged chunk's readings outside of a removed range are quarantined", async () => {
  await using open = await openTestStore();
  await append(open, rising(100, 1_000));
  await open.store.seal();
  const db = new Database(open.path);
  db.exec("UPDATE chunk_data SET data = x'00'");
  // What the store has in memory is not asked of the disk again.
  await open.reopen();
  await open.store.readings.remove({ ...EVERYTHING, toMs: START_MS + 50_000 });
  expect(db.prepare("SELECT count, data FROM damaged_chunk").all()).toEqual([{ count: 100, data: Buffer.of(0) }]);
  await open.store.readings.remove(EVERYTHING);
  expect(db.prepare("SELECT count(*) FROM damaged_chunk").pluck().get()).toBe(0);
  expect(db.prepare("SELECT count(*) FROM rollup").pluck().get()).toBe(0);
  db.close();
});

test("a journal with rows from the future is sealed nevertheless", async () => {
  const clock = new FakeClock(START_MS);
  await using open = await openTestStore(clock);
  await append(open, [[START_MS, 1]], START_MS + 365 * 24 * HOUR_MS);
  clock.advance(10_000);
  const sealed = async () => ((await open.store.status()).details.sealedReadings === 1 ? true : undefined);
  expect(await until("sealed", sealed)).toBe(true);
});

test("failed sealing is retried periodically, not with every commit", async () => {
  const clock = new FakeClock(START_MS);
  await using open = await openTestStore(clock);
  const db = new Database(open.path);
  db.exec("CREATE TRIGGER broken BEFORE INSERT ON chunk BEGIN SELECT RAISE(ABORT, 'broken'); END");
  for (let round = 0; round < 28; round++) await append(open, rising(10_000, 10));
  for (let round = 0; round < 50; round++) await append(open, [[START_MS + round, 1]]);
  await until("a complaint", async () => (open.troubles.length > 0 ? true : undefined));
  expect(open.troubles).toHaveLength(1);
  db.exec("DROP TRIGGER broken");
  db.close();
  clock.advance(10_000);
  const sealed = async () => ((await open.store.status()).pendingReadings === 0 ? true : undefined);
  expect(await until("sealed", sealed)).toBe(true);
  // Five of the last fifty had been there.
  expect((await open.store.status()).details.sealedReadings).toBe(10_045);
});

test("the journal of a flood is sealed once it is over", async () => {
  const clock = new FakeClock(START_MS);
  await using open = await openTestStore(clock);
  await append(open, rising(70_000, 1_000));
  const { store } = open;
  // It may still go on.
  clock.advance(10_000);
  expect(await store.status()).toMatchObject({ pendingReadings: 70_000 });
  clock.advance(10_000);
  const sealed = async () => ((await store.status()).pendingReadings === 0 ? true : undefined);
  expect(await until("sealed", sealed)).toBe(true);
  expect(await store.status()).toMatchObject({ details: { sealedReadings: 70_000 } });
});

test("after a failure to seal, later readings are sealed and removed, too", async () => {
  await using open = await openTestStore();
  const db = new Database(open.path);
  db.exec("CREATE TRIGGER broken BEFORE INSERT ON chunk BEGIN SELECT RAISE(ABORT, 'broken'); END");
  await append(open, rising(10, 1_000));
  await expect(open.store.seal()).rejects.toThrow("broken");
  await append(open, rising(20, 1_000));
  db.exec("DROP TRIGGER broken");
  db.close();
  await open.store.readings.remove(EVERYTHING);
  expect(await open.store.readings.latest()).toEqual([]);
  expect(await open.store.status()).toMatchObject({ storedReadings: 0, pendingReadings: 0 });
});

test("a commit that fails leaves nothing behind: no reading, no taken time, nothing to seal", async () => {
  await using open = await openTestStore();
  await append(open, [[null, 1]]);
  const db = new Database(open.path);
  db.exec("CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'broken'); END");
  const failed = append(open, [
    [null, 2],
    [START_MS + 5, 2],
    [START_MS - HOUR_MS, 2],
  ]);
  await expect(failed).rejects.toMatchObject({ code: "store-failed" });
  // The series of a message that failed is written down with the next one.
  await expect(append(open, [[null, 2]], START_MS, metricName("new"))).rejects.toMatchObject({ code: "store-failed" });
  db.exec("DROP TRIGGER broken");
  db.close();
  expect(await append(open, [[null, 3]])).toEqual([START_MS + 1]);
  expect(await append(open, [[null, 4]], START_MS + 5)).toEqual([START_MS + 5]);
  expect(await append(open, [[null, 5]], START_MS, metricName("new"))).toEqual([START_MS]);
  await open.store.seal();
  const page = await open.store.readings.page({ ...EVERYTHING, order: "oldest-first", after: null, limit: 100 });
  expect([...page.values]).toEqual([5, 1, 3, 4]);
  expect((await open.store.status()).details.sealedReadings).toBe(4);
});
