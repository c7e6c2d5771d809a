// bramble check as a person runs it: what is sound, and what each damage is called.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { encodeRow } from "../../../src/hub/store/codec/journal-row.ts";
import { encodeBlock, SLOTS_PER_BLOCK } from "../../../src/hub/store/codec/rollup-block.ts";
import { runBramble, TestHub } from "../../support/hub.ts";
import { changeDatabase, filledFolder, flipBit, START_MS } from "../../support/stores/filled-folder.ts";

test("a valid database passes the check, with counts", async () => {
  using folder = await filledFolder();
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(output).toContain("4 chunks, 10,000 readings");
  expect(output).toContain("all sound");
  expect(code).toBe(0);
  const json = await runBramble(["check", "--json", "--data", folder.path]);
  expect(json.code).toBe(0);
  expect(JSON.parse(json.output)).toMatchObject({ sound: true, damages: 0, findings: [], chunks: 4, readings: 10_000 });
});

test("a flipped bit is found and reported, and the hub serves the rest", async () => {
  using folder = await filledFolder();
  flipBit(folder);
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(code).toBe(1);
  expect(output).toMatch(/attic\/humidity, 904 readings from 2026-01-31T23:22:40.000Z to .*checksum/);
  const json = await runBramble(["check", "--json", "--data", folder.path]);
  expect(json.code).toBe(1);
  expect(JSON.parse(json.output)).toMatchObject({ sound: false, findings: [expect.stringMatching(/checksum/)] });
  await using hub = new TestHub([]);
  copyFileSync(join(folder.path, "bramble.db"), join(hub.folder.path, "bramble.db"));
  await hub.start();
  const csv = await (await hub.fetch("/api/v1/export.csv")).text();
  expect(csv.trimEnd().split("\r\n")).toHaveLength(1 + 5_000 + 4_096);
  expect(await hub.json("/healthz")).toMatchObject({ status: "warning", store: { damagedChunks: 1 } });
});

const STRANGER = { series: Uint32Array.of(99), tsMs: Float64Array.of(0), values: Float64Array.of(0) };

/** A block of rollups that has one reading in that hour of the day on which the readings begin. */
function blockWithHour(hour: number): string {
  const slot = new Date(START_MS).setUTCHours(hour) / 3_600_000;
  const block = Math.floor(slot / SLOTS_PER_BLOCK);
  return Buffer.from(encodeBlock(block, new Map([[slot, { count: 1, min: 0, max: 0, mean: 0 }]]))).toString("hex");
}

test.each([
  ["UPDATE rollup SET slots = x'00' WHERE minutes = 15", /summaries of 15 min from .* cannot be read/],
  ["DELETE FROM rollup WHERE minutes = 1440", /summary of 1440 min .* is missing/],
  [
    `UPDATE rollup SET slots = x'${blockWithHour(12)}' WHERE minutes = 60`,
    /summary of 60 min from 2026-01-31T12:.* is not that of its readings/,
  ],
  ["UPDATE chunk SET mean = mean + 1", /what is kept of the chunk is not what is inside/],
  ["UPDATE sealed SET readings = readings + 1", /10000 readings are in chunks, but 10001/],
  ["INSERT INTO journal VALUES (7, 0, x'00')", /Row 7 of the journal/],
  [
    `INSERT INTO journal VALUES (7, 0, x'${Buffer.from(encodeRow(STRANGER)).toString("hex")}')`,
    /Row 7 of the journal: it names a series/,
  ],
  [
    `UPDATE rollup SET slots = x'${blockWithHour(11)}' WHERE minutes = 60`,
    /summary of 60 min from 2026-01-31T11:.* has no readings/,
  ],
  ["UPDATE chunk SET last = 8e15 WHERE first = (SELECT max(first) FROM chunk)", /is not what is inside/],
  ["UPDATE chunk SET last = 8e15, checksum = 1", /attic\/temperature.*overlaps.*\n.*checksum/],
  ["PRAGMA foreign_keys = OFF; DELETE FROM series WHERE metric = 'humidity'", /Series 2 has readings, but no device/],
])("damage is found: %s", async (sql, words) => {
  using folder = await filledFolder();
  changeDatabase(folder, sql);
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(output).toMatch(words);
  expect(code).toBe(1);
});
