// Series of two states: a state holds until the next reading and the last one until now, and their mean is one by time.
import { describe, expect, test } from "vitest";
import { BucketWindow } from "../../src/renderer/charts/series/bucket-window.ts";
import {
  MAX_STATE_READINGS,
  needsReadings,
  READINGS_BEFORE,
  stateBefore,
  withReadings,
} from "../../src/renderer/charts/series/exact-states.ts";
import { runsOf } from "../../src/renderer/charts/series/runs.ts";
import type { Bucket } from "../../src/shared/reading.ts";

const bucket = (t: number, value: number): Bucket => ({ t, min: value, max: value, avg: value, n: 1 });
const both = (t: number): Bucket => ({ t, min: 0, max: 1, avg: 0.5, n: 2 });
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = 10 * HOUR_MS;

const hourOf = (buckets: Bucket[], latest?: { ts: number; value: number }) =>
  new BucketWindow(
    { device: "door", metric: "open", from: NOW - HOUR_MS, to: NOW, stepMs: 7_200, buckets },
    { latest },
  );
const drawn = (window: BucketWindow) =>
  runsOf(window).runs.map((run) => run.map(({ t, avg }) => [(t - NOW) / MINUTE_MS, avg]));

describe("a door that was opened and closed", () => {
  test("has steps, its last state lasts until now, and its mean is by time", () => {
    const states = [35, 25, 15, 5].map((ago, index) => bucket(NOW - ago * MINUTE_MS, index % 2));
    const window = hourOf(states);
    expect(runsOf(window)).toMatchObject({ isStepped: true, gaps: [] });
    expect(drawn(window)).toEqual([
      [
        [-35, 0],
        [-25, 1],
        [-15, 0],
        [-5, 1],
        [0, 1],
      ],
    ]);
    expect(window.summary()).toEqual({ min: 0, mean: 15 / 35, max: 1 });
  });

  test("is weighted by how long it was open, not by the number of readings", () => {
    const told = [bucket(NOW - 40 * MINUTE_MS, 1), bucket(NOW - 39 * MINUTE_MS, 0), bucket(NOW - 38 * MINUTE_MS, 0)];
    expect(hourOf(told).summary()?.mean).toBeCloseTo(1 / 40);
  });

  test("has the last state from before the hour", () => {
    const window = hourOf([], { ts: NOW - 3 * HOUR_MS, value: 1 });
    expect(drawn(window)).toEqual([
      [
        [-60, 1],
        [0, 1],
      ],
    ]);
    expect(window.summary()).toEqual({ min: 1, mean: 1, max: 1 });
  });

  test("keeps the state of a reading that leaves on the left", () => {
    const window = hourOf([bucket(NOW - 59 * MINUTE_MS, 1), bucket(NOW - 10 * MINUTE_MS, 0)]);
    window.slideTo(NOW + 20 * MINUTE_MS);
    expect(drawn(window)).toEqual([
      [
        [-40, 1],
        [-10, 0],
        [20, 0],
      ],
    ]);
    expect(window.summary()?.mean).toBeCloseTo(0.5);
  });

  test("that was opened and closed in one moment is closed after it", () => {
    const window = hourOf([
      bucket(NOW - 50 * MINUTE_MS, 0),
      both(NOW - 30 * MINUTE_MS),
      bucket(NOW - 10 * MINUTE_MS, 1),
    ]);
    expect(window.summary()?.mean).toBeLessThan(0.25);
    const last = hourOf([bucket(NOW - 50 * MINUTE_MS, 0), both(NOW - 30 * MINUTE_MS)], {
      ts: NOW - 30 * MINUTE_MS + 3_000,
      value: 0,
    });
    expect(last.summary()?.mean).toBeLessThan(0.05);
  });

  test("follows a live reading", () => {
    const window = hourOf([bucket(NOW - 30 * MINUTE_MS, 0)]);
    window.add({ ts: NOW + 1_000, value: 1 });
    window.slideTo(NOW + 30 * MINUTE_MS);
    expect(window.summary()?.mean).toBeCloseTo(0.5, 1);
  });
});

