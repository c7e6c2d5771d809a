// The data folder and the files that the command line writes: the user's files are unchanged, and unusable ones are reported with
// their owner and a remedy.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { followLinks } from "../../src/hub/files/file-access.ts";
import { makeTemporaryFolder, runBramble, spawnBramble, type TestFolder, TestHub } from "../support/hub.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../support/system/small-disk.ts";

const NOBODY = 65_534;
const PORTS = ["--http-port", "0", "--mqtt-port", "0"];
const isRoot = process.platform === "linux" && process.getuid?.() === 0;
/** Another user than root, as a service or a person is. */
const AS_NOBODY = ["setpriv", "--reuid", `${NOBODY}`, "--regid", `${NOBODY}`, "--clear-groups"];

const modeOf = (path: string) => statSync(path).mode & 0o777;
const ownerOf = (path: string) => statSync(path).uid;

/** Where others may look in, as in a home. */
function makePlace(): TestFolder {
  const place = makeTemporaryFolder();
  chmodSync(place.path, 0o755);
  return place;
}

function makeFolder(place: TestFolder, name: string, mode: number, owner = 0): TestFolder {
  const path = join(place.path, name);
  mkdirSync(path);
  chmodSync(path, mode);
  if (isRoot) chownSync(path, owner, owner);
  return { path, [Symbol.dispose]: () => undefined };
}

async function runOnce(folder: TestFolder, within: readonly string[] = []): Promise<void> {
  const child = spawnBramble(["serve", "--data", folder.path, ...PORTS, "--no-mdns"], {}, within);
  const [output] = child.stdout === null ? [] : await once(child.stdout, "data");
  expect(String(output)).toContain("is running");
  child.kill("SIGTERM");
  await once(child, "exit");
}

const refused = async (path: string, within: readonly string[] = []) => {
  const { code, output } = await runBramble(["serve", "--data", path, ...PORTS, "--no-mdns"], {}, within);
  expect(code).toBe(1);
  expect(output).toContain("cannot be used:");
  expect(output).not.toMatch(/Move it away|undefined|null|SQLITE/);
  return output;
};

test.each([0o755, 0o770, 0o1777, 0o700])("an existing folder keeps its mode %o", async (mode) => {
  using place = makePlace();
  using folder = makeFolder(place, "share", mode);
  await using hub = new TestHub([], PORTS, folder);
  await hub.start();
  expect(statSync(folder.path).mode & 0o7777).toBe(mode);
  for (const name of ["bramble.db", "bramble.lock", "hub.json"]) expect(modeOf(join(folder.path, name))).toBe(0o600);
});

test("folders that the hub creates are private", async () => {
  using place = makePlace();
  const path = join(place.path, "deep", "data");
  await runOnce({ path, [Symbol.dispose]: () => undefined });
  expect([modeOf(join(place.path, "deep")), modeOf(path), modeOf(place.path)]).toEqual([0o700, 0o700, 0o755]);
});

test("a folder and a database that are links stay links, also when a backup is restored", async () => {
  using place = makePlace();
  using real = makeFolder(place, "real", 0o755);
  using disk = makeFolder(place, "disk", 0o755);
  const link = join(place.path, "link");
  symlinkSync("real", link);
  await using hub = new TestHub([], PORTS, { path: link, [Symbol.dispose]: () => undefined });
  await hub.start();
  expect((await hub.post({ device_id: "pi", t: 1 })).status).toBe(200);
  await hub.end("SIGTERM");
  const [database, target] = [join(real.path, "bramble.db"), join(disk.path, "bramble.db")];
  const backup = join(place.path, "backup.db");
  expect((await runBramble(["backup", backup, "--data", link])).code).toBe(0);
  renameSync(database, target);
  chmodSync(target, 0o640);
  symlinkSync(target, database);
  const restored = await runBramble(["restore", backup, "--data", link]);
  expect(restored).toMatchObject({ code: 0 });
  expect([link, database].map((path) => lstatSync(path).isSymbolicLink())).toEqual([true, true]);
  expect([modeOf(target), modeOf(real.path)]).toEqual([0o640, 0o755]);
  await hub.start();
  expect(await hub.json("/api/v1/devices/pi")).toMatchObject({ id: "pi" });
  expect(lstatSync(database).isSymbolicLink()).toBe(true);
});

