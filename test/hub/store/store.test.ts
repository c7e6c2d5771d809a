// The store, on real files: what it answers is on disk, in the order and with the times it promised.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import {
  type AppendMessage,
  type PageQuery,
  positionOfLast,
  type ReadingPosition,
} from "../../../src/hub/store/readings.ts";
import { migrate, migrations } from "../../../src/hub/store/sqlite/engine/migrations.ts";
import type { SqliteStore } from "../../../src/hub/store/sqlite/sqlite-store.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { deviceId as device, metricName as metric, openTestStore, type TestStore } from "../../support/store.ts";

class OpenStore implements AsyncDisposable {
  readonly #open: TestStore;

  constructor(open: TestStore) {
    this.#open = open;
  }

  get store(): SqliteStore {
    return this.#open.store;
  }

  reopen(): Promise<void> {
    return this.#open.reopen();
  }

  append(
    name: string,
    values: readonly [tsMs: number | null, value: number][],
    receivedAtMs = 1_000_000,
  ): Promise<Float64Array> {
    const [deviceText = "", metricText = ""] = name.split("/");
    const key = { device: device(deviceText), metric: metric(metricText) };
    const readings = values.map(([tsMs, value]) => ({ ...key, tsMs, value }));
    return this.store.readings.append({ readings, attributes: [], receivedAtMs } satisfies AppendMessage);
  }

