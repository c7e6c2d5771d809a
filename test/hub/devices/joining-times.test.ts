// How long a device waits or is blocked, and what becomes of it as the mode or the clock changes. Where time matters, the hub runs in the
// test's process with a fake clock.
import { expect, test } from "vitest";
import {
  decide,
  deviceOf,
  devices,
  JOINED,
  NOON,
  PENDING,
  post,
  values,
  waitingHub,
} from "../../support/honest/joining.ts";
import { startTestHub, TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test("a pending device is removed after 7 days with its readings, and is unknown again", async () => {
  await using hub = await waitingHub();
  await post(hub, { device_id: "pi", t: 1 });
  hub.clock.set(NOON + 7 * DAY_MS - 1);
  await hub.restart();
  expect(await post(hub, { device_id: "pi", t: 2 })).toEqual([200, PENDING]);
  expect((await deviceOf(hub, "pi"))?.quarantined).toEqual({ readings: 2, untilMs: NOON + 7 * DAY_MS });
  hub.clock.advance(HOUR_MS);
  await until("it is forgotten", async () => ((await devices(hub)).length === 0 ? true : undefined));
  expect(await post(hub, { device_id: "pi", t: 3 })).toEqual([200, PENDING]);
  await decide(hub, "pi", "approve");
  expect(await values(hub)).toEqual([3]);
});

test("readings of a blocked device can be restored for 7 days; it stays blocked", async () => {
  await using hub = await waitingHub();
  for (const id of ["a", "b", "old"]) await post(hub, { device_id: id, t: 1 });
  await decide(hub, "old", "approve");
  hub.clock.advance(HOUR_MS);
  for (const id of ["a", "b", "old"]) await decide(hub, id, "block");
  hub.clock.set(NOON + 7 * DAY_MS);
  await hub.restart();
  expect(await decide(hub, "a", "approve")).toMatchObject({ joining: "approved" });
  expect(await values(hub)).toEqual([1]);
  hub.clock.advance(2 * HOUR_MS);
  await until("the rest is gone", async () => ((await deviceOf(hub, "b"))?.metrics.length === 0 ? true : undefined));
  await hub.restart();
  expect(await deviceOf(hub, "b")).toMatchObject({ joining: "blocked", metrics: [] });
  expect((await hub.post({ device_id: "b", t: 2 })).status).toBe(403);
  await decide(hub, "b", "approve");
  expect(await values(hub)).toEqual([1]);

  // What it sent while it was one of us is nobody's to forget.
  expect(await deviceOf(hub, "old")).toMatchObject({ joining: "blocked", metrics: [{ name: "t" }] });
  await decide(hub, "old", "approve");
  expect(await values(hub, "&device=old")).toEqual([1]);
});

test("setting the clock removes no pending device", async () => {
  await using hub = await waitingHub(Date.UTC(2020, 0, 1));
  await post(hub, { device_id: "pi", t: 1 });
  hub.clock.advance(HOUR_MS);
  hub.clock.set(NOON);
  hub.clock.advance(HOUR_MS);
  await hub.restart();
  expect(await post(hub, { device_id: "pi", t: 2 })).toEqual([200, PENDING]);
  expect((await deviceOf(hub, "pi"))?.quarantined).toEqual({ readings: 2, untilMs: NOON - HOUR_MS + 7 * DAY_MS });
});

test("devices from before the joining mode are joined, also those without a record", async () => {
  await using open = await startTestHub();
  await post(open, { device_id: "pi", t: 1 });
  // Killed before it wrote the device down.
  await open.end("SIGKILL");
  await using hub = new TestHub(["--joining", "ask"], undefined, open.folder);
  await hub.start();
  expect(await deviceOf(hub, "pi")).toMatchObject({ joining: "approved" });
  expect(await post(hub, { device_id: "pi", t: 2 })).toEqual([200, JOINED]);
  await hub.end("SIGTERM");
  await hub.start();
  expect(await post(hub, { device_id: "pi", t: 3 })).toEqual([200, JOINED]);
  expect(await values(hub)).toEqual([1, 2, 3]);
});

test("opening the hub approves pending devices; closing it leaves them pending", async () => {
  await using hub = await waitingHub();
  await post(hub, { device_id: "pi", t: 1 });
  hub.joining = "closed";
  await hub.restart();
  expect(await post(hub, { device_id: "pi", t: 2 })).toEqual([200, PENDING]);
  hub.joining = "open";
  await hub.restart();
  hub.joining = "ask";
  await hub.restart();
  expect(await post(hub, { device_id: "pi", t: 3 })).toEqual([200, JOINED]);
  expect(await values(hub)).toEqual([1, 2, 3]);
});

test("a decision on an unknown device is refused with a message", async () => {
  await using hub = await waitingHub();
  for (const [method, path] of [
    ["POST", "nobody/approve"],
    ["POST", "nobody/block"],
    ["PATCH", "nobody"],
    ["DELETE", "nobody"],
  ]) {
    const response = await hub.fetch(`/api/v1/devices/${path}`, {
      ...(method === undefined ? {} : { method }),
      ...(method === "PATCH" ? { body: "{}" } : {}),
    });
    expect([response.status, await response.json()]).toMatchObject([404, { error: "no-such-device" }]);
  }
});
