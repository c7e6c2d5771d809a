// Backups of an in-process hub with a fake clock: nightly, on demand, encrypted, restored; and messages of failures.
import { copyFileSync, existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { Backups } from "../../../src/hub/backups/backups.ts";
import { isEncryptedFile } from "../../../src/hub/backups/encrypted-backup.ts";
import type { DiagnosticReport } from "../../../src/shared/doctor.ts";
import type { BackupStatus } from "../../../src/shared/settings/backups.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { startTestHub } from "../../support/hub.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { openTestStore } from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

const HOUR_MS = 3_600_000;
/** How often the hub looks whether a backup is due. */
const LOOK_MS = 60_000;
/** By the clock of this computer. */
const NOON = new Date(2026, 0, 31, 12).getTime();

/** To where the hub looks next after so many hours: what happens in between does not matter here. */
function goOn(hub: HubInside, hours: number): void {
  hub.clock.set(hub.clock.now() + hours * HOUR_MS - LOOK_MS);
  hub.clock.advance(LOOK_MS);
}

const ask = async (hub: HubInside, path = "", init: RequestInit = {}): Promise<BackupStatus> =>
  (await hub.fetch(`/api/v1/backups${path}`, init)).json();

const untilIdle = (hub: HubInside) =>
  until("no backup is under way", async () => {
    const status = await ask(hub);
    return status.running === null ? status : undefined;
  });

async function make(hub: HubInside): Promise<BackupStatus> {
  expect((await hub.fetch("/api/v1/backups", { method: "POST" })).status).toBe(202);
  return untilIdle(hub);
}

const findingOf = async (hub: HubInside) => {
  const { checks }: DiagnosticReport = await (await hub.fetch("/api/v1/doctor")).json();
  return checks.find(({ id }) => id === "backups");
};

test("a backup is made at night, at the hour that is set, and the doctor knows", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  const tonight = new Date(2026, 1, 1, 4).getTime();
  const changed = await ask(hub, "", { method: "PATCH", body: JSON.stringify({ hour: 4 }) });
  expect(changed).toMatchObject({ kind: "files", nextMs: tonight, folder: join(hub.path, "backups"), last: null });
  goOn(hub, 15.9);
  expect((await untilIdle(hub)).backups).toEqual([]);
  goOn(hub, 0.2);
  const status = await untilIdle(hub);
  expect(status).toMatchObject({ last: { outcome: "sound" }, nextMs: tonight + 24 * HOUR_MS });
  expect(status.backups).toMatchObject([{ isDamaged: false, isEncrypted: false }]);
  expect(readdirSync(status.folder)).toEqual(status.backups.map(({ name }) => name));
  expect(await findingOf(hub)).toMatchObject({ state: "fine" });

  await ask(hub, "", { method: "PATCH", body: JSON.stringify({ nightly: false }) });
  goOn(hub, 72);
  expect((await untilIdle(hub)).backups).toHaveLength(1);
  expect(await findingOf(hub)).toBeUndefined();
});

test("a failed backup is reported, retried after an hour, and leaves nothing behind", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  hub.freeBytes = 1;
  const status = await make(hub);
  expect(status).toMatchObject({ last: { outcome: "failed" }, nextMs: NOON + HOUR_MS, backups: [] });
  expect(status.last?.problem).toContain("free at");
  expect(await findingOf(hub)).toMatchObject({ state: "wrong", message: status.last?.problem });
  expect(readdirSync(status.folder)).toEqual([]);
  hub.freeBytes = 1e12;
  goOn(hub, 1.1);
  expect((await untilIdle(hub)).last).toEqual({ atMs: expect.any(Number), outcome: "sound" });
});

test("a backup is made at once where the last one is yet to come, by a clock that was a year ahead", async () => {
  await using hub = await startHubInside({ nowMs: NOON + 365 * 24 * HOUR_MS });
  expect(await make(hub)).toMatchObject({ last: { outcome: "sound" } });
  hub.clock.set(NOON);
  hub.clock.advance(LOOK_MS);
  expect(await untilIdle(hub)).toMatchObject({
    last: { atMs: NOON + LOOK_MS, outcome: "sound" },
    nextMs: new Date(2026, 1, 1, 3).getTime(),
  });
});

test("the doctor reports when no valid backup is younger than two days", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await make(hub);
  hub.clock.set(NOON + 49 * HOUR_MS);
  expect(await findingOf(hub)).toMatchObject({ state: "wrong", title: "There is no recent backup" });
});

