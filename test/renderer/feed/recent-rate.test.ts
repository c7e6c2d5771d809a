// The rate of readings that the status line shows.
import { expect, test } from "vitest";
import { RecentRate } from "../../../src/renderer/api/feed/recent-rate.ts";

test("devices that send every two seconds have one rate, and not two in turn", () => {
  const rate = new RecentRate();
  const shown = Array.from({ length: 20 }, (_, second) => rate.add(second % 2 === 0 ? 16 : 0));
  expect(new Set(shown.slice(9))).toEqual(new Set([8]));
});

test("what stopped is forgotten after ten seconds", () => {
  const rate = new RecentRate();
  rate.add(100);
  const shown = Array.from({ length: 10 }, () => rate.add(0));
  expect(shown.at(-2)).toBe(10);
  expect(shown.at(-1)).toBe(0);
});
