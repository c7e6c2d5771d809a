// check, backup and restore as a person runs them: the built command line on the data folder of a real hub.
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { makeTemporaryFolder, runBramble, startTestHub, type TestFolder, TestHub } from "../support/hub.ts";
import { makeReading, openTestStore } from "../support/store.ts";

const START_MS = Date.UTC(2026, 0, 31, 12);

/** A data folder with 10,000 sealed readings of two series. */
async function filledFolder(): Promise<TestFolder> {
  const open = await openTestStore();
  for (const [metric, factor] of [
    ["temperature", 1],
    ["humidity", 2],
  ] as const) {
    const readings = Array.from({ length: 5_000 }, (_, index) =>
      makeReading("attic", metric, START_MS + index * 10_000, (factor * (index % 300)) / 10),
    );
    await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  }
  await open.store.seal();
  const folder = makeTemporaryFolder();
  await open.store.stop();
  new Database(open.path).prepare("VACUUM INTO ?").run(join(folder.path, "bramble.db"));
  await open[Symbol.asyncDispose]();
  return folder;
}

function change(folder: TestFolder, sql: string): void {
  const db = new Database(join(folder.path, "bramble.db"));
  db.exec(sql);
  db.close();
}

/** Flips one bit in the middle of the second chunk of attic/humidity. */
function flipBit(folder: TestFolder): void {
  const db = new Database(join(folder.path, "bramble.db"));
  const row = db
    .prepare<[], { id: number; data: Buffer }>(
      `SELECT d.id, d.data FROM chunk_data d JOIN chunk c ON c.data_id = d.id JOIN series s ON s.id = c.series
       WHERE s.metric = 'humidity' ORDER BY c.first LIMIT 1 OFFSET 1`,
    )
    .get();
  if (row === undefined) throw new Error("no chunk");
  const middle = row.data.length >> 1;
  row.data[middle] = (row.data[middle] ?? 0) ^ 16;
  db.prepare("UPDATE chunk_data SET data = ? WHERE id = ?").run(row.data, row.id);
  db.close();
}

test("a sound database is found sound, and what was looked at is counted", async () => {
  using folder = await filledFolder();
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(output).toContain("4 chunks, 10,000 readings");
  expect(output).toContain("all sound");
  expect(code).toBe(0);
});

test("a flipped bit is found and named, and the hub serves all the rest", async () => {
  using folder = await filledFolder();
  flipBit(folder);
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(code).toBe(1);
  expect(output).toMatch(/attic\/humidity, 904 readings from 2026-01-31T23:22:40.000Z to .*checksum/);
  await using hub = new TestHub([]);
  copyFileSync(join(folder.path, "bramble.db"), join(hub.folder.path, "bramble.db"));
  await hub.start();
  const csv = await (await hub.fetch("/api/v1/export.csv")).text();
  expect(csv.trimEnd().split("\r\n")).toHaveLength(1 + 5_000 + 4_096);
  expect(await hub.json("/healthz")).toMatchObject({ status: "warning", store: { damagedChunks: 1 } });
});

test.each([
  [
    "UPDATE rollup SET max = max + 1 WHERE hours = 6 AND slot = (SELECT min(slot) FROM rollup WHERE hours = 6)",
    /summary of 6 h from/,
  ],
  [
    "DELETE FROM rollup WHERE hours = 1 AND slot = (SELECT max(slot) FROM rollup WHERE hours = 1)",
    /summary of 1 h .* is missing/,
  ],
  ["UPDATE chunk SET mean = mean + 1", /what is kept of the chunk is not what is inside/],
  ["UPDATE sealed SET readings = readings + 1", /10000 readings are in chunks, but 10001/],
  ["INSERT INTO journal VALUES (7, 0, x'00')", /Row 7 of the journal/],
])("damage is found: %s", async (sql, words) => {
  using folder = await filledFolder();
  change(folder, sql);
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(output).toMatch(words);
  expect(code).toBe(1);
});

test("a backup of a running hub has all that was acknowledged, and can be restored", async () => {
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "bramble.backup");
  await using hub = await startTestHub();
  for (let index = 0; index < 20; index++) expect((await hub.post({ device_id: "pi", t: index })).status).toBe(200);
  const backup = await runBramble(["backup", file, "--data", hub.folder.path]);
  expect(backup).toMatchObject({ code: 0, output: expect.stringContaining("20 readings in the journal") });
  expect((await hub.post({ device_id: "pi", t: 99 })).status).toBe(200);

  const busy = await runBramble(["restore", file, "--data", hub.folder.path]);
  expect(busy).toMatchObject({ code: 2, output: expect.stringMatching(/Another hub \(pid \d+\) runs/) });
  await hub.end("SIGTERM");
  const restored = await runBramble(["restore", file, "--data", hub.folder.path]);
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining("is restored") });
  await hub.start();
  const { readings } = await hub.json<{ readings: { value: number }[] }>("/api/v1/readings");
  expect(readings.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index));
  expect(readdirSync(hub.folder.path).filter((name) => name.includes("before-restore"))).toHaveLength(1);
});

test("what cannot be done is said, and nothing is left behind", async () => {
  using folder = await filledFolder();
  const other = join(folder.path, "notes.txt");
  writeFileSync(other, "no database");
  expect(await runBramble(["check", other])).toMatchObject({
    code: 2,
    output: expect.stringContaining("cannot be opened"),
  });
  expect((await runBramble(["restore", other, "--data", folder.path])).code).toBe(2);
  expect((await runBramble(["backup", other, "--data", folder.path])).output).toContain("is there already");
  expect((await runBramble(["backup", "--data", folder.path])).output).toContain("Name the file");
  expect((await runBramble(["backup", join(folder.path, "no", "where"), "--data", folder.path])).code).toBe(2);
  change(folder, "PRAGMA user_version = 99");
  expect((await runBramble(["check", "--data", folder.path])).output).toContain("newer version");
  expect(existsSync(`${other}.part`)).toBe(false);
});