test("a hub restarts with what is restored, at the same address, and keeps what was there", async () => {
  await using hub = await startTestHub();
  const call = (path: string, method = "GET", body?: object) => {
    const { http, token } = hub.file;
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    return fetch(http + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  };
  const values = async () => {
    const { readings } = await (await call("/api/v1/readings")).json();
    return readings.map(({ value }: { value: number }) => value);
  };
  await call("/data", "POST", { device_id: "pi", t: 1 });
  await call("/api/v1/backups", "POST");
  const backup = await until("there is a backup", async () => {
    const { backups, running }: BackupStatus = await (await call("/api/v1/backups")).json();
    return running === null ? backups[0] : undefined;
  });
  await call("/data", "POST", { device_id: "pi", t: 2 });
  const before = hub.file;
  expect((await call(`/api/v1/backups/${backup.name}/restore`, "POST")).status).toBe(202);
  await until("the hub runs again", async () => {
    // In between there is no file.
    const token = existsSync(join(hub.folder.path, "hub.json")) ? hub.file.token : before.token;
    return token === before.token ? undefined : true;
  });
  expect([hub.file.http, hub.file.mqtt, await values()]).toEqual([before.http, before.mqtt, [1]]);
  const kept = readdirSync(hub.folder.path).filter((name) => name.startsWith("bramble.db.before-restore-"));
  expect(kept).toHaveLength(1);

  // One on which the hub does not start gives way to the database from before.
  await hub.end("SIGTERM");
  writeFileSync(join(hub.folder.path, "bramble.db.staged"), "no database");
  await hub.start();
  expect(await values()).toEqual([1]);
});

test("no damaged, unknown or foreign file is restored", async () => {
  await using hub = await startHubInside({ nowMs: NOON, onRestart: () => expect.unreachable() });
  const { folder } = await make(hub);
  const restore = (name: string) => hub.fetch(`/api/v1/backups/${name}/restore`, { method: "POST" });
  expect((await restore("bramble-20200101T000000Z.db")).status).toBe(404);
  expect((await restore(encodeURIComponent("../bramble.db"))).status).toBe(404);
  writeFileSync(join(folder, "bramble-20200101T000000Z.db"), "no database");
  expect((await restore("bramble-20200101T000000Z.db")).status).toBe(202);
  const { restoreProblem } = await untilIdle(hub);
  expect(restoreProblem).toContain("bramble-20200101T000000Z.db was not restored");
  expect(readdirSync(hub.path).filter((name) => name.includes("staged"))).toEqual([]);
});

test("with a passphrase they are encrypted, and restored by a hub that has it", async () => {
  let restarts = 0;
  const env = { BRAMBLE_PASSPHRASE: "correct horse" };
  await using hub = await startHubInside({ nowMs: NOON, env, onRestart: () => restarts++ });
  await hub.post({ device_id: "pi", t: 1 });
  const { folder, backups, isEncrypting } = await make(hub);
  const [backup] = backups;
  expect([isEncrypting, backup?.isEncrypted]).toEqual([true, true]);
  expect(isEncryptedFile(join(folder, backup?.name ?? ""))).toBe(true);
  await hub.fetch(`/api/v1/backups/${backup?.name}/restore`, { method: "POST" });
  await until("the hub is asked to restart", async () => (restarts === 1 ? true : undefined));

  await using other = await startHubInside({ nowMs: NOON, onRestart: () => expect.unreachable() });
  const { folder: elsewhere } = await make(other);
  copyFileSync(join(folder, backup?.name ?? ""), join(elsewhere, backup?.name ?? ""));
  await other.fetch(`/api/v1/backups/${backup?.name}/restore`, { method: "POST" });
  expect((await untilIdle(other)).restoreProblem).toContain("--passphrase-file FILE");
});

test("an invalid folder is refused", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  for (const folder of ["backups", "/proc/nowhere", ""]) {
    const answer = await hub.fetch("/api/v1/backups", { method: "PATCH", body: JSON.stringify({ folder }) });
    expect(answer.status, folder).toBe(400);
  }
  const folder = join(hub.path, "elsewhere");
  expect(await ask(hub, "", { method: "PATCH", body: JSON.stringify({ folder }) })).toMatchObject({ folder });
  expect((await make(hub)).backups).toHaveLength(1);
  expect(readdirSync(folder)).toHaveLength(1);
});

test("a change that cannot be saved changes nothing, and two at once are both in force", async () => {
  const clock = new FakeClock(NOON);
  await using open = await openTestStore(clock);
  const backupsOf = () =>
    new Backups({
      store: null,
      records: open.store.records,
      databasePath: open.path,
      defaultFolder: "/nowhere",
      folder: null,
      passphrase: null,
      freeBytes: async () => null,
      exportSetUp: async () => "",
      restart: null,
      clock,
      log: pino({ enabled: false }),
    });
  const backups = backupsOf();
  await backups.start();
  await Promise.all([backups.change({ hour: 5 }), backups.change({ nightly: false })]);
  expect(backups.status("en")).toMatchObject({ hour: 5, nightly: false });
  await open.store.stop();
  await expect(backups.change({ hour: 6, nightly: true })).rejects.toThrow();
  expect(backups.status("en")).toMatchObject({ hour: 5, nightly: false });
  await backups.stop();
  await open.reopen();
  const next = backupsOf();
  await next.start();
  expect(next.status("en")).toMatchObject({ hour: 5, nightly: false });
  await next.stop();
});
