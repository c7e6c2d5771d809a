// backup and restore as a person runs them: the built command line on the data folder of a real hub.
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { migrate, migrations } from "../../../src/hub/store/sqlite/engine/migrations.ts";
import {
  makeTemporaryFolder,
  runBramble,
  spawnBramble,
  startTestHub,
  type TestFolder,
  TestHub,
} from "../../support/hub.ts";
import { changeDatabase, filledFolder, flipBit, START_MS } from "../../support/stores/filled-folder.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

test("a backup of a running hub has all that was acknowledged, and can be restored", async () => {
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "bramble.backup");
  await using hub = await startTestHub();
  for (let index = 0; index < 20; index++) expect((await hub.post({ device_id: "pi", t: index })).status).toBe(200);
  const backup = await runBramble(["backup", file, "--data", hub.folder.path]);
  expect(backup).toMatchObject({ code: 0, output: expect.stringContaining("20 readings in the journal") });
  expect((await hub.post({ device_id: "pi", t: 99 })).status).toBe(200);

  const busy = await runBramble(["restore", file, "--data", hub.folder.path]);
  expect(busy).toMatchObject({ code: 1, output: expect.stringMatching(/Another hub \(pid \d+\) runs/) });
  await hub.end("SIGTERM");
  const restored = await runBramble(["restore", file, "--data", hub.folder.path]);
  expect(restored).toMatchObject({ code: 0, output: expect.stringContaining("is restored") });
  await hub.start();
  const { readings } = await hub.json<{ readings: { value: number }[] }>("/api/v1/readings");
  expect(readings.map(({ value }) => value)).toEqual(Array.from({ length: 20 }, (_, index) => 19 - index));
  expect(readdirSync(hub.folder.path).filter((name) => name.includes("before-restore"))).toHaveLength(1);
});

test("a backup taken under load has every reading that was acknowledged before it began", {
  timeout: 120_000,
}, async () => {
  using folder = makeTemporaryFolder();
  await using hub = await startTestHub();
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  const acknowledged: number[] = [];
  let sending = true;
  const send = async (lane: number): Promise<void> => {
    for (let n = 0; sending; n++) {
      const id = lane * 1_000_000 + n;
      await client.publishAsync("sensor/data", JSON.stringify({ device_id: `pi-${lane}`, id, ts: START_MS + n }), {
        qos: 1,
      });
      acknowledged.push(id);
    }
  };
  const lanes = Promise.all(Array.from({ length: 50 }, (_, lane) => send(lane)));
  for (const name of ["first", "second", "third"]) {
    while (acknowledged.length < 1_000) await new Promise(setImmediate);
    const before = acknowledged.splice(0);
    const file = join(folder.path, name);
    expect(await runBramble(["backup", file, "--data", hub.folder.path])).toMatchObject({ code: 0 });
    using restored = makeTemporaryFolder();
    expect(await runBramble(["restore", file, "--data", restored.path])).toMatchObject({ code: 0 });
    const ids = await readingsIn(restored, "id");
    expect(before.filter((id) => !ids.has(id))).toEqual([]);
  }
  sending = false;
  await lanes;
  await client.endAsync();
  expect(readdirSync(folder.path).sort()).toEqual(["first", "second", "third"]);
  expect(statSync(join(folder.path, "first")).mode & 0o777).toBe(0o600);
});

/** All values of a metric that a hub finds in the folder. */
async function readingsIn(folder: TestFolder, metric: string): Promise<Set<number>> {
  const hub = new TestHub([], undefined, folder);
  await hub.start();
  const csv = await (await hub.fetch(`/api/v1/export.csv?metric=${metric}`)).text();
  await hub.end("SIGTERM");
  const [, ...rows] = csv.trimEnd().split("\r\n");
  return new Set(rows.map((row) => Number(row.split(",").at(-1))));
}

