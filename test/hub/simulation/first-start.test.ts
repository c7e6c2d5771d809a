// The first start: steps that tick themselves, and simulated Pis that leave nothing behind.
import { expect, test } from "vitest";
import type { Chart, CommandList } from "../../../src/shared/api.ts";
import type { Command } from "../../../src/shared/controls/command.ts";
import type { Device } from "../../../src/shared/device.ts";
import type { FirstSteps } from "../../../src/shared/first-start.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const NOW_MS = Date.UTC(2026, 5, 1, 12);
const HOUR_MS = 3_600_000;

const json = async <T>(hub: HubInside, path: string, init: RequestInit = {}): Promise<T> =>
  (await hub.fetch(`/api/v1/${path}`, init)).json();
const devices = async (hub: HubInside) => (await json<{ devices: Device[] }>(hub, "devices")).devices;
const steps = (hub: HubInside) => json<FirstSteps>(hub, "first-steps");
const chart = (hub: HubInside, metric: string, fromMs: number, toMs: number) =>
  json<Chart>(hub, `devices/sim-greenhouse/readings?metric=${metric}&from=${fromMs}&to=${toMs}&points=2000`);
const storedAtAll = async (hub: HubInside) =>
  (await json<{ readings: object[] }>(hub, "readings?limit=10")).readings.length;

test("simulated Pis have an hour of history, execute commands, survive a restart, and are removed with all data", async () => {
  await using hub = await startHubInside({ nowMs: NOW_MS, joining: "closed", flags: ["--anonymous", "none"] });
  const answer = await hub.fetch("/api/v1/simulation", { method: "POST", headers: { "accept-language": "en" } });
  expect(answer.status).toBe(201);
  const { devices: ids } = await answer.json();
  expect(ids).toEqual(["sim-greenhouse", "sim-living-room", "sim-workshop", "sim-cellar", "sim-weather"]);

  const all = await devices(hub);
  expect(all.map(({ simulated, joining }) => [simulated, joining])).toEqual(Array(5).fill([true, "approved"]));
  const greenhouse = all.find(({ id }) => id === "sim-greenhouse");
  expect(greenhouse).toMatchObject({ name: "Greenhouse", room: "Garden", presence: { online: true } });
  expect(greenhouse?.metrics.map(({ name, unit, label }) => [name, unit, label])).toEqual([
    ["temperature", "°C", "Temperature"],
    ["humidity", "%", "Humidity"],
    ["soil", "%", "Soil moisture"],
  ]);
  const hour = await chart(hub, "soil", NOW_MS - HOUR_MS, NOW_MS);
  const values = hour.buckets.map(({ avg }) => avg);
  expect(hour.buckets.reduce((sum, { n }) => sum + n, 0)).toBe(HOUR_MS / 2_000);
  expect(Math.min(...values)).toBeGreaterThan(35);
  expect(Math.max(...values)).toBeLessThan(47);
  expect(new Set(values).size).toBeGreaterThan(10);

  // The pump is done, says so, and the soil becomes wetter.
  const body = JSON.stringify({ control: "pump", value: true });
  const { id: commandId } = await json<Command>(hub, "devices/sim-greenhouse/commands", { method: "POST", body });
  await until(
    "the command",
    async () => (await json<Command>(hub, `commands/${commandId}`)).state === "done" || undefined,
  );
  hub.clock.advance(120_000);
  const wetter = async () => {
    const { metrics, controls } = (await devices(hub)).find(({ id }) => id === "sim-greenhouse") ?? {};
    expect(controls?.find(({ control }) => control.id === "pump")?.reported?.value).toBe(true);
    return (metrics?.find(({ name }) => name === "soil")?.latest.value ?? 0) > 50;
  };
  await until("wet soil", async () => (await wetter()) || undefined);

  // A restart finds them, fills in the ten minutes that are missing, and has no reading twice.
  hub.clock.advance(600_000 - 120_000);
  await hub.restart();
  await until(
    "the missing past",
    async () => (await chart(hub, "soil", NOW_MS + 590_000, NOW_MS + 600_000)).buckets[0],
  );
  const sum = (await chart(hub, "soil", NOW_MS, NOW_MS + 600_000)).buckets.reduce((total, { n }) => total + n, 0);
  expect(sum).toBeLessThanOrEqual(600_000 / 2_000 + 1);
  // A second press adds nothing.
  expect((await json<{ devices: string[] }>(hub, "simulation", { method: "POST" })).devices).toEqual(ids);
  expect((await json<CommandList>(hub, "devices/sim-greenhouse/commands")).commands).toHaveLength(1);

  expect((await hub.fetch("/api/v1/simulation", { method: "DELETE" })).status).toBe(204);
  expect(await devices(hub)).toEqual([]);
  expect(await storedAtAll(hub)).toBe(0);
  expect((await hub.fetch(`/api/v1/commands/${commandId}`)).status).toBe(404);
  hub.clock.advance(10_000);
  await hub.restart();
  expect(await devices(hub)).toEqual([]);
  expect(await storedAtAll(hub)).toBe(0);
  expect((await steps(hub)).done).toEqual(["command"]);
});

test("a Pi of somebody's own with the name of a simulated one stays, and one that was removed by hand is no more", async () => {
  await using hub = await startHubInside({ nowMs: NOW_MS });
  await hub.post({ device_id: "sim-cellar", t: 1 });
  const { devices: ids } = await json<{ devices: string[] }>(hub, "simulation", { method: "POST" });
  expect(ids).toContain("sim-cellar-2");
  expect((await hub.fetch("/api/v1/devices/sim-weather", { method: "DELETE" })).status).toBe(204);
  hub.clock.advance(4_000);
  await hub.fetch("/api/v1/simulation", { method: "DELETE" });
  expect((await devices(hub)).map(({ id }) => id)).toEqual(["sim-cellar"]);
});

test("the first steps tick themselves, are remembered, and are shown to no hub that had devices", async () => {
  await using hub = await startHubInside({ nowMs: NOW_MS, joining: "ask" });
  expect(await steps(hub)).toEqual({ done: [], dismissed: false });
  await hub.post({ device_id: "pi", t: 1 });
  expect((await steps(hub)).done).toEqual(["device"]);
  await hub.fetch("/api/v1/devices/pi/approve", { method: "POST", body: "" });
  expect((await steps(hub)).done).toEqual(["device", "reading"]);
  const person = JSON.stringify({ name: "ada", role: "admin", password: "correct horse battery" });
  expect((await hub.fetch("/api/v1/people", { method: "POST", body: person })).status).toBe(201);
  await hub.fetch("/api/v1/devices/pi", { method: "DELETE" });
  await hub.restart();
  expect(await steps(hub)).toEqual({ done: ["device", "reading", "account"], dismissed: false });
  const body = JSON.stringify({ dismissed: true });
  expect((await hub.fetch("/api/v1/first-steps", { method: "PUT", body })).status).toBe(200);
  await hub.restart();
  expect((await steps(hub)).dismissed).toBe(true);
});

test("a hub with simulated Pis alone shows its first steps after a restart, too", async () => {
  await using hub = await startHubInside({ nowMs: NOW_MS });
  await hub.fetch("/api/v1/simulation", { method: "POST" });
  await hub.restart();
  expect(await devices(hub)).toHaveLength(5);
  expect(await steps(hub)).toEqual({ done: [], dismissed: false });
});
