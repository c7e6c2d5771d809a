// Stack traces in the log: the built hub's name lines of the sources.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { readSegments, writeSegments } from "../../../src/hub/observe/log/source-map.ts";
import { startTestHub } from "../../support/hub.ts";

test("an error in the log names lines of the sources", async () => {
  await using hub = await startTestHub();
  const database = new Database(join(hub.folder.path, "bramble.db"));
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").pluck().all();
  database.pragma("foreign_keys = OFF");
  for (const table of tables) if (!`${table}`.startsWith("sqlite_")) database.exec(`DROP TABLE "${table}"`);
  database.close();

  expect((await hub.post({ device_id: "pi", t: 1 })).status).toBeGreaterThanOrEqual(500);
  await hub.end("SIGTERM");

  const logged = readFileSync(join(hub.folder.path, "logs", "hub.log"), "utf8");
  const [, path = "", line = ""] = /(file:[^\s()]*\/src\/hub\/[^\s():]+\.ts):(\d+)/.exec(logged) ?? [];
  const lines = readFileSync(fileURLToPath(path), "utf8").split("\n");
  expect(lines[Number(line) - 1]).toMatch(/\(|throw/);
});

test("mappings are read as they were written", () => {
  const segments = [
    { programLine: 0, programColumn: 5, source: 0, line: 0 },
    { programLine: 0, programColumn: 70_000, source: 2, line: 400 },
    { programLine: 3, programColumn: 0, source: 1, line: 12 },
  ];
  expect([...readSegments(writeSegments(segments))]).toEqual(segments);
  // Of a compiler's own: no source, four fields, and five with a name.
  expect([...readSegments("A,CAAC;IAEDA")]).toEqual([
    { programLine: 0, programColumn: 1, source: 0, line: 0 },
    { programLine: 1, programColumn: 4, source: 0, line: 2 },
  ]);
});