test("a hub that was killed is restored over, and what its write-ahead log held is kept", async () => {
  using other = await filledFolder();
  const file = join(other.path, "bramble.db");
  await using hub = await startTestHub();
  expect((await hub.post({ device_id: "pi", t: 42 })).status).toBe(200);
  await hub.end("SIGKILL");
  expect(statSync(join(hub.folder.path, "bramble.db-wal")).size).toBeGreaterThan(0);
  expect(await runBramble(["restore", file, "--data", hub.folder.path])).toMatchObject({ code: 0 });
  const names = readdirSync(hub.folder.path).filter((name) => name.startsWith("bramble.db"));
  expect(names).toEqual(["bramble.db", expect.stringMatching(/^bramble\.db\.before-restore-\d{4}-\d\d-\d\dT/)]);
  const kept = join(hub.folder.path, names[1] ?? "");
  expect((await runBramble(["check", kept])).output).toContain("1 readings in the journal");
  expect(await readingsIn(hub.folder, "humidity")).toHaveProperty("size", 300);
  // And back again.
  expect(await runBramble(["restore", kept, "--data", hub.folder.path])).toMatchObject({ code: 0 });
  expect(await readingsIn(hub.folder, "t")).toEqual(new Set([42]));
});

test("exactly the messages retained at the backup exist after a kill and a restore", async () => {
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "bramble.backup");
  await using hub = await startTestHub("--anonymous", "all");
  const retain = async (topic: string, payload: string) => {
    const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
    await client.publishAsync(topic, payload, { qos: 1, retain: true });
    await client.endAsync();
  };
  await retain("home/lamp", "on");
  await retain("home/heater", "off");
  expect(await runBramble(["backup", file, "--data", hub.folder.path])).toMatchObject({ code: 0 });
  await retain("home/lamp", "off");
  await retain("home/heater", "");
  await retain("home/door", "open");
  await hub.end("SIGKILL");
  expect(await runBramble(["restore", file, "--data", hub.folder.path])).toMatchObject({ code: 0 });
  await hub.start();
  const listener = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  const found: string[] = [];
  listener.on("message", (topic, payload, { retain: isRetained }) => found.push(`${topic} ${payload} ${isRetained}`));
  await listener.subscribeAsync(["home/#", "end"]);
  await listener.publishAsync("end", "", { qos: 1 });
  await until("all that is retained", async () => (found.includes("end  false") ? true : undefined));
  await listener.endAsync();
  expect(found.sort()).toEqual(["end  false", "home/heater off true", "home/lamp on true"]);
});

/** Makes the database so big that copying it takes a while. */
function addBallast(folder: TestFolder): void {
  changeDatabase(
    folder,
    `CREATE TABLE ballast (data BLOB);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
     INSERT INTO ballast SELECT randomblob(100000) FROM n`,
  );
}

/** Ends `bramble ARGS` with a signal as soon as `isTime`; answers its exit code. */
async function interrupt(args: readonly string[], signal: "SIGINT" | "SIGKILL", isTime: () => boolean) {
  const child = spawnBramble(args);
  const closed = once(child, "close");
  while (child.exitCode === null && !isTime()) await new Promise(setImmediate);
  child.kill(signal);
  const [code] = await closed;
  return code;
}

const hasFile = (folder: TestFolder, name: string) => () =>
  readdirSync(folder.path).some((found) => found.includes(name));

test("a backup that is interrupted leaves nothing behind", async () => {
  using folder = await filledFolder();
  addBallast(folder);
  using target = makeTemporaryFolder();
  const args = ["backup", join(target.path, "bramble.backup"), "--data", folder.path];
  expect(await interrupt(args, "SIGINT", hasFile(target, "part"))).toBe(1);
  expect(readdirSync(target.path)).toEqual([]);
});

test("a restore that is killed at any moment leaves the old database or the new one, whole", {
  timeout: 120_000,
}, async () => {
  using source = await filledFolder();
  addBallast(source);
  for (const moment of ["bramble.db.part", "before-restore", null]) {
    using folder = makeTemporaryFolder();
    await using hub = new TestHub([], undefined, folder);
    await hub.start();
    expect((await hub.post({ device_id: "pi", t: 42 })).status).toBe(200);
    await hub.end("SIGKILL");
    const args = ["restore", join(source.path, "bramble.db"), "--data", folder.path];
    if (moment === null) await runBramble(args);
    else await interrupt(args, "SIGKILL", hasFile(folder, moment));
    const { code, output } = await runBramble(["check", "--data", folder.path]);
    expect(code).toBe(0);
    expect(output).toMatch(/ 10,000 readings.* 0 readings in the journal| 0 readings.* 1 readings in the journal/);
    if (moment === "bramble.db.part") expect(output).toContain("1 readings in the journal");
    // Whatever was left over does not hinder the next one.
    expect(await runBramble(args)).toMatchObject({ code: 0 });
    expect(hasFile(folder, "part")()).toBe(false);
  }
});