  /** All rows of a query, a page at a time, as `device/metric@ts=value`. */
  async rows(query: Partial<PageQuery>): Promise<string[]> {
    const rows: string[] = [];
    let after: ReadingPosition | null = null;
    for (;;) {
      const page = await this.store.readings.page({
        devices: null,
        metrics: null,
        fromMs: 0,
        toMs: Number.MAX_SAFE_INTEGER,
        order: "oldest-first",
        limit: 1_000,
        ...query,
        after,
      });
      for (const [row, tsMs] of page.tsMs.entries()) {
        const key = page.series[page.seriesIndex[row] ?? -1];
        rows.push(`${key?.device}/${key?.metric}@${tsMs}=${page.values[row]}`);
      }
      after = positionOfLast(page);
      if (!page.more || after === null) return rows;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open[Symbol.asyncDispose]();
  }
}

async function openStore(): Promise<OpenStore> {
  return new OpenStore(await openTestStore());
}

test("a reading without a time gets the receipt time, or the next free millisecond of its series", async () => {
  await using open = await openStore();
  await open.append("pi/t", [[1_002, 9]]);
  expect([...(await open.append("pi/t", [[null, 1]], 1_000))]).toEqual([1_000]);
  expect([...(await open.append("pi/t", [[null, 2]], 1_000))]).toEqual([1_001]);
  expect([...(await open.append("pi/t", [[null, 3]], 1_000))]).toEqual([1_003]);
  // Another series is free at that time; a clock that jumped back is not dragged along.
  expect([...(await open.append("pi/u", [[null, 4]], 1_000))]).toEqual([1_000]);
  expect([...(await open.append("pi/t", [[null, 5]], 500))]).toEqual([500]);
  expect(await open.rows({ metrics: [metric("t")] })).toEqual([
    "pi/t@500=5",
    "pi/t@1000=1",
    "pi/t@1001=2",
    "pi/t@1002=9",
    "pi/t@1003=3",
  ]);
});

test("a burst within one message keeps every reading", async () => {
  await using open = await openStore();
  const values = Array.from({ length: 500 }, (_, index): [null, number] => [null, index]);
  const times = await open.append("pi/t", values, 1_000);
  expect([...times]).toEqual(values.map((_, index) => 1_000 + index));
});

test("the same device, metric and time again replaces the value", async () => {
  await using open = await openStore();
  await open.append("pi/t", [[1, 10]]);
  await open.append("pi/t", [[1, 11]]);
  expect(await open.rows({})).toEqual(["pi/t@1=11"]);
});

test("everything is there after a restart", async () => {
  await using open = await openStore();
  await open.append("pi/t", [
    [2, 20],
    [1, -0.1],
  ]);
  await open.append("pi/a", [[1, 5]]);
  const made = await open.store.records.setting("hub-id", () => "first");
  await open.reopen();
  expect(await open.rows({})).toEqual(["pi/a@1=5", "pi/t@1=-0.1", "pi/t@2=20"]);
  // In the order in which they first appeared, so that a device's page looks the same after a restart.
  expect(await open.store.readings.latest()).toEqual([
    { device: "pi", metric: "t", tsMs: 2, value: 20 },
    { device: "pi", metric: "a", tsMs: 1, value: 5 },
  ]);
  expect(await open.store.records.setting("hub-id", () => "second")).toBe(made);
});

test("pages of any size, in either order, give every row once", async () => {
  await using open = await openStore();
  const expected: { readonly text: string; readonly tsMs: number; readonly name: string }[] = [];
  for (const [index, name] of ["a/x", "a/y", "b/x"].entries()) {
    const times = Array.from({ length: 40 }, (_, step) => step * (index + 1));
    await open.append(
      name,
      times.map((tsMs) => [tsMs, tsMs]),
    );
    for (const tsMs of times) expected.push({ text: `${name}@${tsMs}=${tsMs}`, tsMs, name });
  }
  for (const sign of [1, -1]) {
    const order = sign === 1 ? "oldest-first" : "newest-first";
    expected.sort((a, b) => (a.tsMs - b.tsMs) * sign || (a.name < b.name ? -1 : 1));
    for (const limit of [1, 2, 3, 7, 50, 1_000]) {
      expect(await open.rows({ order, limit })).toEqual(expected.map(({ text }) => text));
    }
  }
  expect(await open.rows({ devices: [device("b")], fromMs: 3, toMs: 9 })).toEqual(["b/x@3=3", "b/x@6=6"]);
  expect(await open.rows({ devices: [] })).toEqual([]);
});

test("a chart's buckets are half-open, and hold min, max, mean and count", async () => {
  await using open = await openStore();
  await open.append("pi/t", [
    [99, 1_000],
    [100, 1],
    [104, 4],
    [109, 1],
    [130, 7],
    [140, 1_000],
  ]);
  const query = { device: device("pi"), metric: metric("t"), fromMs: 100, toMs: 140, originMs: 100, stepMs: 10 };
  expect(await open.store.readings.buckets(query)).toEqual([
    { t: 100, min: 1, max: 4, avg: 2, n: 3 },
    { t: 130, min: 7, max: 7, avg: 7, n: 1 },
  ]);
  expect(await open.store.readings.buckets({ ...query, metric: metric("other") })).toEqual([]);
});

test("values whose sum overflows still have a mean between them", async () => {
  await using open = await openStore();
  await open.append("pi/t", [
    [1, 1.7e308],
    [2, 1.7e308],
  ]);
  const query = { device: device("pi"), metric: metric("t"), fromMs: 0, toMs: 10, originMs: 0, stepMs: 10 };
  expect(await open.store.readings.buckets(query)).toEqual([{ t: 0, min: 1.7e308, max: 1.7e308, avg: 1.7e308, n: 2 }]);
});

test("a message is stored whole or not at all, and the store goes on after a failure", async () => {
  await using open = await openStore();
  const readings = [
    { device: device("pi"), metric: metric("t"), tsMs: 1, value: 1 },
    { device: device("pi"), metric: metric("t"), tsMs: 2, value: Number.NaN },
  ];
  await expect(open.store.readings.append({ readings, attributes: [], receivedAtMs: 1 })).rejects.toMatchObject({
    code: "store-failed",
  });
  await open.append("pi/t", [[3, 3]]);
  expect(await open.rows({})).toEqual(["pi/t@3=3"]);
});

test("thousands of messages at once share few commits and keep their order", async () => {
  await using open = await openStore();
  const times = await Promise.all(
    Array.from({ length: 3_000 }, (_, index) => open.append("pi/t", [[null, index]], 1_000)),
  );
  expect(times.map(([tsMs]) => tsMs)).toEqual(times.map((_, index) => 1_000 + index));
});

test("a copy is kept before the first step that changes data, and only then", () => {
  using folder = makeTemporaryFolder();
  const path = join(folder.path, "bramble.db");
  const adding = { sql: "ALTER TABLE setting ADD COLUMN note TEXT", changesData: false };
  const changing = { sql: "UPDATE setting SET value = 'new'", changesData: true };
  const db = new Database(path);
  migrate(db, path);
  db.prepare("INSERT INTO setting VALUES ('name', 'old')").run();
  writeFileSync(`${path}.before-${migrations.length + 2}.part`, "what a crash left behind");
  migrate(db, path, [...migrations, adding, changing, changing]);
  const value = (from: Database.Database) => from.prepare("SELECT value FROM setting").pluck().get();
  expect(value(db)).toBe("new");
  const copy = new Database(`${path}.before-${migrations.length + 2}`, { readonly: true });
  expect(value(copy)).toBe("old");
  expect(() => new Database(`${path}.before-${migrations.length + 3}`, { fileMustExist: true })).toThrow();
  expect(() => migrate(db, path)).toThrow(/newer version of Bramble/);
  copy.close();
  db.close();
});

test("a step that fails leaves the database at the step before it", () => {
  using folder = makeTemporaryFolder();
  const path = join(folder.path, "bramble.db");
  const db = new Database(path);
  const broken = { sql: "CREATE TABLE extra (id INTEGER); INSERT INTO nowhere VALUES (1)", changesData: false };
  expect(() => migrate(db, path, [...migrations, broken])).toThrow(/nowhere/);
  expect(db.pragma("user_version", { simple: true })).toBe(migrations.length);
  expect(db.prepare("SELECT count(*) FROM sqlite_master WHERE name = 'extra'").pluck().get()).toBe(0);
  db.close();
});
