// Loss and delay: missing readings of a series with a pace are counted once, late ones subtracted, and no false figures are given for a
// series without a pace, a device that was switched off, or a wrong clock.
import { expect, test } from "vitest";
import { Cadence } from "../../../src/hub/devices/state/cadence.ts";
import { Delivery } from "../../../src/hub/devices/state/delivery.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { randomNumbers } from "../../support/random.ts";

const START = Date.UTC(2026, 0, 31, 12);

/** The figures of a series with readings at these times, in the order in which they came. */
function figuresOf(times: readonly number[]) {
  const cadence = new Cadence(times[0] ?? 0);
  const delivery = new Delivery();
  for (const ts of times.slice(1)) delivery.reading(ts, cadence.follow(ts));
  return delivery.figures(false);
}

const everySecond = (count: number, fromMs = START) =>
  Array.from({ length: count }, (_, index) => fromMs + index * 1_000);

test("for a regular series exactly the lost readings are missing, with or without jitter", () => {
  const random = randomNumbers(7);
  const jitter = () => Math.round((random() - 0.5) * 200);
  const all = everySecond(5_000).map((ts) => ts + jitter());
  expect(figuresOf(all)).toMatchObject({ missing: 0 });
  const lost = new Set([1_000, 2_000, 2_001, 3_000, 3_001, 3_002]);
  const figures = figuresOf(all.filter((_, index) => !lost.has(index)));
  expect(figures?.missing).toBe(lost.size);
  expect(figures?.expected).toBeGreaterThan(4_900);
});

test("late readings are no longer missing", () => {
  const all = everySecond(500);
  const late = all.slice(300, 310);
  expect(figuresOf([...all.filter((ts) => !late.includes(ts)), ...late])).toMatchObject({ missing: 0 });
});

test.each([
  ["a series without a pace", () => withDistances(() => 1_000 + makeUneven() * 600_000)],
  ["a device that was off for hours", () => [...everySecond(300), ...everySecond(300, START + 8 * 3_600_000)]],
  ["one that has become slower", () => withDistances((index) => (index < 300 ? 1_000 : 3_000))],
  ["one whose messages come in pairs now and then", () => withDistances((index) => (index % 7 === 0 ? 2 : 1_000))],
  ["one that has become faster", () => withDistances((index) => (index < 300 ? 60_000 : 1_000))],
])("nothing is missing of %s", (_, times) => {
  expect(figuresOf(times())?.missing ?? 0).toBe(0);
});

const uneven = randomNumbers(3);
const makeUneven = () => uneven() ** 3;

function withDistances(distanceMs: (index: number) => number): number[] {
  const times = [START];
  for (let index = 0; index < 600; index++) times.push((times.at(-1) ?? 0) + Math.round(distanceMs(index)));
  return times;
}

test("the median delay is accurate to a sixth, and absent for a clock that is ahead", () => {
  const delaysOf = (delay: (index: number) => number) => {
    const delivery = new Delivery();
    for (let index = 0; index < 1_000; index++) {
      const receivedMs = START + index * 1_000;
      delivery.arrived(receivedMs - delay(index), receivedMs);
    }
    return delivery.figures(false);
  };
  const figures = delaysOf((index) => (index % 10 === 0 ? 5_000 : 80));
  expect(figures?.medianDelayMs).toBeGreaterThan(80 / 1.2);
  expect(figures?.medianDelayMs).toBeLessThan(80 * 1.2);
  expect(figures?.slowDelayMs).toBeGreaterThan(4_000);
  expect(delaysOf(() => -2_000)).toBeUndefined();
});

test("the hub returns them with the device", async () => {
  await using hub = await startHubInside({ nowMs: START });
  for (let index = 0; index < 100; index++) {
    hub.clock.advance(1_000);
    if (index !== 80) await hub.post({ device_id: "pi", ts: hub.clock.now() - 100, t: index });
  }
  const device = await (await hub.fetch("/api/v1/devices/pi")).json();
  expect(device.delivery).toMatchObject({ missing: 1, sinceMs: expect.any(Number) });
  expect(device.delivery.medianDelayMs).toBeGreaterThan(80);
  expect(device.delivery.medianDelayMs).toBeLessThan(120);
});