test("a damaged backup is restored only by force, and the present database stays", async () => {
  using source = await filledFolder();
  flipBit(source);
  using folder = await filledFolder();
  const before = readFileSync(join(folder.path, "bramble.db"));
  const args = ["restore", join(source.path, "bramble.db"), "--data", folder.path];
  expect(await runBramble(args)).toMatchObject({ code: 1, output: expect.stringContaining("was not restored") });
  expect(readFileSync(join(folder.path, "bramble.db")).equals(before)).toBe(true);
  expect(readdirSync(folder.path).sort()).toEqual(["bramble.db", "bramble.lock"]);
  expect(await runBramble([...args, "--force"])).toMatchObject({ code: 0 });
  expect((await runBramble(["check", "--data", folder.path])).code).toBe(1);
});

test("a damaged database is backed up unmodified, with a warning", async () => {
  using folder = await filledFolder();
  flipBit(folder);
  const file = join(folder.path, "copy");
  const { code, output } = await runBramble(["backup", file, "--data", folder.path]);
  expect(output).toContain("It has the damage that was found");
  expect(code).toBe(1);
  expect(existsSync(file)).toBe(true);
});

test("pages that SQLite cannot read are damage as well", async () => {
  using folder = await filledFolder();
  const path = join(folder.path, "bramble.db");
  const db = new Database(path);
  const rollupPage = db.prepare<[], number>("SELECT rootpage FROM sqlite_schema WHERE name = 'rollup'").pluck().get();
  const pageBytes = Number(db.pragma("page_size", { simple: true }));
  db.close();
  const bytes = readFileSync(path);
  const end = (rollupPage ?? 0) * pageBytes;
  bytes.fill(0xff, end - pageBytes, end);
  writeFileSync(path, bytes);
  const { code, output } = await runBramble(["check", "--data", folder.path]);
  expect(output).toMatch(/SQLite finds: .*\n(.*\n)*attic\/temperature cannot be read/);
  expect(output).toContain("attic/humidity cannot be read");
  expect(code).toBe(1);
});

test("a backup of an older version is restored, and brought up to date", async () => {
  using source = makeTemporaryFolder();
  const file = join(source.path, "old");
  const db = new Database(file);
  migrate(db, file, migrations.slice(0, 1));
  db.exec("INSERT INTO series VALUES (1, 'pi', 't'); INSERT INTO reading VALUES (1, 1767225600000, 7)");
  db.close();
  using folder = makeTemporaryFolder();
  const { code, output } = await runBramble(["restore", file, "--data", folder.path]);
  expect(output).toContain("an older version");
  expect(code).toBe(0);
  expect(await readingsIn(folder, "t")).toEqual(new Set([7]));
});

test("a backup overwrites neither the hub's files nor another file", async () => {
  using folder = await filledFolder();
  const { path } = folder;
  for (const name of ["bramble.db", "bramble.db-wal", "hub.json"]) {
    const ended = await runBramble(["backup", join(path, name), "--force", "--data", path]);
    expect(ended).toMatchObject({ code: 1, output: expect.stringContaining("belongs to the hub") });
  }
  const file = join(path, "copy");
  writeFileSync(file, "old");
  expect((await runBramble(["backup", file, "--data", path])).code).toBe(1);
  expect(readFileSync(file, "utf8")).toBe("old");
  expect((await runBramble(["backup", file, "--force", "--data", path])).code).toBe(0);
  expect((await runBramble(["check", file])).code).toBe(0);
  expect(readdirSync(path).sort()).toEqual(["bramble.db", "copy"]);
});

test.skipIf(!mayMountSmallDisk())("a disk without room is said, and nothing is left behind", async () => {
  using folder = await filledFolder();
  addBallast(folder);
  using disk = mountSmallDisk(8);
  const ended = await runBramble(["backup", join(disk.path, "copy"), "--data", folder.path]);
  expect(ended).toMatchObject({ code: 1, output: expect.stringContaining("no room") });
  expect(readdirSync(disk.path)).toEqual([]);
});

