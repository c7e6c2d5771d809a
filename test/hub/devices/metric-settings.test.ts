// People's settings of a device's metrics: label, unit, kind, decimals, order and hiding.
import { expect, test } from "vitest";
import type { Device } from "../../../src/shared/device.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

const patch = (hub: HubInside, metrics: unknown) =>
  hub.fetch("/api/v1/devices/pi", { method: "PATCH", body: JSON.stringify({ metrics }) });

async function metricsOf(hub: HubInside): Promise<Device["metrics"]> {
  const device: Device = await (await hub.fetch("/api/v1/devices/pi")).json();
  return device.metrics;
}

test("people's settings of a metric override field by field, and survive a restart", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", a: 1, b: 2, c: 3 });
  expect((await patch(hub, { a: { label: "Water", unit: "l", decimals: 1, kind: "counter" } })).status).toBe(200);
  await patch(hub, { a: { unit: null, hidden: true }, c: { place: 0 } });
  await hub.restart();
  expect(await metricsOf(hub)).toMatchObject([
    { name: "c" },
    { name: "a", label: "Water", decimals: 1, kind: "counter", hidden: true },
    { name: "b" },
  ]);
  expect((await metricsOf(hub))[1]).not.toHaveProperty("unit");
  expect((await metricsOf(hub))[0]).not.toHaveProperty("place");
  await patch(hub, { a: null });
  expect((await metricsOf(hub)).find(({ name }) => name === "a")).not.toHaveProperty("label");
});

test.each([{ a: { decimals: 7 } }, { a: { kind: "gauge" } }, { a: { label: "" } }, { a: { more: 1 } }])(
  "%j is refused, and nothing changes",
  async (metrics) => {
    await using hub = await startHubInside();
    await hub.post({ device_id: "pi", a: 1 });
    const response = await patch(hub, metrics);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: "bad-request" });
    expect((await metricsOf(hub))[0]).not.toHaveProperty("label");
  },
);

test("raw rows come oldest first where that is asked for, a page at a time", async () => {
  await using hub = await startHubInside();
  const nowMs = hub.clock.now();
  await hub.post([3, 1, 2].map((a) => ({ device_id: "pi", a, ts: nowMs - 10_000 + a * 1_000 })));
  const first = await (await hub.fetch("/api/v1/readings?order=oldest&limit=2")).json();
  expect(first.readings.map(({ value }: { value: number }) => value)).toEqual([1, 2]);
  const rest = await (await hub.fetch(`/api/v1/readings?order=oldest&cursor=${first.next}`)).json();
  expect(rest.readings.map(({ value }: { value: number }) => value)).toEqual([3]);
  expect(rest.next).toBeNull();
});
