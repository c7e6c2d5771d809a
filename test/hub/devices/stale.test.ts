// Stale sensors and wrong clocks, detected by the times of readings. The hub runs in the test's process with a fake clock.
import { expect, test } from "vitest";
import type { Device } from "../../../src/shared/device.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

const START = Date.UTC(2026, 0, 31, 12);
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

const startHub = () => startHubInside({ nowMs: START });

async function post(hub: HubInside, body: object): Promise<void> {
  expect((await hub.post(body)).status).toBe(200);
}

async function look(hub: HubInside): Promise<Device> {
  return (await hub.fetch("/api/v1/devices/pi")).json();
}

/** The names of the metrics that are stale. */
async function staleOf(hub: HubInside): Promise<string[]> {
  return (await look(hub)).metrics.filter(({ stale }) => stale).map(({ name }) => name);
}

/** Turns the clock in steps, as time passes. */
function pass(hub: HubInside, seconds: number): void {
  for (let left = seconds; left > 0; left -= 1) hub.clock.advance(Math.min(left, 1) * SECOND_MS);
}

async function every(hub: HubInside, seconds: number, times: number, body: (turn: number) => object): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    await post(hub, { device_id: "pi", ...body(turn) });
    pass(hub, seconds);
  }
}

test("a sensor is stale once it has missed three of its own readings, while the others of its device are not", async () => {
  await using hub = await startHub();
  await every(hub, 10, 31, (turn) => ({ fast: turn, ...(turn % 6 === 0 && { slow: turn }) }));
  const { metrics } = await look(hub);
  expect(metrics.map(({ name, usualPauseMs }) => [name, usualPauseMs])).toEqual([
    ["fast", 10_000],
    ["slow", 60_000],
  ]);
  // Only the slow one goes on: the last of the fast one was 10 s ago.
  await every(hub, 18, 1, (turn) => ({ slow: turn }));
  expect(await staleOf(hub)).toEqual([]);
  pass(hub, 3);
  expect(await staleOf(hub)).toEqual(["fast"]);
  expect((await look(hub)).presence.online).toBe(true);
  await post(hub, { device_id: "pi", fast: 1 });
  expect(await staleOf(hub)).toEqual([]);
  pass(hub, 200);
  expect(await staleOf(hub)).toEqual(["fast", "slow"]);
});

test("a metric is not stale before its pace is known, nor within 15 s", async () => {
  await using hub = await startHub();
  await every(hub, 2, 4, (turn) => ({ t: turn }));
  pass(hub, 3_600);
  expect(await staleOf(hub)).toEqual([]);
  await every(hub, 1, 12, (turn) => ({ t: turn }));
  pass(hub, 13);
  expect(await staleOf(hub)).toEqual([]);
  pass(hub, 2);
  expect(await staleOf(hub)).toEqual(["t"]);
});

test("one outage does not change the pace, and an irregular sensor gets more time", async () => {
  await using hub = await startHub();
  await every(hub, 10, 10, (turn) => ({ t: turn }));
  pass(hub, 7_200);
  await every(hub, 10, 3, (turn) => ({ t: turn }));
  pass(hub, 25);
  expect(await staleOf(hub)).toEqual(["t"]);
  for (const seconds of [300, 20, 1, 240, 5, 2, 260, 7]) await every(hub, seconds, 1, () => ({ door: 1 }));
  pass(hub, 700);
  expect(await staleOf(hub)).toEqual(["t"]);
});

test("batches are one message each, and what was kept while offline counts by its own times", async () => {
  await using hub = await startHub();
  for (let minute = 0; minute < 8; minute++) {
    const readings = Array.from({ length: 60 }, (_, second) => ({
      device_id: "pi",
      ts: hub.clock.now() - 60_000 + second * SECOND_MS,
      batched: second,
    }));
    await post(hub, readings);
    pass(hub, 60);
  }
  expect(await staleOf(hub)).toEqual([]);

  const since = hub.clock.now();
  pass(hub, 3_600);
  for (let ts = since; ts < since + HOUR_MS; ts += 300 * SECOND_MS) {
    await post(hub, { device_id: "pi", ts, kept: 1, batched: 1 });
    hub.clock.advance(5);
  }
  pass(hub, 600);
  expect(await staleOf(hub)).toEqual([]);
  pass(hub, 600);
  expect(await staleOf(hub)).toContain("kept");
});

test("what was learned outlives a restart", async () => {
  await using hub = await startHub();
  await every(hub, 10, 10, (turn) => ({ t: turn }));
  await hub.restart();
  expect((await look(hub)).metrics[0]).toMatchObject({ usualPauseMs: 10_000, stale: false });
  pass(hub, 31);
  expect(await staleOf(hub)).toEqual(["t"]);
});

test("distinguishes a wrong clock from late readings", async () => {
  await using hub = await startHub();
  const offOf = async () => (await look(hub)).clockOffMs;
  const send = (aheadMs: number, times: number) =>
    every(hub, 10, times, (turn) => ({ ts: hub.clock.now() + aheadMs, t: turn }));
  await send(-3 * HOUR_MS, 1);
  expect(await offOf()).toBeUndefined();
  await send(-3 * HOUR_MS, 5);
  expect(await offOf()).toBe(-3 * HOUR_MS);
  // It is set right.
  await send(0, 1);
  expect(await offOf()).toBeUndefined();
  pass(hub, 700);
  await send(0, 60);
  pass(hub, 700);
  await send(300 * SECOND_MS, 130);
  expect(await offOf()).toBe(300 * SECOND_MS);
});

test("a device that was offline, or sends no times, has no wrong clock", async () => {
  await using hub = await startHub();
  for (let late = 3_600; late >= 0; late -= 10) {
    await post(hub, { device_id: "pi", ts: hub.clock.now() - late * SECOND_MS, t: late });
    hub.clock.advance(5);
  }
  expect((await look(hub)).clockOffMs).toBeUndefined();
  await every(hub, 10, 5, (turn) => ({ other: turn }));
  expect((await look(hub)).clockOffMs).toBeUndefined();
});
