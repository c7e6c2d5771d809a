// Chart data: buckets extended by live readings, gaps, and axis ticks.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { timeTicks } from "../../src/renderer/charts/drawing/time-ticks.ts";
import { valueTicks } from "../../src/renderer/charts/drawing/value-ticks.ts";
import { BucketWindow } from "../../src/renderer/charts/series/bucket-window.ts";
import { splitAtGaps } from "../../src/renderer/charts/series/gaps.ts";
import { sparklinePath } from "../../src/renderer/charts/sparkline-path.ts";
import type { Bucket } from "../../src/shared/reading.ts";

const bucket = (t: number, value = 1): Bucket => ({ t, min: value, max: value, avg: value, n: 1 });
const HOUR_MS = 3_600_000;

describe("the buckets of a chart", () => {
  const chart = (buckets: Bucket[]) =>
    new BucketWindow({ device: "pi", metric: "t", from: 0, to: 100, stepMs: 10, buckets });

  test("take a live reading, or start a new one for it", () => {
    const window = chart([bucket(90, 4)]);
    window.add({ ts: 101, value: 1 });
    window.add({ ts: 109, value: 3 });
    expect(window.buckets).toEqual([bucket(90, 4), { t: 100, min: 1, max: 3, avg: 2, n: 2 }]);
    expect(window.summary()).toEqual({ min: 1, mean: 8 / 3, max: 4 });
  });

  test("insert a late reading in order, and do not count one twice that the response may contain", () => {
    const window = chart([bucket(20, 4), bucket(60, 6)]);
    window.add({ ts: 45, value: 5 });
    window.add({ ts: 61, value: 6 });
    expect(window.buckets).toEqual([bucket(20, 4), bucket(40, 5), bucket(60, 6)]);
  });

  test("drop out on the left as time passes, and ignore readings older than the window", () => {
    const window = chart([bucket(0), bucket(50)]);
    window.slideTo(130);
    expect([window.startMs, window.endMs, window.buckets]).toEqual([30, 130, [bucket(50)]]);
    window.add({ ts: 29, value: 9 });
    expect(window.buckets).toEqual([bucket(50)]);
    window.slideTo(1_000);
    expect(window.summary()).toBeUndefined();
  });

  test("distinguish a late reading in the window from one in order, before it, or of a slow clock", () => {
    const window = chart([bucket(20, 4), bucket(60, 6)]);
    expect(window.add({ ts: 45, value: 5 })).toBe(true);
    expect(window.add({ ts: 101, value: 5 })).toBe(false);
    expect(window.add({ ts: 99, value: 5 })).toBe(true);
    expect(window.add({ ts: -1, value: 5 })).toBe(false);
    const slow = chart([bucket(20, 4)]);
    expect([slow.add({ ts: 35, value: 5 }), slow.add({ ts: 45, value: 5 })]).toEqual([false, false]);
  });

  test("of huge values have a mean", () => {
    expect(chart([bucket(20, 1e308), bucket(60, 1.2e308)]).summary()?.mean).toBeCloseTo(1.1e308, -300);
    expect(chart([bucket(20, -1.7e308), bucket(60, 1.7e308)]).summary()?.mean).toBe(0);
  });

  test("follow a Pi whose clock is ahead", () => {
    const window = chart([]);
    window.add({ ts: 500, value: 1 });
    window.slideTo(110);
    expect(window.endMs).toBe(500);
  });
});

describe("the line of a sparkline", () => {
  const path = (buckets: Bucket[], sinceMs: number) =>
    sparklinePath(new BucketWindow({ device: "pi", metric: "t", from: 0, to: 100, stepMs: 1, buckets }), sinceMs);
  const line = [50, 60, 70, 80, 90, 100].map((t) => bucket(t, t % 20));

  test("takes the whole width from the first reading on", () => {
    expect(path(line, 50)).toMatch(/^M2\.0 [\d.]+L2\.0 .*L94\.0 [\d.]+$/);
    expect(path(line, -1_000)).toMatch(/^M48\.0 /);
  });

  test("omits an isolated first reading, also from the range of values", () => {
    const after = [85, 88, 91, 94, 97, 100].map((t) => bucket(t, 5 + (t % 2)));
    const apart = path([bucket(10, 1_000), ...after], 10);
    expect(apart).toBe(path(after, 85));
    expect(apart).toMatch(/^M2\.0 2\.0/);
    // Of a device that is known for longer, the line stays where its time is.
    expect(path([bucket(10, 1_000), ...after], -1_000)).toBe(path(after, -1_000));
  });

  test("shows a single reading as a dot, and none as a row of dots", () => {
    expect(path([bucket(50, 7)], 50)).toMatch(/^M2\.0 15\.0L2\.0 15\.0h0\.1$/);
    expect(path([], 0)).toMatch(/^(?:M\d+ 15h0\.1){12}$/);
  });
});

