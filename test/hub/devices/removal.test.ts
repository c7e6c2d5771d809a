// A deleted device is removed after a minute, in which that can be cancelled. The hub runs in the test's process with a fake clock.
import { expect, test } from "vitest";
import type { DeviceList, ReadingsPage } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { AuditPage } from "../../../src/shared/security/access.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const NOON = Date.UTC(2026, 0, 31, 12);
const MINUTE_MS = 60_000;

async function ask<T>(hub: HubInside, path: string, method = "GET"): Promise<T> {
  const response = await hub.fetch(`/api/v1/${path}`, { method });
  expect([path, response.status]).toEqual([path, 200]);
  return response.json();
}

const remove = (hub: HubInside, id = "pi") => ask<Device>(hub, `devices/${id}/removal`, "POST");
const keep = (hub: HubInside, id = "pi") => ask<Device>(hub, `devices/${id}/removal`, "DELETE");
const deviceOf = async (hub: HubInside, id = "pi") =>
  (await ask<DeviceList>(hub, "devices")).devices.find((device) => device.id === id);
const values = async (hub: HubInside) =>
  (await ask<ReadingsPage>(hub, "readings?device=pi")).readings.map(({ value }) => value).reverse();
const untilGone = (hub: HubInside) =>
  until("the device is gone", async () => ((await deviceOf(hub)) === undefined ? true : undefined));

test("a deleted device continues for a minute, and loses nothing if that is cancelled", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  expect((await remove(hub)).removal).toEqual({ dueMs: NOON + MINUTE_MS });
  hub.clock.advance(MINUTE_MS - 1);
  await hub.post({ device_id: "pi", t: 2 });
  expect((await keep(hub)).removal).toBeUndefined();
  // Taking it back twice is fine.
  expect((await keep(hub)).removal).toBeUndefined();
  hub.clock.advance(10 * MINUTE_MS);
  await hub.post({ device_id: "pi", t: 3 });
  expect(await values(hub)).toEqual([1, 2, 3]);
});

test("after the minute it is removed with its history, and is new if it sends again", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  await hub.post({ device_id: "other", t: 1 });
  await remove(hub);
  hub.clock.advance(MINUTE_MS);
  await untilGone(hub);
  expect(await values(hub)).toEqual([]);
  expect(await deviceOf(hub, "other")).toBeDefined();
  hub.clock.advance(10 * MINUTE_MS);
  await hub.post({ device_id: "pi", t: 2 });
  hub.clock.advance(10 * MINUTE_MS);
  expect([await values(hub), (await deviceOf(hub))?.removal]).toEqual([[2], undefined]);
});

test("a hub that ends meanwhile removes it after its next start, and it can be taken back until then", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  await remove(hub);
  await hub.restart();
  expect((await deviceOf(hub))?.removal).toEqual({ dueMs: NOON + MINUTE_MS });
  await keep(hub);
  await hub.restart();
  hub.clock.advance(10 * MINUTE_MS);
  expect(await values(hub)).toEqual([1]);

  await remove(hub);
  hub.clock.set(NOON + 20 * MINUTE_MS);
  await hub.restart();
  expect(await values(hub)).toEqual([1]);
  hub.clock.advance(10_000);
  await untilGone(hub);
  await hub.restart();
  expect(await values(hub)).toEqual([]);
});

test("setting the clock neither hastens nor delays it", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  await remove(hub);
  hub.clock.set(NOON + 24 * 60 * MINUTE_MS);
  hub.clock.advance(MINUTE_MS - 1);
  expect((await deviceOf(hub))?.removal).toBeDefined();
  hub.clock.set(NOON);
  hub.clock.advance(1);
  await untilGone(hub);
});

test("merging into a device that is being removed is refused; an unknown device is reported", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  for (const id of ["pi", "old"]) await hub.post({ device_id: id, t: 1 });
  await remove(hub);
  const merged = await hub.fetch("/api/v1/devices/old/merge", { method: "POST", body: JSON.stringify({ into: "pi" }) });
  expect([merged.status, await merged.json()]).toMatchObject([503, { error: "device-leaving" }]);
  expect(await deviceOf(hub, "old")).toBeDefined();
  for (const method of ["POST", "DELETE"]) {
    const response = await hub.fetch("/api/v1/devices/nobody/removal", { method });
    expect([response.status, await response.json()]).toMatchObject([404, { error: "no-such-device" }]);
  }
});

test("who deleted and who kept it is in the audit log", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await hub.post({ device_id: "pi", t: 1 });
  await remove(hub);
  await keep(hub);
  // It is written once it is answered.
  await until("both are in the audit log", async () => {
    const { entries } = await ask<AuditPage>(hub, "audit");
    const actions = new Set(entries.map(({ action }) => action));
    return actions.has("device.remove") && actions.has("device.keep") ? true : undefined;
  });
});
