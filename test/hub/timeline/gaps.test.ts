// Reasons of gaps: pauses of the hub, late readings, and changes of a device's attributes, all across restarts.
import { expect, test } from "vitest";
import { HubEvents } from "../../../src/hub/events.ts";
import { HubPauses } from "../../../src/hub/timeline/hub-pauses.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { openTestStore } from "../../support/stores/store.ts";

const START = Date.UTC(2026, 0, 31, 12);
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const ask = async (hub: HubInside, path: string) => (await hub.fetch(`/api/v1/${path}`)).json();

test("stops of the hub and sleep of its computer are recorded; setting the clock is not sleep", async () => {
  await using open = await openTestStore();
  const clock = new FakeClock(START);
  let upMs = 0;
  clock.every(SECOND_MS, () => {
    upMs += SECOND_MS;
  });
  const failures: unknown[] = [];
  const start = async (lastSeenMs = 0) => {
    const pauses = new HubPauses({
      records: open.store.records,
      clock,
      events: new HubEvents(),
      lastSeenMs: () => lastSeenMs,
      onFailure: (error) => failures.push(error),
      uptimeMs: () => upMs,
    });
    await pauses.start();
    return pauses;
  };
  const first = await start();
  clock.advance(MINUTE_MS);
  expect(first.list({ fromMs: 0, toMs: 1e14 })).toEqual([]);
  clock.set(clock.now() + HOUR_MS);
  clock.advance(MINUTE_MS);
  expect(first.list({ fromMs: 0, toMs: 1e14 })).toEqual([]);
  const fellAsleepMs = clock.now();
  upMs += HOUR_MS;
  clock.set(clock.now() + HOUR_MS);
  clock.advance(10 * SECOND_MS);
  const asleep = { kind: "asleep", time: fellAsleepMs, timeEnd: fellAsleepMs + HOUR_MS + 10 * SECOND_MS };
  expect(first.list({ fromMs: 0, toMs: 1e14 })).toEqual([asleep]);
  await first.stop();
  const stoppedMs = clock.now();
  clock.set(stoppedMs + 3 * HOUR_MS);
  const second = await start();
  const off = { kind: "off", time: stoppedMs, timeEnd: stoppedMs + 3 * HOUR_MS };
  expect(second.list({ fromMs: 0, toMs: 1e14 })).toEqual([asleep, off]);
  // It sleeps, and is stopped as soon as it is awake.
  clock.advance(MINUTE_MS);
  const secondAsleepMs = clock.now();
  upMs += HOUR_MS;
  clock.set(clock.now() + HOUR_MS);
  await second.stop();
  expect(second.list({ fromMs: secondAsleepMs, toMs: 1e14 })).toEqual([
    { kind: "asleep", time: secondAsleepMs, timeEnd: secondAsleepMs + HOUR_MS },
  ]);
  // It is killed: the last reading tells until when it ran.
  clock.advance(MINUTE_MS);
  const killedMs = clock.now();
  clock.set(killedMs + HOUR_MS);
  const third = await start(killedMs - SECOND_MS);
  expect(third.list({ fromMs: killedMs, toMs: 1e14 })).toEqual([
    { kind: "off", time: killedMs - SECOND_MS, timeEnd: killedMs + HOUR_MS },
  ]);
  await third.stop();
  await second.stop();
  expect(failures).toEqual([]);
});

test("readings sent after an outage are marked as late, timely ones are not", async () => {
  await using hub = await startHubInside({ nowMs: START });
  const send = async (ts: number) => expect((await hub.post({ device_id: "pi", ts, t: 1 })).status).toBe(200);
  for (let index = 0; index < 6; index++) {
    hub.clock.advance(10 * SECOND_MS);
    await send(hub.clock.now());
  }
  const offlineMs = hub.clock.now();
  hub.clock.advance(HOUR_MS);
  const rows = Array.from({ length: 300 }, (_, index) => ({
    device_id: "pi",
    ts: offlineMs + (index + 1) * 10 * SECOND_MS,
    t: 1,
  }));
  expect((await hub.post(rows)).status).toBe(200);
  hub.clock.advance(10 * SECOND_MS);
  await send(hub.clock.now());
  const backfill = {
    time: offlineMs + 10 * SECOND_MS,
    timeEnd: offlineMs + 3_000 * SECOND_MS,
    receivedMs: offlineMs + HOUR_MS,
  };
  expect(await ask(hub, "devices/pi/backfills")).toEqual({ backfills: [backfill] });
  await hub.restart();
  expect(await ask(hub, "devices/pi/backfills")).toEqual({ backfills: [backfill] });
  expect((await hub.fetch("/api/v1/devices/nobody/backfills")).status).toBe(404);
});

test("a device that sends every ten minutes is not late with its batch", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (let message = 0; message < 10; message++) {
    hub.clock.advance(10 * MINUTE_MS);
    const rows = Array.from({ length: 10 }, (_, index) => ({
      device_id: "pi",
      ts: hub.clock.now() - (9 - index) * MINUTE_MS,
      t: 1,
    }));
    await hub.post(rows);
  }
  const { backfills } = await ask(hub, "devices/pi/backfills");
  // Its pace has to be known first.
  for (const { receivedMs } of backfills) expect(receivedMs).toBeLessThan(START + HOUR_MS);
});

test("changes of attributes are stored, and constantly changing ones do not displace others", async () => {
  await using hub = await startHubInside({ nowMs: START });
  const send = (texts: object) => hub.post({ device_id: "pi", t: 1, ...texts });
  await send({ firmware: "v1.0" });
  hub.clock.advance(HOUR_MS);
  await send({ firmware: "v1.1" });
  for (let index = 0; index < 60; index++) {
    hub.clock.advance(SECOND_MS);
    await send({ firmware: "v1.1", uptime: `up ${index} minutes` });
  }
  await hub.restart();
  const { changes } = await ask(hub, "devices/pi/changes");
  expect(changes).toHaveLength(10);
  expect(changes.slice(-2)).toEqual([
    { name: "firmware", text: "v1.1", before: "v1.0", changedMs: START + HOUR_MS },
    { name: "firmware", text: "v1.0", changedMs: START },
  ]);
  expect(changes[0]).toMatchObject({ name: "uptime", text: "up 59 minutes", before: "up 58 minutes" });
});