test("a link that leads nowhere is not followed into a new folder", async () => {
  using place = makePlace();
  const link = join(place.path, "link");
  symlinkSync("unmounted", link);
  expect(await refused(link)).toContain(
    `${link} is a link to unmounted, which is not there. Mount or make that first.`,
  );
  expect(existsSync(join(place.path, "unmounted"))).toBe(false);
});

test("chains of links are followed, and missing targets are created there", () => {
  using place = makePlace();
  const at = (name: string) => join(place.path, name);
  symlinkSync("two", at("one"));
  symlinkSync(at("three"), at("two"));
  expect(followLinks(at("one"))).toBe(at("three"));
  writeFileSync(at("three"), "");
  expect(followLinks(at("one"))).toBe(at("three"));
  symlinkSync("round", at("round"));
  expect(() => followLinks(at("round"))).toThrow(/ELOOP/);
});

test("a database that is a folder, and a folder that is a file, are said to be", async () => {
  using place = makePlace();
  using folder = makeFolder(place, "data", 0o700);
  mkdirSync(join(folder.path, "bramble.db"));
  expect(await refused(folder.path)).toContain("bramble.db: it is a folder, not a file.");
  const file = join(place.path, "file");
  writeFileSync(file, "");
  expect(await refused(file)).toContain("it is a file, not a folder.");
  expect(await refused(join(file, "below"))).toContain(`${file}: it is a file, not a folder.`);
});

test("a hub.json planted as a link is not followed", async () => {
  using place = makePlace();
  using folder = makeFolder(place, "data", 0o777);
  const bait = join(place.path, "bait");
  writeFileSync(bait, "mine");
  symlinkSync(bait, join(folder.path, "hub.json.new"));
  await using hub = new TestHub([], PORTS, folder);
  await hub.start();
  expect(hub.file.token).not.toBe("");
  expect(readFileSync(bait, "utf8")).toBe("mine");
});

test.runIf(isRoot)("files of root in a user's folder are named with the command that gives them back", async () => {
  using place = makePlace();
  using folder = makeFolder(place, "data", 0o755, NOBODY);
  const [database, lock] = [join(folder.path, "bramble.db"), join(folder.path, "bramble.lock")];
  await runOnce(folder, AS_NOBODY);
  for (const path of [database, lock]) chownSync(path, 0, 0);
  const both = await refused(folder.path, AS_NOBODY);
  expect(both).toContain("permission denied; it belongs to root.");
  expect(both).toContain(`\`sudo chown nobody ${lock} ${database}\``);
  // The command does what it says.
  const [, command = ""] = /`sudo (.*)`/.exec(both) ?? [];
  execFileSync("sh", ["-c", command]);
  await runOnce(folder, AS_NOBODY);
});

test.runIf(isRoot)("after root has started the hub once, the folder's user can still use it", async () => {
  using place = makePlace();
  using folder = makeFolder(place, "data", 0o750, NOBODY);
  await runOnce(folder);
  for (const name of ["bramble.db", "bramble.lock", "logs", join("logs", "hub.log")])
    expect([name, ownerOf(join(folder.path, name))]).toEqual([name, NOBODY]);
  await runOnce(folder, AS_NOBODY);
  const backup = join(place.path, "backup.db");
  expect((await runBramble(["backup", backup, "--data", folder.path])).code).toBe(0);
  expect((await runBramble(["restore", backup, "--data", folder.path])).code).toBe(0);
  expect([ownerOf(join(folder.path, "bramble.db")), modeOf(folder.path)]).toEqual([NOBODY, 0o750]);
  await runOnce(folder, AS_NOBODY);
});

