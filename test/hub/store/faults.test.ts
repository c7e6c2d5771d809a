// Faults of the store: a torn log, a damaged chunk, a clock that jumps, a killed process.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { migrations } from "../../../src/hub/store/sqlite/engine/migrations.ts";
import { makeTemporaryFolder, startTestHub } from "../../support/hub.ts";
import { deviceId, findings, makeReading, metricName, openTestStore, TestStore } from "../../support/stores/store.ts";

const START_MS = Date.UTC(2026, 0, 31, 12);
const SERIES = { device: deviceId("pi"), metric: metricName("t") };
const EVERYTHING = { devices: null, metrics: null, fromMs: 0, toMs: 1e14 };

function append(open: TestStore, values: readonly [tsMs: number | null, value: number][], receivedAtMs = START_MS) {
  const readings = values.map(([tsMs, value]) => ({ ...SERIES, tsMs, value }));
  return open.store.readings.append({ readings, attributes: [], receivedAtMs });
}

/** The values of all readings, oldest first. */
async function valuesOf(open: TestStore): Promise<number[]> {
  const page = await open.store.readings.page({ ...EVERYTHING, order: "oldest-first", after: null, limit: 100_000 });
  return [...page.values];
}

test("a torn log leaves every commit complete or absent, and earlier ones intact", async () => {
  await using open = await openTestStore();
  const messages = 60;
  for (let index = 0; index < messages; index++) {
    await append(open, [
      [START_MS + 2 * index, index],
      [START_MS + 2 * index + 1, index],
    ]);
  }
  const database = readFileSync(open.path);
  const log = readFileSync(`${open.path}-wal`);
  for (let part = 1; part <= 8; part++) {
    await using torn = new TestStore(open.clock);
    writeFileSync(torn.path, database);
    writeFileSync(`${torn.path}-wal`, log.subarray(0, Math.floor((log.length * part) / 8) - 13));
    await torn.store.start();
    const values = await valuesOf(torn);
    const whole = values.length / 2;
    expect(values).toEqual(Array.from({ length: whole }, (_, index) => [index, index]).flat());
    expect(whole).toBeGreaterThanOrEqual(part === 8 ? messages - 1 : 0);
  }
});

test("a damaged chunk is reported, the rest is served, and late readings are stored beside it", async () => {
  await using open = await openTestStore();
  await append(
    open,
    Array.from({ length: 6_000 }, (_, index): [number, number] => [START_MS + index * 1_000, index]),
  );
  await open.store.seal();
  const db = new Database(open.path);
  db.exec("UPDATE chunk_data SET data = x'00' WHERE id = (SELECT data_id FROM chunk ORDER BY first LIMIT 1)");
  db.close();
  await open.reopen();
  expect(await valuesOf(open)).toEqual(Array.from({ length: 6_000 - 4_096 }, (_, index) => 4_096 + index));
  expect(open.troubles.join("\n")).toMatch(/a chunk is damaged .* 4096 readings/);
  expect((await open.store.status()).damagedParts).toBe(1);

  await append(open, [[START_MS + 500, -1]]);
  await open.store.seal();
  expect((await valuesOf(open)).slice(0, 2)).toEqual([-1, 4_096]);
  const after = new Database(open.path, { readonly: true });
  expect(after.prepare("SELECT count, data FROM damaged_chunk").all()).toEqual([{ count: 4_096, data: Buffer.of(0) }]);
  after.close();
});

test("damaged rollups are recomputed from the readings, on a query and on new readings", async () => {
  await using open = await openTestStore();
  const hourMs = 3_600_000;
  await append(
    open,
    Array.from({ length: 3_000 }, (_, index): [number, number] => [START_MS + index * 10_000, index]),
  );
  await open.store.seal();
  const range = { fromMs: START_MS, toMs: START_MS + 9 * hourMs, originMs: 0, stepMs: hourMs };
  const chart = async () =>
    (await open.store.readings.buckets({ ...SERIES, ...range })).map(({ n, min, max }) => ({ n, min, max }));
  const before = Array.from({ length: 9 }, (_, hour) =>
    hour < 8 ? { n: 360, min: 360 * hour, max: 360 * hour + 359 } : { n: 120, min: 2_880, max: 2_999 },
  );
  expect(await chart()).toEqual(before);
  const db = new Database(open.path);
  db.exec("UPDATE rollup SET slots = x'0123456789'");
  db.close();
  await open.reopen();
  expect(await chart()).toEqual(before);
  expect(findings(open.path)).toEqual(
    [15, 60, 180, 720, 1_440, 4_320].map((minutes) => expect.stringMatching(`summaries of ${minutes} min .* read`)),
  );

  await append(open, [[START_MS + 5, -1]]);
  await open.store.seal();
  expect(await chart()).toEqual([{ n: 361, min: -1, max: 359 }, ...before.slice(1)]);
  expect(findings(open.path)).toEqual([]);
});

