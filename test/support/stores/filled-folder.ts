// A data folder with a database of sealed readings, and how it is damaged.
import { join } from "node:path";
import Database from "better-sqlite3";
import { makeTemporaryFolder, type TestFolder } from "../hub.ts";
import { makeReading, openTestStore } from "./store.ts";

/** The time of the first readings. */
export const START_MS: number = Date.UTC(2026, 0, 31, 12);

/** A data folder with 10,000 sealed readings of two series. */
export async function filledFolder(): Promise<TestFolder> {
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

export function changeDatabase(folder: TestFolder, sql: string): void {
  const db = new Database(join(folder.path, "bramble.db"));
  db.exec(sql);
  db.close();
}

/** Flips one bit in the middle of the second chunk of attic/humidity. */
export function flipBit(folder: TestFolder): void {
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
