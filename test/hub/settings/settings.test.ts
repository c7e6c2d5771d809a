// What people set of the hub itself, over its API: its name, a change of the network on trial, and its set-up as a file.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { differences } from "../../../src/hub/settings/differences.ts";
import type { HubInfo } from "../../../src/shared/api.ts";
import type { TrialStatus } from "../../../src/shared/settings/hub-settings.ts";
import type { SetUpFile, SetUpOutcome } from "../../../src/shared/settings/set-up.ts";
import { runBramble } from "../../support/hub.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const HOUR_MS = 3_600_000;

async function ask<T>(hub: HubInside, method: string, path: string, body?: object): Promise<T> {
  const answer = await hub.fetch(`/api/v1/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.status, `${method} ${path}`).toBe(200);
  return answer.json();
}

test("a hub's name and how it is advertised are kept", async () => {
  await using hub = await startHubInside();
  const { computerName } = await ask<{ computerName: string }>(hub, "GET", "settings");
  await ask(hub, "PATCH", "settings", { name: " Greenhouse ", mdnsLabel: "garden" });
  await hub.restart();
  expect(await ask(hub, "GET", "settings")).toMatchObject({ name: "Greenhouse", mdnsLabel: "garden", mdnsName: null });
  expect((await ask<HubInfo>(hub, "GET", "hub")).name).toBe("Greenhouse");
  expect(await ask(hub, "PATCH", "settings", { name: null })).toMatchObject({ name: computerName });
  // It was started with --no-mdns.
  const locked = await hub.fetch("/api/v1/settings", { method: "PATCH", body: JSON.stringify({ advertise: true }) });
  expect(locked.status).toBe(409);
  const wrong = await hub.fetch("/api/v1/settings", { method: "PATCH", body: JSON.stringify({ mdnsLabel: "A b" }) });
  expect(wrong.status).toBe(400);
});

test("settings that are changed at the same time are all kept", async () => {
  await using hub = await startHubInside();
  const changes = [{ name: "Greenhouse" }, { mdnsLabel: "garden" }];
  await Promise.all(changes.map((change) => ask(hub, "PATCH", "settings", change)));
  expect(await ask(hub, "GET", "settings")).toMatchObject({ name: "Greenhouse", mdnsLabel: "garden" });
});

const allowed = async (hub: HubInside) => (await ask<{ allow: string[] }>(hub, "GET", "access")).allow;

test("a change of the network undoes itself, also over a restart, unless it is kept", async () => {
  await using hub = await startHubInside();
  const change = (allow: string[]) => ask(hub, "PATCH", "access?undoAfter=60", { allow });
  await change(["203.0.113.0/24"]);
  await change(["198.51.100.0/24"]);
  hub.clock.advance(30_000);
  expect(await ask(hub, "GET", "trial")).toMatchObject({ trial: { subjects: ["access"] } });
  await hub.restart();
  expect(await allowed(hub)).toEqual(["198.51.100.0/24"]);
  hub.clock.advance(31_000);
  await until("what was before the first change is back", async () =>
    (await allowed(hub)).length === 0 ? true : undefined,
  );
  await until("the trial is over", async () => {
    const { trial } = await ask<TrialStatus>(hub, "GET", "trial");
    return trial === null ? true : undefined;
  });

  await change(["203.0.113.0/24"]);
  expect(await ask(hub, "POST", "trial/keep")).toEqual({ trial: null });
  hub.clock.advance(61_000);
  await hub.restart();
  expect(await allowed(hub)).toEqual(["203.0.113.0/24"]);

  // Without a trial, as commands do it, it stays at once.
  await ask(hub, "PATCH", "access", { allow: [] });
  expect(await ask(hub, "GET", "trial")).toEqual({ trial: null });
});

test("of two settings that are changed on trial both are again as they were", async () => {
  await using hub = await startHubInside();
  await ask(hub, "PATCH", "access?undoAfter=60", { anonymous: "all" });
  await ask(hub, "PATCH", "access?undoAfter=60", { allow: ["203.0.113.0/24"] });
  await ask(hub, "POST", "trial/undo");
  expect(await ask(hub, "GET", "access")).toMatchObject({ anonymous: "readings", allow: [] });
});

test("TLS on trial goes off again, and a change that is refused starts no trial", async () => {
  await using hub = await startHubInside({ flags: ["--https-port", "0", "--mqtts-port", "0"] });
  await ask(hub, "PATCH", "tls?undoAfter=10", { mode: "off" });
  await ask(hub, "POST", "trial/undo");
  expect(await ask(hub, "GET", "tls")).toMatchObject({ mode: "own" });
  const refused = await hub.fetch("/api/v1/tls?undoAfter=10", { method: "PATCH", body: '{"mode":"files"}' });
  expect(refused.status).toBe(400);
  expect(await ask(hub, "GET", "trial")).toEqual({ trial: null });
  expect((await hub.fetch("/api/v1/tls?undoAfter=5", { method: "PATCH", body: "{}" })).status).toBe(400);
});

test("the growth rate is known after some hours, with the time until the disk is full", async () => {
  await using hub = await startHubInside();
  expect(await ask(hub, "GET", "storage")).toMatchObject({ bytesPerDay: null, fullAtMs: null, freeBytes: 1e12 });
  hub.clock.set(hub.clock.now() + 12 * HOUR_MS);
  await hub.post(Object.fromEntries([["device_id", "pi"], ...Array.from({ length: 200 }, (_, n) => [`m${n}`, n])]));
  const { bytesPerDay, fullAtMs } = await ask<{ bytesPerDay: number; fullAtMs: number }>(hub, "GET", "storage");
  expect(bytesPerDay).toBeGreaterThan(0);
  expect(fullAtMs).toBeCloseTo(hub.clock.now() + (1e12 / bytesPerDay) * 24 * HOUR_MS, -4);
});

const apply = (hub: HubInside, file: object, query = "") => ask<SetUpOutcome>(hub, "PUT", `set-up${query}`, file);

test("a set-up goes from one hub to another, twice without a change, and to devices that come later", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  const given = { name: "Attic", room: "Roof", tags: ["b"], metrics: { t: { unit: "°C", label: "Temperature" } } };
  await ask(hub, "PATCH", "devices/pi", given);
  await hub.fetch("/api/v1/views", { method: "POST", body: '{"name":"v","series":[{"device":"pi","metric":"t"}]}' });
  await ask(hub, "PUT", "retention", { rules: [{ keepDays: 30 }] });
  await ask(hub, "PATCH", "settings", { name: "Home" });
  const file = await ask<SetUpFile>(hub, "GET", "set-up");
  expect(file.devices).toEqual({ pi: given });
  expect(JSON.stringify(file)).not.toMatch(/secret|token|password|key"/);
  expect(await apply(hub, file)).toEqual({ applied: true, changes: [], awaited: [] });

  await using other = await startHubInside();
  const dry = await apply(other, file, "?dryRun=true");
  expect(dry).toMatchObject({ applied: false, awaited: ["pi"] });
  expect(dry.changes).toContainEqual({ path: "hub.name", before: null, after: "Home" });
  expect(dry.changes).toContainEqual({ path: "devices.pi.metrics.t.unit", before: null, after: "°C" });
  expect((await ask<SetUpFile>(other, "GET", "set-up")).devices).toEqual({});
  expect((await apply(other, file)).changes).toEqual(dry.changes);
  expect((await apply(other, file)).changes).toEqual([]);
  await other.restart();
  expect(await ask(other, "GET", "set-up")).toEqual(file);
  await other.post({ device_id: "pi", t: 2 });
  await until("the device has its name", async () => {
    const { devices } = await ask<{ devices: { name: string }[] }>(other, "GET", "devices");
    return devices[0]?.name === "Attic" ? true : undefined;
  });
  expect(await ask(other, "GET", "set-up")).toEqual(file);

  // A device gets exactly what stands there.
  const { changes } = await apply(other, { format: "bramble-set-up", version: 1, devices: { pi: { room: "Roof" } } });
  const gone = ["metrics.t.label", "metrics.t.unit", "name", "tags"].map((field) => `devices.pi.${field}`);
  expect(changes.map(({ path }) => path).sort()).toEqual(gone);
  expect((await ask<SetUpFile>(other, "GET", "set-up")).devices).toEqual({ pi: { room: "Roof" } });
});

test.each([
  { format: "other", version: 1 },
  { format: "bramble-set-up", version: 1, stranger: 1 },
  { format: "bramble-set-up", version: 1, devices: { "a/b": { name: "x" } } },
  { format: "bramble-set-up", version: 1, hub: { name: "New" }, retention: [{ keepDays: 1 }, { keepDays: 2 }] },
  { format: "bramble-set-up", version: 1, hub: { name: "New" }, access: { allow: ["nowhere"] } },
  { format: "bramble-set-up", version: 1, hub: { name: "New" }, backups: { folder: "nowhere" } },
])("a file that is wrong changes nothing: %j", async (file) => {
  await using hub = await startHubInside();
  const before = await ask(hub, "GET", "set-up");
  const answer = await hub.fetch("/api/v1/set-up", { method: "PUT", body: JSON.stringify(file) });
  expect(answer.status).toBe(400);
  expect(await ask(hub, "GET", "set-up")).toEqual(before);
});

test("a file with what a flag sets changes nothing, and a dry run says so", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "none"] });
  const before = await ask(hub, "GET", "set-up");
  const file = { format: "bramble-set-up", version: 1, hub: { name: "New" }, access: { anonymous: "all" } };
  for (const query of ["?dryRun=true", ""]) {
    const answer = await hub.fetch(`/api/v1/set-up${query}`, { method: "PUT", body: JSON.stringify(file) });
    expect(answer.status).toBe(409);
    expect(await ask(hub, "GET", "set-up")).toEqual(before);
  }
});

test("bramble config writes the file, and says what applying it changes", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  const path = join(hub.path, "set-up.json");
  const there = ["--data", hub.path];
  expect(await runBramble(["config", "export", path, ...there])).toMatchObject({ code: 0 });
  const file = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...file, devices: { pi: { name: "Attic" } } }));
  const dry = await runBramble(["config", "apply", path, "--dry-run", ...there]);
  expect(dry).toEqual({
    code: 0,
    output: 'devices.pi.name: nothing → "Attic"\n1 value would change. Nothing was changed.\n',
  });
  expect((await runBramble(["config", "apply", path, ...there])).output).toContain("1 value changed.");
  expect((await runBramble(["config", "apply", path, ...there])).output).toContain("Nothing differs");
  writeFileSync(path, "{");
  expect(await runBramble(["config", "apply", path, ...there])).toMatchObject({ code: 1 });
  expect(await runBramble(["config", "apply", ...there])).toMatchObject({ code: 2 });
});

test("differences name each value, in lists as a whole", () => {
  const before = { a: 1, b: { c: [1], d: 2 }, gone: true };
  const after = { a: 1, b: { c: [1, 2], d: 2 }, fresh: "x" };
  expect(differences("x", before, after)).toEqual([
    { path: "x.b.c", before: [1], after: [1, 2] },
    { path: "x.fresh", before: null, after: "x" },
    { path: "x.gone", before: true, after: null },
  ]);
  expect(differences("x", before, after, { onlyNamed: true }).map(({ path }) => path)).toEqual(["x.b.c", "x.fresh"]);
});