test("a damaged row of the journal is reported and quarantined, and the rest is served", async () => {
  await using open = await openTestStore();
  for (let index = 0; index < 5; index++) await append(open, [[START_MS + index, index]]);
  const db = new Database(open.path);
  db.exec("UPDATE journal SET readings = x'00' WHERE id = 3");
  await open.reopen();
  expect(await valuesOf(open)).toEqual([0, 1, 3, 4]);
  expect(open.troubles).toEqual([expect.stringMatching(/^row 3 of the journal is damaged/)]);

  // One that is damaged while the hub runs is no loss: the writer has it in memory.
  db.exec("UPDATE journal SET readings = x'00' WHERE id = 4");
  await open.store.seal();
  expect(await valuesOf(open)).toEqual([0, 1, 3, 4]);
  expect(db.prepare("SELECT id FROM damaged_journal").pluck().all()).toEqual([3]);
  db.close();
});

test("a clock that jumps back an hour, and forward again, neither loses nor drags readings", async () => {
  await using open = await openTestStore();
  const hourMs = 3_600_000;
  for (let minute = 0; minute < 60; minute++) await append(open, [[null, minute]], START_MS + minute * 60_000);
  await open.store.seal();
  const back = [];
  for (let minute = 0; minute < 60; minute++)
    back.push(...(await append(open, [[null, -1]], START_MS + minute * 60_000)));
  expect(back).toEqual(Array.from({ length: 60 }, (_, minute) => START_MS + minute * 60_000 + 1));
  expect([...(await append(open, [[null, 7]], START_MS + hourMs))]).toEqual([START_MS + hourMs]);
  expect(await valuesOf(open)).toEqual([...Array.from({ length: 60 }, (_, minute) => [minute, -1]).flat(), 7]);
});

test("a database of the first version is taken over, and kept as it was", async () => {
  using folder = makeTemporaryFolder();
  const first = join(folder.path, "first.db");
  const db = new Database(first);
  db.pragma("journal_mode = WAL");
  db.exec(migrations[0]?.sql ?? "");
  db.pragma("user_version = 1");
  db.exec("INSERT INTO series VALUES (1, 'pi', 't'), (2, 'pi', 'u')");
  const insert = db.prepare("INSERT INTO reading VALUES (?, ?, ?)");
  for (let index = 0; index < 5_000; index++) insert.run(1 + (index % 2), START_MS + index, index / 4);
  db.close();
  await using open = await openTestStore();
  await open.store.stop();
  copyFileSync(first, open.path);
  await open.reopen();
  expect(await valuesOf(open)).toEqual(Array.from({ length: 5_000 }, (_, index) => index / 4));
  expect(existsSync(`${open.path}.before-2`)).toBe(true);
  const after = new Database(open.path, { readonly: true });
  expect(after.pragma("page_size", { simple: true })).toBe(1_024);
  after.close();
});

test("a hub killed while sealing has every reading once after the restart", async () => {
  await using hub = await startTestHub();
  const stored: number[] = [];
  for (let message = 0; message < 40; message++) {
    const batch = Array.from({ length: 8_000 }, (_, index) => {
      const { tsMs, value } = makeReading("pi", "t", START_MS + (message * 8_000 + index) * 10, message);
      return `{"device_id":"pi","ts":${tsMs},"t":${value}}`;
    });
    for (let start = 0; start < batch.length; start += 4_000) {
      const body = batch.slice(start, start + 4_000).join("\n");
      const answer = await hub.post(body, { "Content-Type": "application/x-ndjson" });
      if (answer.ok) stored.push(4_000);
    }
  }
  // Over the journal's limit: sealing is under way.
  await hub.end("SIGKILL");
  await hub.start();
  const { buckets } = await hub.json<{ buckets: { n: number }[] }>(
    `/api/v1/devices/pi/readings?metric=t&from=${START_MS}&to=${START_MS + 3_600_000}&points=2`,
  );
  expect(buckets.reduce((sum, { n }) => sum + n, 0)).toBe(stored.reduce((sum, count) => sum + count, 0));
  expect(stored).toHaveLength(80);
});