describe("the gaps of a series", () => {
  test("are where its usual distance is exceeded, also before the present", () => {
    const times = [0, 10, 20, 100, 110, 120];
    const { runs, gaps } = splitAtGaps(
      times.map((t) => bucket(t)),
      1,
      200,
    );
    expect(runs.map((run) => run.map(({ t }) => t))).toEqual([
      [0, 10, 20],
      [100, 110, 120],
    ]);
    expect(gaps).toEqual([
      { fromMs: 20, toMs: 100 },
      { fromMs: 120, toMs: 200 },
    ]);
  });

  test("are none where a device changes its pace, or sends on change", () => {
    const faster = [
      ...Array.from({ length: 40 }, (_, index) => index * 60),
      ...Array.from({ length: 120 }, (_, index) => 2_400 + index),
    ];
    expect(
      splitAtGaps(
        faster.map((t) => bucket(t)),
        1,
        2_520,
      ).gaps,
    ).toEqual([]);
    const onChange = [0, 100, 400, 420, 900, 1_000, 1_600, 1_620, 1_640, 2_300, 2_900, 3_000];
    expect(
      splitAtGaps(
        onChange.map((t) => bucket(t)),
        1,
        3_100,
      ).gaps,
    ).toEqual([]);
  });

  test("are found in the fast stretch and in the slow one", () => {
    const slow = Array.from({ length: 20 }, (_, index) => index * 60).filter((t) => t < 300 || t > 700);
    const fast = Array.from({ length: 120 }, (_, index) => 1_200 + index).filter((t) => t < 1_240 || t > 1_260);
    expect(
      splitAtGaps(
        [...slow, ...fast].map((t) => bucket(t)),
        1,
        1_320,
      ).gaps,
    ).toEqual([
      { fromMs: 240, toMs: 720 },
      { fromMs: 1_239, toMs: 1_261 },
    ]);
  });

  test("are none for a single reading, or without readings", () => {
    expect(splitAtGaps([bucket(5)], 1, 1_000)).toEqual({ runs: [[bucket(5)]], gaps: [] });
    expect(splitAtGaps([], 1, 1_000)).toEqual({ runs: [], gaps: [] });
  });
});

describe("the ticks of time", () => {
  afterEach(() => void vi.unstubAllEnvs());

  test("are round local times, also on the day that loses an hour", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    const from = Date.UTC(2026, 2, 28, 23);
    const ticks = timeTicks(from, from + 23 * HOUR_MS, 6);
    expect(ticks.map(({ value }) => new Date(value).getHours())).toEqual([0, 4, 8, 12, 16, 20, 0]);
  });

  test("are in both hours of a night that has one twice", () => {
    vi.stubEnv("TZ", "Europe/Berlin");
    const from = Date.UTC(2026, 9, 25, 0, 50);
    const ticks = timeTicks(from, from + HOUR_MS, 6);
    expect(ticks.map(({ value }) => (value - from) / 60_000)).toEqual([0, 10, 20, 30, 40, 50, 60]);
  });

  test("show the month and the year", () => {
    const labels = (from: Date, days: number) =>
      timeTicks(from.getTime(), from.getTime() + days * 24 * HOUR_MS, 4).map(({ label }) => label);
    expect(labels(new Date(2026, 9, 28, 1), 30)).toEqual(["Nov 11", "Nov 25"]);
    expect(labels(new Date(2025, 10, 27), 365)).toEqual(["2026", "Apr", "Jul", "Oct"]);
    expect(labels(new Date(2016, 10, 27), 3_652)).toEqual(["2020", "2025"]);
  });

  test("are few for any range", () => {
    const stretch = fc.tuple(
      fc.integer({ min: 0, max: 4e12 }),
      fc.integer({ min: 2_000, max: 30 * 366 * 24 * HOUR_MS }),
    );
    fc.assert(
      fc.property(stretch, ([from, span]) => {
        const values = timeTicks(from, from + span, 8).map(({ value }) => value);
        expect(values.length).toBeLessThanOrEqual(14);
        expect(values).toEqual([...values].sort((a, b) => a - b));
        expect(values.every((value) => value >= from && value <= from + span)).toBe(true);
      }),
    );
  });
});

describe("the ticks of values", () => {
  test("are round and inside the range", () => {
    expect(valueTicks(20.3, 22.1).map(({ value }) => value)).toEqual([20.5, 21, 21.5, 22]);
    expect(valueTicks(-7, 1_030).map(({ value }) => value)).toEqual([0, 500, 1_000]);
  });

  test("are few for any range of doubles", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(finite, finite, (a, b) => {
        const ticks = valueTicks(Math.min(a, b), Math.max(a, b));
        // More than seven only where the distance of doubles exceeds that of the ticks.
        expect(ticks.length).toBeLessThanOrEqual(12);
        expect(ticks.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });
});
