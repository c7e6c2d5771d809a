// Which readings the live feed sends: the first after a quiet tick at once, then of each series the newest of a tick, and what
// tells a page of a backlog.
import { expect, test } from "vitest";
import { HubEvents } from "../../../src/hub/events.ts";
import { LiveFeed } from "../../../src/hub/live/feed.ts";
import type { Device } from "../../../src/shared/device.ts";
import { parseDeviceId, parseMetricName } from "../../../src/shared/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const NOW = 1_795_710_000_000;
const TICK_MS = 100;

type Reading = readonly [tsMs: number, value: number];

const device = parseDeviceId("pi") ?? expect.unreachable();
const metric = parseMetricName("t") ?? expect.unreachable();

/** A feed with a listener; `store` and `tick` answer with the readings of each event that is sent then. */
function startFeed() {
  const events = new HubEvents();
  const clock = new FakeClock(NOW);
  const feed = new LiveFeed({
    events,
    devices: { get: () => undefined },
    mends: { shown: (...[, , , value]) => value },
    clock,
  });
  const sent: Reading[][] = [];
  feed.start();
  feed.listen({
    send(text) {
      const event = JSON.parse(text);
      if (event.type === "readings")
        sent.push(event.readings.map(([, , tsMs, value]: [string, string, number, number]) => [tsMs, value]));
    },
  });
  return {
    store(message: readonly Reading[]): Reading[][] {
      const readings = message.map(([tsMs, value]) => ({ device, metric, tsMs, value }));
      const times = Float64Array.from(message, ([tsMs]) => tsMs);
      for (const listener of events.readingsStored) listener(readings, times, NOW);
      return sent.splice(0);
    },
    tick(): Reading[][] {
      clock.advance(TICK_MS);
      return sent.splice(0);
    },
    [Symbol.dispose]: () => feed.stop(),
  };
}

/** What a tick sends of readings that are stored one message after the other, behind one that was sent at once. */
function sentOf(...messages: (readonly Reading[])[]): Reading[][] {
  using feed = startFeed();
  feed.store([[NOW - 1, 0]]);
  for (const message of messages) expect(feed.store(message)).toEqual([]);
  return feed.tick();
}

test("the first after a quiet tick is sent at once, the others with the next", () => {
  using feed = startFeed();
  expect(feed.store([[NOW, 1]])).toEqual([[[NOW, 1]]]);
  expect(feed.store([[NOW + 50, 2]])).toEqual([]);
  expect(feed.tick()).toEqual([[[NOW + 50, 2]]]);
  expect(feed.store([[NOW + 150, 3]])).toEqual([]);
  expect(feed.tick()).toEqual([[[NOW + 150, 3]]]);
  expect(feed.tick()).toEqual([]);
  expect(feed.store([[NOW + 350, 4]])).toEqual([[[NOW + 350, 4]]]);
});

test("the newest of a fast series, whatever the order of arrival", () => {
  expect(sentOf([[NOW, 1]], [[NOW + 20, 3]], [[NOW + 10, 2]])).toEqual([[[NOW + 20, 3]]]);
});

test("the oldest after the newest where a backlog comes with a live reading", () => {
  const hourAgo = NOW - 3_600_000;
  const backlog = [
    [hourAgo, 7],
    [hourAgo + 5_000, 8],
  ] as const;
  const both = [
    [NOW, 1],
    [hourAgo, 7],
  ];
  expect(sentOf(backlog, [[NOW, 1]])).toEqual([both]);
  expect(sentOf([[NOW, 1]], backlog)).toEqual([both]);
});

test("two of a batch, the last of which is the newest", () => {
  const batch = Array.from({ length: 30 }, (_, index) => [NOW - (29 - index) * 10_000, index] as const);
  using feed = startFeed();
  expect(feed.store(batch)).toEqual([
    [
      [NOW, 29],
      [NOW - 290_000, 0],
    ],
  ]);
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
  let messages: string[] = [];
  feed.start();
  feed.listen({ send: (text) => void messages.push(text) });
  const ids = Array.from({ length: DEVICES }, (_, index) => parseDeviceId(`pi-${index}`) ?? expect.unreachable());
  for (const id of ids) events.deviceChanged.emit(id);
  const seen: string[] = [];
  for (let tick = 0; tick < DEVICES; tick++) {
    messages = [];
    clock.advance(100);
    online = true;
    expect(messages.join("").length).toBeLessThan(1_000_000);
    for (const { type, device } of messages.map((text) => JSON.parse(text)))
      if (type === "device") seen.push(`${device.id} ${device.presence.online}`);
  }
  feed.stop();
  expect(seen).toHaveLength(DEVICES);
  expect(new Set(seen.map((one) => one.replace(/ .*/, "")))).toEqual(new Set(ids));
  expect(seen.filter((one) => one.endsWith("false")).length).toBeLessThan(DEVICES / 2);
});
