// A hub does not start where it would lose or spoil what it stores.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { whyBadPlace } from "../../../src/hub/observe/data-place.ts";
import { makeTemporaryFolder, runBramble, spawnBramble, TestHub } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

const ALONE = { isContainer: false, holdsDatabase: true };

const MOUNTS = `21 1 8:1 / / rw - ext4 /dev/sda1 rw
30 21 8:2 / /data\\040of/hub rw - ext4 /dev/sda2 rw
31 21 0:5 / /proc rw - proc proc rw
32 21 0:40 / /tmp rw shared:1 - fuse.sshfs pi@nas: rw
33 32 0:41 / /tmp/disk rw - fuse.mergerfs disks rw
`;

test.runIf(process.platform === "linux")(
  "a file system of the network is named, a folder that is yet to be made judged by the one above",
  () => {
    const asked: string[] = [];
    const system = {
      typeOf: (path: string) => {
        asked.push(path);
        return 0x6969;
      },
      mounts: () => MOUNTS,
    };
    using folder = makeTemporaryFolder();
    expect(whyBadPlace(join(folder.path, "a", "b"), ALONE, system)).toMatchObject({
      code: "place/network-file-system",
      params: { fileSystem: "NFS" },
    });
    expect(asked).toEqual([folder.path]);
    expect(whyBadPlace(folder.path, ALONE)).toBeNull();
    expect(whyBadPlace(folder.path, { ...ALONE, holdsDatabase: false }, system)).toBeNull();
  },
);

test.runIf(process.platform === "linux")(
  "of what a program mounts, that of a network is named, and a disk is none",
  () => {
    const system = { typeOf: () => 0x65735546, mounts: () => MOUNTS };
    expect(whyBadPlace("/tmp/hub", ALONE, system)).toMatchObject({ params: { fileSystem: "sshfs" } });
    expect(whyBadPlace("/tmp", ALONE, { ...system, mounts: () => MOUNTS.replace("sshfs", "mergerfs") })).toBeNull();
  },
);

test.runIf(process.platform === "linux")("in a container only a mount keeps data, and the root is none", () => {
  const system = { typeOf: () => 0xef53, mounts: () => MOUNTS };
  const isBad = (folder: string) => whyBadPlace(folder, { ...ALONE, isContainer: true }, system) !== null;
  expect(["/data of/hub", "/data of/hub/deep"].map(isBad)).toEqual([false, false]);
  expect(["/data", "/data of", "/data of/hubs"].map(isBad)).toEqual([true, true, true]);
  expect(whyBadPlace("/data", ALONE, system)).toBeNull();
});

test.runIf(mayMountSmallDisk())(
  "the image's hub starts on a volume, and says what it needs where there is none",
  async () => {
    using folder = makeTemporaryFolder();
    const env = { BRAMBLE_CONTAINER: "1" };
    const ports = ["--no-mdns", "--http-port", "0", "--mqtt-port", "0"];
    const refused = await runBramble(["serve", "--data", folder.path, ...ports], env);
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`--volume bramble-data:${folder.path}`);
    using disk = mountSmallDisk(64);
    const hub = spawnBramble(["serve", "--data", disk.path, ...ports], env);
    let output = "";
    for (const stream of [hub.stdout, hub.stderr])
      stream?.on("data", (bytes: Buffer) => {
        output += bytes.toString();
      });
    const ended = new Promise((resolve) => hub.once("close", resolve));
    await until("it runs", async () => output.includes("is running") || undefined);
    hub.kill("SIGTERM");
    expect(await ended).toBe(0);
  },
);

test.runIf(mayMountSmallDisk())("on somebody else's folder the image's hub says whose it has to be", async () => {
  using disk = mountSmallDisk(64);
  chmodSync(disk.path, 0o700);
  const args = ["serve", "--data", disk.path, "--no-mdns", "--http-port", "0", "--mqtt-port", "0"];
  const asImageUser = ["setpriv", "--reuid", "10001", "--regid", "10002", "--clear-groups"];
  const refused = await runBramble(args, { BRAMBLE_CONTAINER: "1" }, asImageUser);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain("sudo chown -R 10001:10002");
});

test("a clock that is behind the last message is refused in words, unless it is trusted", async () => {
  using folder = makeTemporaryFolder();
  const kept = { path: folder.path, [Symbol.dispose]: () => undefined };
  const hourAheadMs = Date.now() + 3_600_000;
  {
    await using ahead = await startHubInside({ nowMs: hourAheadMs, folder: kept });
    expect((await ahead.post({ device_id: "pi", t: 1 })).status).toBe(200);
  }
  const ports = ["--http-port", "0", "--mqtt-port", "0"];
  const refused = await runBramble(["serve", "--no-mdns", "--data", folder.path, ...ports]);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain(`the last message came at ${new Date(hourAheadMs).toISOString()}`);
  await using trusting = new TestHub(["--trust-clock"], ports, kept);
  await trusting.start();
  expect((await trusting.fetch("/healthz")).status).toBe(200);
});

test("a clock that was set back a little is none that is wrong", async () => {
  using folder = makeTemporaryFolder();
  const kept = { path: folder.path, [Symbol.dispose]: () => undefined };
  {
    await using ahead = await startHubInside({ nowMs: Date.now() + 60_000, folder: kept });
    await ahead.post({ device_id: "pi", t: 1 });
  }
  await using hub = new TestHub([], undefined, kept);
  await hub.start();
  expect(hub.isAlive).toBe(true);
});
