// A disk that fills: the hub warns in time, stops acknowledging while it can still write, and recovers.
import { writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import { pino } from "pino";
import { expect, test } from "vitest";
import { HubEvents } from "../../../src/hub/events.ts";
import { DiskGuard, freeBytesOf } from "../../../src/hub/observe/disk-guard.ts";
import type {
  ApiError,
  DiskStatus,
  Health,
  HubInfo,
  LiveEvent,
  LiveTicket,
  RefusedList,
} from "../../../src/shared/api.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { TestHub } from "../../support/hub.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../../support/system/small-disk.ts";
import { until } from "../../support/until.ts";

const PLENTY = 1e12;
const LITTLE = 1e9;
const ALMOST_NOTHING = 15e6;

async function healthOf(hub: Pick<HubInside, "fetch">): Promise<{ code: number; health: Health }> {
  const answer = await hub.fetch("/healthz");
  return { code: answer.status, health: await answer.json() };
}

/** Lets the hub see what is left of its disk. */
async function leave(hub: HubInside, freeBytes: number, status: DiskStatus): Promise<void> {
  hub.freeBytes = freeBytes;
  hub.clock.advance(5_000);
  await until(status, async () => ((await healthOf(hub)).health.disk.status === status ? true : undefined));
}

test("it checks every five seconds, and every second while space is low", async () => {
  const clock = new FakeClock(0);
  const looks: number[] = [];
  const changes: DiskStatus[] = [];
  let freeBytes = PLENTY;
  const events = new HubEvents();
  events.diskChanged.on((status) => changes.push(status));
  const guard = new DiskGuard({
    folder: "/data",
    freeBytes: async () => {
      looks.push(clock.now());
      return freeBytes;
    },
    clock,
    log: pino({ enabled: false }),
    events,
  });
  const advance = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1_000);
      await new Promise(setImmediate);
    }
  };

  await guard.start();
  await advance(9);
  expect(looks).toEqual([0, 5_000]);
  freeBytes = 1_999_999_999;
  await advance(3);
  expect(looks).toEqual([0, 5_000, 10_000, 11_000, 12_000]);
  freeBytes = 15_999_999;
  await advance(1);
  expect(guard.status).toBe("full");
  freeBytes = 16_000_000;
  await advance(1);
  freeBytes = 2_000_000_000;
  await advance(1);
  expect(changes).toEqual(["low", "full", "low", "ok"]);
  guard.stop();
  await advance(10);
  expect(looks.at(-1)).toBe(15_000);
});

test("a file system that reports no free space counts as having some", async () => {
  expect(await freeBytesOf("/proc")).toBeNull();
  expect(await freeBytesOf("/no/such/folder")).toBeNull();
  expect(await freeBytesOf("/")).toBeGreaterThan(0);
  const events = new HubEvents();
  events.diskChanged.on(() => expect.unreachable());
  const guard = new DiskGuard({
    folder: "/proc",
    freeBytes: freeBytesOf,
    clock: new FakeClock(0),
    log: pino({ enabled: false }),
    events,
  });
  await guard.start();
  guard.stop();
  expect(guard).toMatchObject({ status: "ok", freeBytes: null });
});

test("with little space the hub continues to store, and warns", async () => {
  await using hub = await startHubInside({ freeBytes: LITTLE });
  expect(await healthOf(hub)).toMatchObject({
    code: 200,
    health: { status: "warning", disk: { status: "low", freeBytes: LITTLE, message: expect.stringContaining("2 GB") } },
  });
  const info: HubInfo = await (await hub.fetch("/api/v1/hub")).json();
  expect(info.disk).toBe("low");
  expect((await hub.post({ device_id: "pi", t: 1 })).status).toBe(200);
  await leave(hub, PLENTY, "ok");
  expect(await healthOf(hub)).toMatchObject({ code: 200, health: { status: "ok" } });
});

test("on a full disk nothing is acknowledged or listed; with space again everything is", async () => {
  await using hub = await startHubInside();
  await leave(hub, ALMOST_NOTHING, "full");
  expect(await healthOf(hub)).toMatchObject({ code: 503, health: { status: "failing", store: { status: "ok" } } });
  for (const body of [{ device_id: "pi", t: 1 }, { device_id: "/" }]) {
    const answer = await hub.post(body);
    const error: ApiError = await answer.json();
    expect([answer.status, answer.headers.get("retry-after"), error.error]).toEqual([503, "5", "disk-full"]);
  }

  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { reconnectPeriod: 10 });
  let acknowledged = false;
  const publishing = client.publishAsync("sensor/pi/data", '{"t":2}', { qos: 1 }).then(() => {
    acknowledged = true;
  });
  // It is cut off instead of acknowledged, comes back, and tries again.
  const cutOff = () => new Promise<void>((resolve) => client.once("close", () => resolve()));
  await cutOff();
  await cutOff();
  expect(acknowledged).toBe(false);
  const { refused }: RefusedList = await (await hub.fetch("/api/v1/refused")).json();
  expect(refused).toEqual([]);

  await leave(hub, PLENTY, "ok");
  await publishing;
  await client.endAsync();
  expect((await hub.post({ device_id: "pi", t: 3 })).status).toBe(200);
  expect((await hub.post({ device_id: "/" })).status).toBe(400);
});

test("the disk's state is shown to everyone who uses the hub", async () => {
  await using hub = await startHubInside();
  const answer = await hub.fetch("/api/v1/live/ticket", { method: "POST", body: "{}" });
  const { ticket, port }: LiveTicket = await answer.json();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/live?ticket=${ticket}`);
  const received: DiskStatus[] = [];
  socket.onmessage = ({ data }: MessageEvent<string>) => {
    const event: LiveEvent = JSON.parse(data);
    if (event.type === "disk") received.push(event.status);
  };
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  await leave(hub, LITTLE, "low");
  await leave(hub, ALMOST_NOTHING, "full");
  await leave(hub, PLENTY, "ok");
  await until("three events", async () => (received.length === 3 ? true : undefined));
  expect(received).toEqual(["low", "full", "ok"]);
  socket.close();
});

if (!mayMountSmallDisk()) {
  console.warn("This user may not mount a disk: filling a real one is not tested here.");
} else {
  test("a real disk is filled with readings, and emptied a little", { timeout: 90_000 }, async () => {
    await using hub = new TestHub([], undefined, mountSmallDisk(28));
    const ballast = join(hub.folder.path, "ballast");
    writeFileSync(ballast, Buffer.alloc(8_000_000));
    await hub.start();
    expect((await healthOf(hub)).health).toMatchObject({ status: "warning", disk: { status: "low" } });

    // Values that no store could make smaller.
    const batch = (round: number) =>
      Array.from({ length: 2_000 }, (_, index) => round * 2_000 + index).map((n) => ({
        device_id: "pi",
        v: Math.sin(n),
        ts: 1.7e12 + n,
      }));
    let round = 0;
    const fill = async () => {
      const answer = await hub.post(batch(round++));
      return answer.status === 200 ? undefined : answer;
    };
    const answer = await until("the disk is full", fill, 60_000);
    const error: ApiError = await answer.json();
    expect([answer.status, answer.headers.get("retry-after"), error.error]).toEqual([503, "5", "disk-full"]);
    expect((await healthOf(hub)).code).toBe(503);

    await rm(ballast);
    await until("room again", async () => ((await hub.post(batch(round))).status === 200 ? true : undefined));
    expect((await healthOf(hub)).code).toBe(200);
    expect(await hub.end("SIGTERM")).toBe(0);
  });
}
