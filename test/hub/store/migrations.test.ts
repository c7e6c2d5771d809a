// The database's tables: every version before opens, and what a step of migration changes is kept first.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { commandRecords } from "../../../src/hub/commands/command-records.ts";
import { retentionRecords } from "../../../src/hub/devices/retention.ts";
import { deviceRecords } from "../../../src/hub/devices/state/device-record.ts";
import { refusedRecords } from "../../../src/hub/ingest/refused-records.ts";
import { migrate, migrations } from "../../../src/hub/store/sqlite/engine/migrations.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { findings, TestStore } from "../../support/stores/store.ts";

const COMMAND = { control: "led", value: true, state: "done", by: "anna", expiresAtMs: 9, timeline: [] };
const REFUSED = {
  atMs: 5,
  address: "10.0.0.1",
  source: "POST /",
  code: "bad-json",
  message: "no",
  excerpt: "{",
  bytes: 1,
};

test("a database whose records had tables of their own opens with all of them, in their order", async () => {
  await using open = new TestStore(new FakeClock(0));
  const db = new Database(open.path);
  migrate(db, open.path, migrations.slice(0, 4));
  const insert = (table: string, ...row: (string | number)[]) =>
    db.prepare(`INSERT INTO ${table} VALUES (${row.map(() => "?").join(", ")})`).run(...row);
  const device = (id: string) => ({ id, firstSeenMs: 1, lastSeenMs: 2, address: null, about: { name: "“Pi”" } });
  for (const id of ["pi-b", "pi-a"]) insert("device", id, JSON.stringify(device(id)));
  const commands = ["z", "a", "m"].map((id, index) => ({ id, device: index === 0 ? "pi-b" : "pi-a", ...COMMAND }));
  for (const [index, command] of commands.entries()) insert("command", index + 1, command.id, JSON.stringify(command));
  const refused = [9, 10].map((id) => ({ id, refused: REFUSED }));
  for (const one of refused) insert("refused", one.id, JSON.stringify(one));
  insert("attribute", "pi-a", "os", "linux", 3);
  insert("setting", "hub-id", "as it was");
  insert("setting", "retention", JSON.stringify({ rules: [], day: 20_000 }));
  db.close();

  await open.store.start();
  const { records, audit } = open.store;
  expect(await records.collection(deviceRecords).list()).toEqual([device("pi-a"), device("pi-b")]);
  expect(await records.collection(commandRecords).list()).toEqual(commands);
  expect(await records.collection(refusedRecords).list()).toEqual(refused);
  expect(await records.collection(retentionRecords).list()).toEqual([{ rules: [], day: 20_000 }]);
  expect(await records.attributes()).toEqual([{ device: "pi-a", name: "os", text: "linux" }]);
  expect(await records.setting("hub-id", () => "new")).toBe("as it was");
  expect((await audit.page({ limit: 10, after: null })).entries).toEqual([]);
  expect(findings(open.path)).toEqual([]);
  // Old commands go with their device, too.
  const [pi] = await records.collection(deviceRecords).list();
  if (pi !== undefined) await records.removeDevice(pi.id);
  expect((await records.collection(commandRecords).list()).map(({ id }) => id)).toEqual(["z"]);
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