test.runIf(isRoot)("a folder that another user has is left to that user", async () => {
  using place = makePlace();
  using rooted = makeFolder(place, "srv", 0o755);
  const own = await refused(rooted.path, AS_NOBODY);
  expect(own).toContain(`${rooted.path}: permission denied; it belongs to root. Use a folder of your own.`);
  expect(own).not.toContain("chown");
  const missing = await refused(join(rooted.path, "data"), AS_NOBODY);
  expect(missing).toContain(`\`sudo install -d -m 700 -o nobody ${join(rooted.path, "data")}\``);
  using hers = makeFolder(place, "hers", 0o755, 1);
  expect(await refused(hers.path, AS_NOBODY)).toContain("it belongs to daemon. Run this as daemon");
  using closed = makeFolder(place, "it's closed", 0o500, NOBODY);
  const quoted = `'${closed.path.replace("'", `'\\''`)}'`;
  expect(await refused(closed.path, AS_NOBODY)).toContain(`\`chmod u+rwx ${quoted}\``);
});

test.runIf(isRoot)(
  "commands say whose a file is that they may not read, or whose folder they may not fill",
  async () => {
    using place = makePlace();
    using folder = makeFolder(place, "data", 0o700);
    await using hub = new TestHub([], PORTS, folder);
    await hub.start();
    const at = ["--data", folder.path];
    for (const args of [
      ["backup", "/tmp/never.db", ...at],
      ["check", ...at],
      ["devices", ...at],
      ["export", ...at],
    ]) {
      const { code, output } = await runBramble(args, {}, AS_NOBODY);
      expect(code).toBeGreaterThan(0);
      expect(output).toContain(`${folder.path}: permission denied; it belongs to root.`);
    }
    const { http, token } = hub.file;
    const file = join(place.path, "x.csv");
    const full = await runBramble(["export", file, "--url", http, "--token", token], {}, AS_NOBODY);
    expect(full).toMatchObject({
      code: 1,
      output: expect.stringContaining(`${place.path}: permission denied; it belongs to root.`),
    });
    expect(existsSync(file)).toBe(false);
  },
);

test.runIf(mayMountSmallDisk())("a full disk, and a read-only one, are said to be", { timeout: 60_000 }, async () => {
  using disk = mountSmallDisk(1);
  mkdirSync(join(disk.path, "data"));
  try {
    writeFileSync(join(disk.path, "filler"), Buffer.alloc(2 << 20));
  } catch {
    // It is full now.
  }
  for (const name of ["data", "new"])
    expect(await refused(join(disk.path, name))).toMatch(/is full\. Make room on it\./);
  execFileSync("mount", ["-o", "remount,ro", disk.path]);
  for (const name of ["data", "new"]) expect(await refused(join(disk.path, name))).toContain("on a read-only disk");
});

test.runIf(mayMountSmallDisk())("an export onto a disk that is full leaves no file, and says so", async () => {
  using disk = mountSmallDisk(1);
  await using hub = new TestHub([], PORTS);
  await hub.start();
  for (const metric of ["a", "b", "c", "d", "e", "f", "g", "h"]) {
    const values = Array.from({ length: 4_000 }, (_, index) => ({ device_id: "attic", ts: 1e12 + index, [metric]: 1 }));
    expect((await hub.post(values)).status).toBe(200);
  }
  const file = join(disk.path, "x.csv");
  const { code, output } = await runBramble(["export", file, "--data", hub.folder.path]);
  expect([code, output]).toEqual([
    1,
    `${file} cannot be written: the disk that holds ${disk.path} is full. Make room on it.\n`,
  ]);
  expect(existsSync(file)).toBe(false);
});

test.runIf(mayMountSmallDisk())(
  "a hub whose terminal is gone goes on when its disk is full",
  { timeout: 60_000 },
  async () => {
    using disk = mountSmallDisk(30);
    const child = spawnBramble(["serve", "--data", disk.path, ...PORTS, "--no-mdns"]);
    const ended = once(child, "exit");
    if (child.stdout !== null) await once(child.stdout, "data");
    child.stdout?.destroy();
    child.stderr?.destroy();
    writeFileSync(join(disk.path, "filler"), Buffer.alloc(20 << 20));
    const { http } = JSON.parse(readFileSync(join(disk.path, "hub.json"), "utf8"));
    // That is an error in the log, and on the console.
    await expect
      .poll(async () => (await (await fetch(`${http}/healthz`)).json()).disk.status, { timeout: 30_000 })
      .toBe("full");
    child.kill("SIGHUP");
    expect((await ended)[0]).toBe(0);
  },
);
