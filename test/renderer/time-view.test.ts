// The time range of a page: its movement, its queries, and its address.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { earlierTime, laterTime } from "../../src/renderer/charts/view/shifts.ts";
import { lastPeriod, type Period, TimeView } from "../../src/renderer/charts/view/time-view.ts";
import { periodOf, withPeriod } from "../../src/renderer/charts/view/view-address.ts";

const NOW_MS = Date.UTC(2026, 10, 27, 12);
const HOUR_MS = 3_600_000;

describe("a time view", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const viewOf = (period: Period, firstReadingMs?: number) => new TimeView(period, () => NOW_MS, firstReadingMs);

  test("follows the present until it is moved, and queries once when it has settled", () => {
    const view = viewOf(lastPeriod("1h"));
    expect(view.bounds).toEqual({ startMs: NOW_MS - HOUR_MS, endMs: NOW_MS });
    const asked = vi.fn();
    view.period.subscribe(asked);
    for (let steps = 0; steps < 5; steps++) view.zoomBy(0.5, NOW_MS - HOUR_MS / 2);
    const bounds = view.bounds;
    expect(bounds.endMs - bounds.startMs).toBe(HOUR_MS / 32);
    expect(asked).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1_000);
    expect(asked).toHaveBeenCalledOnce();
    expect(view.period.get()).toEqual({ kind: "fixed", fromMs: bounds.startMs, toMs: bounds.endMs });
    view.backToLive();
    expect(view.period.get()).toEqual(lastPeriod("1h"));
  });

  test("keeps the moment under the pointer in place", () => {
    const view = viewOf({ kind: "fixed", fromMs: NOW_MS - 10_000_000, toMs: NOW_MS - 6_000_000 });
    view.zoomBy(0.25, NOW_MS - 9_000_000);
    expect(view.bounds).toEqual({ startMs: NOW_MS - 9_250_000, endMs: NOW_MS - 8_250_000 });
  });

  test("goes neither into the future nor nearer than two seconds", () => {
    const view = viewOf(lastPeriod("1h"));
    view.panBy(HOUR_MS);
    expect(view.bounds.endMs).toBe(NOW_MS);
    view.panBy(-HOUR_MS);
    expect(view.bounds).toEqual({ startMs: NOW_MS - 2 * HOUR_MS, endMs: NOW_MS - HOUR_MS });
    view.zoomTo(NOW_MS - 1_000, NOW_MS - 1_010);
    expect(view.bounds.endMs - view.bounds.startMs).toBe(2_000);
  });

  test("stays live where there is nothing later, and goes no further where it reaches into the future", () => {
    const view = viewOf(lastPeriod("1h"));
    view.panBy(HOUR_MS);
    vi.advanceTimersByTime(1_000);
    expect(view.period.get()).toEqual(lastPeriod("1h"));
    const ahead = viewOf({ kind: "fixed", fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS + HOUR_MS });
    ahead.panBy(-60_000);
    expect(ahead.bounds).toEqual({ startMs: NOW_MS - HOUR_MS - 60_000, endMs: NOW_MS + HOUR_MS - 60_000 });
    ahead.panBy(60_000);
    expect(ahead.bounds.endMs).toBe(NOW_MS + HOUR_MS - 60_000);
  });

  test("grows from the first reading on while it is live", () => {
    expect(viewOf(lastPeriod("live"), NOW_MS - 60_000).bounds.startMs).toBe(NOW_MS - 60_000);
    expect(viewOf(lastPeriod("live"), NOW_MS - 5).bounds.startMs).toBe(NOW_MS - 30_000);
    expect(viewOf(lastPeriod("live"), NOW_MS - HOUR_MS).bounds.startMs).toBe(NOW_MS - 300_000);
    expect(viewOf(lastPeriod("1h"), NOW_MS - 60_000).bounds.startMs).toBe(NOW_MS - HOUR_MS);
  });
});

describe("what a time is compared with", () => {
  beforeEach(() => void vi.stubEnv("TZ", "Europe/Berlin"));
  afterEach(() => void vi.unstubAllEnvs());

  test.each([
    ["lastWeek", "2026-10-22T12:00+02:00", "2026-10-29T12:00+01:00"],
    ["lastWeek", "2026-10-19T12:00+02:00", "2026-10-26T12:00+01:00"],
    ["lastWeek", "2026-10-17T12:00+02:00", "2026-10-24T12:00+02:00"],
    ["yesterday", "2026-10-24T23:00+02:00", "2026-10-25T23:00+01:00"],
    ["yesterday", "2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00"],
    ["lastYear", "2025-03-29T12:00+01:00", "2026-03-29T12:00+02:00"],
  ] as const)("is %s the same time of the clock on the wall: %s at %s", (shift, earlier, later) => {
    const [earlierMs, laterMs] = [Date.parse(earlier), Date.parse(later)];
    expect(earlierTime(laterMs, shift)).toBe(earlierMs);
    expect(laterTime(earlierMs, shift)).toBe(laterMs);
  });

  test.each([
    ["yesterday", "2026-03-28T02:30+01:00"],
    ["yesterday", "2026-10-25T02:30+01:00"],
    ["lastYear", "2024-02-29T12:00+01:00"],
  ] as const)("has no place %s for an hour or a day that there is once alone: %s", (shift, earlier) => {
    expect(laterTime(Date.parse(earlier), shift)).toBeNull();
  });
});

test.each<Period>([
  lastPeriod("30d"),
  { kind: "last", name: "all", spanMs: null },
  { kind: "fixed", fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS },
])("the address keeps %j", (period) => {
  expect(periodOf(withPeriod("#/devices/pi?range=1h", period))).toEqual(period);
  expect(withPeriod("#/devices/pi?range=1h", period)).toMatch(/^#\/devices\/pi\?[^?]+$/);
});

test.each([
  "#/devices/pi",
  "#/devices/pi?range=9y",
  "#/devices/pi?from=x&to=y",
  "#/devices/pi?from=2026-02-01&to=2026-01-01",
])("%s names no time", (hash) => {
  expect(periodOf(hash)).toBeNull();
});
