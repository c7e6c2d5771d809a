// Which readings the live feed sends: of each series the newest of a tick, and one that shows a backlog.
import { expect, test } from "vitest";
import { HubEvents } from "../../../src/hub/events.ts";
import { LiveFeed } from "../../../src/hub/live/feed.ts";
import type { Device } from "../../../src/shared/device.ts";
import { parseDeviceId, parseMetricName } from "../../../src/shared/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const NOW = 1_795_710_000_000;

/** What is sent in one tick of readings that are stored one message after the other, by their times and values. */
function sentOf(...messages: (readonly (readonly [number, number])[])[]): unknown[] {
  const events = new HubEvents();
  const clock = new FakeClock(NOW);
  const feed = new LiveFeed({
    events,
    devices: { get: () => undefined },
    mends: { shown: (...[, , , value]) => value },
    clock,
  });
  const sent: string[] = [];
  feed.start();
  feed.listen({ send: (text) => void sent.push(text) });
  const device = parseDeviceId("pi");
  const metric = parseMetricName("t");
  if (device === undefined || metric === undefined) throw new Error("a name is wrong");
  for (const message of messages) {
    const readings = message.map(([tsMs, value]) => ({ device, metric, tsMs, value }));
    const times = Float64Array.from(message, ([tsMs]) => tsMs);
    for (const listener of events.readingsStored) listener(readings, times, NOW);
  }
  clock.advance(100);
  feed.stop();
  return sent.map((text) => JSON.parse(text));
}

const readings = (...pairs: readonly (readonly [number, number])[]) => [
  { type: "readings", readings: pairs.map(([tsMs, value]) => ["pi", "t", tsMs, value]) },
];

test("the newest of a fast series, whatever the order of arrival", () => {
  expect(sentOf([[NOW, 1]], [[NOW + 20, 3]], [[NOW + 10, 2]])).toEqual(readings([NOW + 20, 3]));
});

test("the oldest after the newest where a backlog comes with a live reading", () => {
  const hourAgo = NOW - 3_600_000;
  const backlog = [
    [hourAgo, 7],
    [hourAgo + 5_000, 8],
  ] as const;
  expect(sentOf(backlog, [[NOW, 1]])).toEqual(readings([NOW, 1], [hourAgo, 7]));
  expect(sentOf([[NOW, 1]], backlog)).toEqual(readings([NOW, 1], [hourAgo, 7]));
});

test("two of a batch, the last of which is the newest", () => {
  const batch = Array.from({ length: 30 }, (_, index) => [NOW - (29 - index) * 10_000, index] as const);
  expect(sentOf(batch)).toEqual(readings([NOW, 29], [NOW - 290_000, 0]));
});

test("many devices that changed together are sent a few per tick, each once, in their latest state", () => {
  const DEVICES = 100;
  const METRICS = 500;
  const events = new HubEvents();
  const clock = new FakeClock(NOW);
  let online = false;
  const metrics = Array.from({ length: METRICS }, (_, index) => ({
    name: `m${index}`,
    latest: { ts: NOW, value: 1 },
    stale: false,
  }));
  const deviceOf = (id: string): Device => ({
    id,
    name: id,
    joining: "approved",
    address: null,
    presence: { online, sinceMs: NOW },
    firstSeenMs: NOW,
    lastSeenMs: NOW,
    metrics,
    controls: [],
    attributes: {},
  });
  const feed = new LiveFeed({
    events,
    devices: { get: deviceOf },
    mends: { shown: (...[, , , value]) => value },
    clock,
  });
  let told: string[] = [];
  feed.start();
  feed.listen({ send: (text) => void told.push(text) });
  const ids = Array.from({ length: DEVICES }, (_, index) => parseDeviceId(`pi-${index}`) ?? expect.unreachable());
  for (const id of ids) events.deviceChanged.emit(id);
  const seen: string[] = [];
  for (let tick = 0; tick < DEVICES; tick++) {
    told = [];
    clock.advance(100);
    online = true;
    expect(told.join("").length).toBeLessThan(1_000_000);
    for (const { type, device } of told.map((text) => JSON.parse(text)))
      if (type === "device") seen.push(`${device.id} ${device.presence.online}`);
  }
  feed.stop();
  expect(seen).toHaveLength(DEVICES);
  expect(new Set(seen.map((one) => one.replace(/ .*/, "")))).toEqual(new Set(ids));
  expect(seen.filter((one) => one.endsWith("false")).length).toBeLessThan(DEVICES / 2);
});
