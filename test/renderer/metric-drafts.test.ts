// What the form for a device's metrics sends: what differs, and where the order does, the places of all.
import { expect, test } from "vitest";
import { metricChanges, metricDrafts, moved } from "../../src/renderer/pages/edit-device/metric-drafts.ts";
import type { Metric } from "../../src/shared/device.ts";

const metric = (name: string, more: Partial<Metric> = {}): Metric => ({
  name,
  latest: { ts: 0, value: 0 },
  stale: false,
  ...more,
});
const before = metricDrafts([metric("a", { unit: "°C", hidden: true }), metric("b"), metric("c", { decimals: 2 })]);
const [a, b, c] = before;

test("nothing changed is nothing to send", () => {
  expect(metricChanges(before, [...before])).toBeNull();
});

test("changed fields are sent, and empty ones removed", () => {
  if (a === undefined || b === undefined || c === undefined) throw new Error("three drafts");
  const after = [
    { ...a, unit: " ", isShown: true },
    { ...b, kind: "state" as const },
    { ...c, decimals: "" },
  ];
  expect(metricChanges(before, after)).toEqual({
    a: { unit: null, hidden: null },
    b: { kind: "state" },
    c: { decimals: null },
  });
});

test("another order sends the places of all", () => {
  expect(metricChanges(before, moved(before, 2, -1))).toEqual({ a: { place: 0 }, c: { place: 1 }, b: { place: 2 } });
});
