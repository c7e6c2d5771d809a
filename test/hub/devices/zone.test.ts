// Times without an offset: which zone a device means, as its live messages show.
import { expect, test } from "vitest";
import type { DeviceZone } from "../../../src/hub/devices/state/device-record.ts";
import {
  hubTimeToUtcMs,
  isZoneDistance,
  readingsInUtc,
  zoneShownBy,
} from "../../../src/hub/devices/state/device-zone.ts";
import type { ReadingsPage } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { metric } from "../../support/messages.ts";
import { deviceId } from "../../support/stores/store.ts";

const HOUR_MS = 3_600_000;
const SUMMER = Date.UTC(2026, 6, 1, 12);
const WINTER = Date.UTC(2026, 0, 31, 12);
/** Two hours ahead of UTC in summer, one in winter. */
const ZONE = "Europe/Berlin";

async function inZone<T>(zone: string, work: () => T | Promise<T>): Promise<T> {
  const before = process.env["TZ"];
  process.env["TZ"] = zone;
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  }
}

test("a wall clock's time is in the zone of the hub as it is on that day", async () => {
  await inZone(ZONE, () => {
    expect(hubTimeToUtcMs(SUMMER)).toBe(SUMMER - 2 * HOUR_MS);
    expect(hubTimeToUtcMs(WINTER)).toBe(WINTER - HOUR_MS);
  });
  await inZone("Asia/Kathmandu", () => expect(hubTimeToUtcMs(WINTER)).toBe(WINTER - 5.75 * HOUR_MS));
});

test.each([
  [0, "utc"],
  [119_000, "utc"],
  [-119_000, "utc"],
  [2 * HOUR_MS, "hub"],
  [2 * HOUR_MS - 119_000, "hub"],
  [2 * HOUR_MS + 121_000, null],
  [HOUR_MS, null],
  [-24 * HOUR_MS, null],
])("a message whose newest time is %d ms ahead shows %s", async (aheadMs, zone) => {
  await inZone(ZONE, () => expect(zoneShownBy(SUMMER + aheadMs, SUMMER)).toBe(zone));
});

test.each([
  [HOUR_MS, true],
  [-5.75 * HOUR_MS, true],
  [14 * HOUR_MS + 100_000, true],
  [0, false],
  [10 * 60_000, false],
  [15 * HOUR_MS, false],
])("a distance of %d ms may be a zone's: %s", (offMs, isOne) => expect(isZoneDistance(offMs)).toBe(isOne));

test("what was learned holds for old readings, what a person says for all, and nothing else is moved", async () => {
  const device = deviceId("pi");
  const local = { device, metric: metric("t"), tsMs: SUMMER - 300 * HOUR_MS, value: 1 };
  const zoned = { device, metric: metric("u"), tsMs: SUMMER - 300 * HOUR_MS, value: 2 };
  const message = { readings: [local, zoned], localTimes: new Set([local]) };
  const times = (zone: DeviceZone | null) => {
    const zones = { get: () => zone, learned: () => expect.unreachable("nothing is learned from old readings") };
    return readingsInUtc(message, SUMMER, zones).map(({ tsMs }) => tsMs);
  };
  await inZone(ZONE, () => {
    expect(times({ name: "hub", by: "messages" })).toEqual([local.tsMs - 2 * HOUR_MS, zoned.tsMs]);
    expect(times({ name: "hub", by: "person" })).toEqual([local.tsMs - 2 * HOUR_MS, zoned.tsMs]);
    expect(times({ name: "utc", by: "person" })).toEqual([local.tsMs, zoned.tsMs]);
    expect(times(null)).toEqual([local.tsMs, zoned.tsMs]);
  });
});

test("a device that sends the local time of the hub is read so, which is shown and can be set", async () => {
  await inZone(ZONE, async () => {
    await using hub = await startHubInside({ nowMs: SUMMER });
    const send = (message: object) => hub.fetch("/data?device=rtl", { method: "POST", body: JSON.stringify(message) });
    const json = async <T>(path: string): Promise<T> => (await hub.fetch(path)).json();
    const newest = async () => (await json<ReadingsPage>("/api/v1/readings?limit=1")).readings[0]?.ts;
    const zone = async () => (await json<Device>("/api/v1/devices/rtl")).timeZone;
    await send({ t: 0 });
    await send({ time: "2026-07-01 14:00:00", u: 1 });
    expect(await zone()).toEqual({ name: "hub", learned: true });
    expect(await newest()).toBe(SUMMER);
    // What it kept while it was away is in the same zone.
    await send({ time: "2026-07-01 14:00:00", v: 1 });
    await send({ time: "2026-06-30 14:00:00", w: 1 });
    const { readings } = await json<ReadingsPage>("/api/v1/readings?metric=w");
    expect(readings).toMatchObject([{ ts: SUMMER - 24 * HOUR_MS }]);

    const set = (timeZone: string | null) =>
      hub.fetch("/api/v1/devices/rtl", { method: "PATCH", body: JSON.stringify({ timeZone }) });
    expect((await set("utc")).status).toBe(200);
    expect(await zone()).toEqual({ name: "utc", learned: false });
    await send({ time: "2026-07-01T14:00", x: 2 });
    expect(await newest()).toBe(SUMMER + 2 * HOUR_MS);
    await hub.restart();
    expect(await zone()).toEqual({ name: "utc", learned: false });
    await set(null);
    expect(await zone()).toBeUndefined();
    await send({ time: "2026-07-01 14:00:00", y: 3 });
    expect(await zone()).toEqual({ name: "hub", learned: true });
  });
});
