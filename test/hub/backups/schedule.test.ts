// When backups are due and which stay; by the calendar of the computer that runs this.
import { expect, test } from "vitest";
import { nextDueMs, superseded } from "../../../src/hub/backups/schedule.ts";

const at = (year: number, month: number, day: number, hour = 3, minute = 0) =>
  new Date(year, month - 1, day, hour, minute).getTime();

test.each([
  ["the next night", at(2026, 1, 31, 3, 1), at(2026, 2, 1)],
  ["the same day, where it was before the hour", at(2026, 1, 31, 1), at(2026, 1, 31)],
  ["a night that was missed", at(2026, 1, 20, 15), at(2026, 1, 21)],
])("a backup is due %s", (_what, lastMs, dueMs) => {
  expect(nextDueMs({ atMs: lastMs, hasFailed: false }, 3, lastMs)).toBe(dueMs);
});

test("one that failed is tried again after an hour", () => {
  const atMs = at(2026, 1, 31, 3);
  expect(nextDueMs({ atMs, hasFailed: true }, 3, atMs)).toBe(atMs + 3_600_000);
});

test("two years of nights leave seven days, four weeks and twelve months", () => {
  let kept: { atMs: number; isDamaged: boolean }[] = [];
  // Tuesday, 29 December 2026 is the last.
  for (let night = 0; night < 730; night++) {
    kept.push({ atMs: at(2024, 12, 30 + night), isDamaged: false });
    const gone = new Set(superseded(kept));
    kept = kept.filter((backup) => !gone.has(backup));
  }
  const days = kept
    .map(({ atMs }) => new Date(atMs))
    .map((day) => `${day.getFullYear()}-${day.getMonth() + 1}-${day.getDate()}`);
  expect(days).toEqual([
    ...["2026-1-31", "2026-2-28", "2026-3-31", "2026-4-30", "2026-5-31", "2026-6-30", "2026-7-31", "2026-8-31"],
    ...["2026-9-30", "2026-10-31", "2026-11-30"],
    ...["2026-12-13", "2026-12-20"],
    ...["2026-12-23", "2026-12-24", "2026-12-25", "2026-12-26", "2026-12-27", "2026-12-28", "2026-12-29"],
  ]);
});

test("damaged backups displace no valid one, and three of them are kept", () => {
  const sound = { atMs: at(2026, 1, 1), isDamaged: false };
  const damaged = [2, 3, 4, 5].map((day) => ({ atMs: at(2026, 1, day), isDamaged: true }));
  expect(superseded([sound, ...damaged])).toEqual(damaged.slice(0, 1));
});

test("of one day the newest stays", () => {
  const backups = [1, 5, 9].map((hour) => ({ atMs: at(2026, 1, 1, hour), isDamaged: false }));
  expect(superseded(backups)).toEqual([backups[1], backups[0]]);
});