test("failures have messages and leave nothing behind", async () => {
  using folder = await filledFolder();
  const other = join(folder.path, "notes.txt");
  writeFileSync(other, "no database");
  expect(await runBramble(["check", other])).toMatchObject({
    code: 1,
    output: expect.stringContaining("cannot be opened"),
  });
  expect((await runBramble(["restore", other, "--data", folder.path])).code).toBe(1);
  expect((await runBramble(["backup", other, "--data", folder.path])).output).toContain("is there already");
  expect(await runBramble(["backup", "--data", folder.path])).toMatchObject({
    code: 2,
    output: expect.stringMatching(/Name the file.*See bramble backup --help/),
  });
  const nowhere = await runBramble(["backup", join(folder.path, "no", "where"), "--data", folder.path]);
  expect(nowhere).toMatchObject({ code: 1, output: expect.stringContaining("There is no folder") });
  for (const command of ["check", "backup", "restore"]) {
    expect(await runBramble([command, "--help"])).toMatchObject({ code: 0, output: expect.stringContaining("--data") });
    const wrong = await runBramble([command, "--nonsense"]);
    expect(wrong).toMatchObject({ code: 2, output: expect.stringContaining(`See bramble ${command} --help`) });
  }
  expect((await runBramble(["check", "/no/where"])).output).toContain("there is no such file");
  changeDatabase(folder, "PRAGMA user_version = 99");
  expect((await runBramble(["check", "--data", folder.path])).output).toContain("newer version");
  const file = join(folder.path, "bramble.db");
  using empty = makeTemporaryFolder();
  const newer = await runBramble(["restore", file, "--data", empty.path]);
  expect(newer).toMatchObject({ code: 1, output: expect.stringContaining("newer version") });
  expect(readdirSync(folder.path).sort()).toEqual(["bramble.db", "bramble.lock", "notes.txt"]);
});

test("an encrypted backup is restored with its passphrase, and with nothing else", async () => {
  using folder = await filledFolder();
  using other = makeTemporaryFolder();
  const file = join(other.path, "backup");
  const [right, wrong, empty] = ["right", "wrong", "empty"].map((name) => join(other.path, name));
  if (right === undefined || wrong === undefined || empty === undefined) throw new Error("no files");
  writeFileSync(right, "correct horse\nsecond line\n");
  writeFileSync(wrong, "battery staple\n");
  writeFileSync(empty, "\n");
  expect(await runBramble(["backup", file, "--data", folder.path, "--passphrase-file", right])).toMatchObject({
    code: 0,
    output: expect.stringContaining("is written"),
  });
  expect(readFileSync(file).includes("SQLite")).toBe(false);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path).filter((name) => name.includes("plain"))).toEqual([]);

  using target = makeTemporaryFolder();
  const restore = (args: string[], env: Record<string, string> = {}) =>
    runBramble(["restore", file, "--data", target.path, ...args], env);
  expect(await restore([])).toMatchObject({ code: 2, output: expect.stringContaining("--passphrase-file") });
  expect(await restore(["--passphrase-file", wrong])).toMatchObject({
    code: 1,
    output: expect.stringContaining("The passphrase is not the one of this backup"),
  });
  expect(await restore(["--passphrase-file", empty])).toMatchObject({
    code: 1,
    output: expect.stringContaining("empty"),
  });
  expect((await restore(["--passphrase-file", join(other.path, "none")])).code).toBe(1);
  expect(existsSync(join(target.path, "bramble.db"))).toBe(false);

  // The environment counts where no file is named.
  expect(await restore(["--passphrase-file", right], { BRAMBLE_PASSPHRASE: "battery staple" })).toMatchObject({
    code: 0,
  });
  expect(await restore([], { BRAMBLE_PASSPHRASE: "correct horse" })).toMatchObject({ code: 0 });
  expect(await restore([], { BRAMBLE_PASSPHRASE_FILE: right })).toMatchObject({ code: 0 });
  const again = join(other.path, "again");
  await runBramble(["backup", again, "--data", folder.path], { BRAMBLE_PASSPHRASE_FILE: right });
  expect(readFileSync(again).includes("SQLite")).toBe(false);
  expect(await runBramble(["check", "--data", target.path])).toMatchObject({
    code: 0,
    output: expect.stringContaining("10,000 readings"),
  });
  expect(readdirSync(target.path).filter((name) => /part|plain|decrypted/.test(name))).toEqual([]);
});