describe("a door that is opened for a minute now and then, shown over ten days", () => {
  const DAY_MS = 24 * HOUR_MS;
  const stepMs = HOUR_MS;
  const from = NOW - 10 * DAY_MS;
  /** Now soon after one another, now seldom. */
  const openings = Array.from({ length: 60 }, (_, index) => {
    const hours = Math.floor(index / 4) * 16 + ([0, 1, 3, 12][index % 4] ?? 0);
    return from + (hours + 1.5) * HOUR_MS;
  });
  const readings = openings.flatMap((ts) =>
    [1, 0].map((value, index) => ({ device: "door", metric: "open", ts: ts + index * MINUTE_MS, value })),
  );
  const buckets = openings.map((ts) => both(from + Math.floor((ts - from) / stepMs) * stepMs));
  const chart = { device: "door", metric: "open", from, to: NOW, stepMs, buckets };

  test("does not claim from its buckets for how long it was open", () => {
    const window = new BucketWindow(chart);
    expect([window.isMeanByTime, window.summary()?.mean]).toEqual([false, 0.5]);
    expect(needsReadings(chart)).toBe(true);
  });

  test("is open for as long as its readings say", () => {
    const window = new BucketWindow(withReadings(chart, readings.toReversed()));
    expect(window.isMeanByTime).toBe(true);
    expect(window.summary()?.mean).toBeCloseTo(60 / (10 * 24 * 60), 3);
    expect(runsOf(window)).toMatchObject({ isStepped: true, gaps: [] });
    expect(window.at((openings[0] ?? 0) + 30_000)?.avg).toBe(1);
    window.add({ ts: NOW + 1_000, value: 1 });
    window.slideTo(NOW + DAY_MS);
    expect(window.summary()?.mean).toBeGreaterThan(0.09);
  });

  test("asks for readings where it has both states, and few", () => {
    expect(needsReadings({ ...chart, buckets: openings.map((ts, index) => bucket(ts, index % 2)) })).toBe(true);
    const many = buckets.map((one) => ({ ...one, n: MAX_STATE_READINGS / 2 }));
    const zeros = openings.map((ts) => bucket(ts, 0));
    const numbers = buckets.map((one) => ({ ...one, max: 2 }));
    for (const other of [many, zeros, numbers, []]) expect(needsReadings({ ...chart, buckets: other })).toBe(false);
    expect(needsReadings({ ...chart, stepMs: 500 })).toBe(false);
  });

  test("does not guess the state between two buckets with both states", () => {
    const window = new BucketWindow({ ...chart, buckets: buckets.slice(0, 2) });
    expect([window.isMeanByTime, window.summary()?.mean]).toEqual([false, 0.5]);
    expect(new BucketWindow({ ...chart, buckets: buckets.slice(0, 1) }).isMeanByTime).toBe(true);
  });
});

describe("the state before the time of a chart", () => {
  const told = (agoMinutes: readonly number[], value = (index: number) => index % 2) =>
    agoMinutes.map((ago, index) => ({
      device: "door",
      metric: "open",
      ts: NOW - ago * MINUTE_MS,
      value: value(index),
    }));

  test("is that of the last reading, and holds until the next", () => {
    const before = stateBefore(told([120, 180, 400], (index) => 1 - (index % 2)));
    expect(before).toBe(1);
    const window = new BucketWindow(
      {
        device: "door",
        metric: "open",
        from: NOW - HOUR_MS,
        to: NOW,
        stepMs: 7_200,
        buckets: [bucket(NOW - 6 * MINUTE_MS, 0)],
      },
      { before, latest: { ts: NOW - 6 * MINUTE_MS, value: 0 } },
    );
    expect(window.summary()?.mean).toBeCloseTo(0.9);
  });

  test("is unknown without readings, of readings at regular times, and of other numbers", () => {
    const regular = Array.from({ length: READINGS_BEFORE }, (_, index) => 70 + index);
    for (const readings of [[], told(regular), told([100, 200], (index) => 20 + index)])
      expect(stateBefore(readings)).toBeNull();
    expect(hourOf([], { ts: NOW - 3 * HOUR_MS, value: 1 }).isOnOff).toBe(true);
    const window = new BucketWindow(
      { device: "door", metric: "open", from: NOW - HOUR_MS, to: NOW, stepMs: 7_200, buckets: [] },
      { before: null, latest: { ts: NOW - 3 * HOUR_MS, value: 1 } },
    );
    expect(window.summary()).toBeUndefined();
  });
});

test("two states sent every minute have gaps where none were sent", () => {
  const minutes = [...Array.from({ length: 20 }, (_, index) => 59 - index), 4, 3, 2, 1, 0];
  const window = hourOf(minutes.map((ago, index) => bucket(NOW - ago * MINUTE_MS, index % 2)));
  expect(runsOf(window)).toMatchObject({
    isStepped: true,
    gaps: [{ fromMs: NOW - 40 * MINUTE_MS, toMs: NOW - 4 * MINUTE_MS }],
  });
});

test.each([[[0, 1, 2]], [[0.5, 1]], [[21.5]], [[-1, 0]]])("%j are no states", (values) => {
  const window = hourOf(values.map((value, index) => bucket(NOW - (30 - index) * MINUTE_MS, value)));
  expect(runsOf(window).isStepped).toBe(false);
});

test("a silent sensor of anything else has no readings in the hour", () => {
  expect(hourOf([], { ts: NOW - 3 * HOUR_MS, value: 21.5 }).summary()).toBeUndefined();
});
