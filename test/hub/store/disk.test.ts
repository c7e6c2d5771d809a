// The store on disks that fail it: full ones, and such as cannot be written at all.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { systemClock } from "../../../src/hub/clock.ts";
import { SqliteStore } from "../../../src/hub/store/sqlite/sqlite-store.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder, runBramble } from "../../support/hub.ts";
import { TestStore } from "../../support/stores/store.ts";
import {
  compareAll,
  EVERYTHING,
  type Message,
  StoreModel,
  selectionOf,
  toAppend,
} from "../../support/stores/store-model.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

const START_MS = Date.UTC(2026, 0, 31, 22);

/** Random digits, which no codec makes smaller. */
function noise(round: number, count: number): Message {
  const readings = Array.from({ length: count }, (_, index) => ({
    name: "a/t" as const,
    tsMs: START_MS + (round * count + index) * 1_000,
    value: Math.sin(round * count + index),
  }));
  return { readings, receivedAtMs: START_MS };
}

function storeAt(path: string): SqliteStore {
  return new SqliteStore({
    path,
    clock: systemClock,
    onDeath: (error) => expect.unreachable(error.message),
    onWarning: () => undefined,
    onCommit: () => undefined,
  });
}

test("where no database can be created, the store fails with a message", async () => {
  using folder = makeTemporaryFolder();
  const file = join(folder.path, "file");
  writeFileSync(file, "no database, but long enough to be looked at as one".repeat(100));
  for (const path of [join(file, "bramble.db"), join(folder.path, "missing", "bramble.db"), file, folder.path]) {
    const store = storeAt(path);
    await expect(store.start()).rejects.toMatchObject({
      reason: { code: expect.stringMatching(/^start\/database/), params: { path } },
    });
    await store.stop();
  }
});

if (!mayMountSmallDisk()) {
  console.warn("This user may not mount a disk: full ones and such as cannot be written are not tested here.");
} else {
  test("an unwritable disk is reported by the store and by the hub", async () => {
    using disk = mountSmallDisk(8);
    const model = new StoreModel();
    {
      const store = storeAt(join(disk.path, "bramble.db"));
      await store.start();
      const message = noise(0, 10);
      await store.readings.append(toAppend(message));
      model.append(message);
      await store.stop();
    }
    execFileSync("mount", ["-o", "remount,ro", disk.path]);
    const store = storeAt(join(disk.path, "bramble.db"));
    await expect(store.start()).rejects.toThrow(`The database ${join(disk.path, "bramble.db")} cannot be opened: `);
    await store.stop();
    const { code, output } = await runBramble(["serve", "--data", disk.path, "--no-mdns"]);
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`The data folder ${disk.path} cannot be used: .*read-only`));

    execFileSync("mount", ["-o", "remount,rw", disk.path]);
    await using open = new TestStore(systemClock, join(disk.path, "bramble.db"));
    await open.store.start();
    await compareAll(open, model);
  });

  test("on a full disk nothing acknowledged is lost, nothing refused is kept, and it goes on when there is room", {
    timeout: 120_000,
  }, async () => {
    using disk = mountSmallDisk(16);
    const clock = new FakeClock(START_MS);
    await using open = new TestStore(clock, join(disk.path, "bramble.db"));
    await open.store.start();
    const model = new StoreModel();
    let round = 0;
    const isTaken = async () => {
      const message = noise(round++, 500);
      try {
        await open.store.readings.append(toAppend(message));
      } catch (error) {
        expect(error).toMatchObject({ code: "store-failed", message: expect.stringMatching(/full/) });
        return false;
      }
      model.append(message);
      return true;
    };
    // Rows of the journal, and room that is left for none of their chunks.
    const ballast = join(disk.path, "ballast");
    for (let times = 0; times < 100; times++) expect(await isTaken()).toBe(true);
    writeFileSync(ballast, Buffer.alloc(free(disk.path) - 100_000));
    await expect(open.store.seal()).rejects.toThrow(/full/);
    await compareAll(open, model);
    while (await isTaken());
    await compareAll(open, model);

    rmSync(ballast);
    expect(await isTaken()).toBe(true);
    clock.advance(3_600_000);
    const sealed = async () => ((await open.store.status()).pendingReadings === 0 ? true : undefined);
    await until("all is sealed", sealed, 60_000);
    await compareAll(open, model);
    expect((await open.store.status()).details.sealedReadings).toBe(model.count);

    // Closed and opened while it is full.
    writeFileSync(ballast, Buffer.alloc(free(disk.path) - 100_000));
    while (await isTaken());
    await open.reopen();
    await compareAll(open, model);
    rmSync(ballast);
    await open.store.readings.remove(selectionOf(EVERYTHING));
    model.remove(EVERYTHING);
    await compareAll(open, model);
  });
}

function free(folder: string): number {
  return Number(execFileSync("df", ["--output=avail", "-B1", folder]).toString().split("\n")[1]);
}
