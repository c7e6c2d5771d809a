// How long readings are kept. The hub runs inside the test, so that the test can turn its clock.
import { expect, test } from "vitest";
import type { Retention, RetentionRule } from "../../../src/shared/api.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 0, 31, 12);

const daysAgo = (days: number) => NOON - days * DAY_MS;

async function send(hub: HubInside, device: string, metrics: readonly string[], days: readonly number[]) {
  for (const day of days) {
    const values = Object.fromEntries(metrics.map((metric) => [metric, day]));
    expect((await hub.post({ device_id: device, ts: daysAgo(day), ...values })).status).toBe(200);
  }
}

async function put(hub: HubInside, rules: readonly unknown[]): Promise<Response> {
  return hub.fetch("/api/v1/retention", { method: "PUT", body: JSON.stringify({ rules }) });
}

/** How many days old the readings of a series are, oldest first. */
async function ages(hub: HubInside, device: string, metric: string): Promise<number[]> {
  const response = await hub.fetch(`/api/v1/readings?device=${device}&metric=${metric}`);
  const { readings }: { readings: { ts: number }[] } = await response.json();
  return readings.map(({ ts }) => (NOON - ts) / DAY_MS).reverse();
}

const untilAges = (hub: HubInside, device: string, metric: string, expected: readonly number[]) =>
  until(`${device}/${metric} has readings of ${expected} days`, async () =>
    JSON.stringify(await ages(hub, device, metric)) === JSON.stringify(expected) ? true : undefined,
  );

async function rulesOf(hub: HubInside): Promise<RetentionRule[]> {
  const { rules }: Retention = await (await hub.fetch("/api/v1/retention")).json();
  return rules;
}

test("without rules everything is kept; the most specific rule applies, also after a restart", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  expect(await rulesOf(hub)).toEqual([]);
  await send(hub, "a", ["t", "u"], [400, 40, 8, 7, 0]);
  await send(hub, "b", ["t", "u"], [400, 40, 8, 7, 0]);
  const rules = [
    { keepDays: 30 },
    { metric: "t", keepDays: 365 },
    { device: "b", keepDays: 7 },
    { device: "b", metric: "u", keepDays: null },
  ];
  const answer = await put(hub, rules);
  expect([answer.status, await answer.json()]).toEqual([200, { rules }]);
  await untilAges(hub, "a", "t", [40, 8, 7, 0]);
  await untilAges(hub, "a", "u", [8, 7, 0]);
  // The days that are kept are whole ones.
  await untilAges(hub, "b", "t", [7, 0]);
  expect(await ages(hub, "b", "u")).toEqual([400, 40, 8, 7, 0]);

  await hub.restart();
  expect(await rulesOf(hub)).toEqual(rules);
  hub.clock.leap(12 * HOUR_MS);
  await untilAges(hub, "b", "t", [0]);
  expect(await ages(hub, "a", "u")).toEqual([8, 7, 0]);
});

test("late readings are stored, and removed with their day", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await put(hub, [{ keepDays: 7 }]);
  await send(hub, "a", ["t"], [20, 2]);
  expect(await ages(hub, "a", "t")).toEqual([20, 2]);
  hub.clock.leap(DAY_MS);
  await untilAges(hub, "a", "t", [2]);
});

test("a clock that is years off removes a day an hour, and nothing once it is corrected", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await put(hub, [{ keepDays: 5 }]);
  await send(hub, "a", ["t"], [5, 4, 3, 2, 1, 0]);
  // As if it had been switched on with another clock.
  hub.clock.set(NOON + 3_650 * DAY_MS);
  hub.clock.advance(HOUR_MS);
  await untilAges(hub, "a", "t", [4, 3, 2, 1, 0]);
  hub.clock.advance(HOUR_MS);
  await untilAges(hub, "a", "t", [3, 2, 1, 0]);
  hub.clock.set(NOON + 2 * HOUR_MS);
  hub.clock.advance(HOUR_MS);
  await send(hub, "a", ["t"], [5]);
  hub.clock.advance(HOUR_MS);
  await hub.restart();
  expect(await ages(hub, "a", "t")).toEqual([5, 3, 2, 1, 0]);
});

test("invalid rules are refused with a message and change nothing", async () => {
  await using hub = await startHubInside({ nowMs: NOON });
  await put(hub, [{ keepDays: 30 }]);
  const cases: [unknown[], string, string][] = [
    [[{ keepDays: 0.5 }], "bad-request", "keepDays"],
    [[{ keepDays: -1 }], "bad-request", "keepDays"],
    [[{ keepDays: true }], "bad-request", "keepDays"],
    [[{ keepDays: "30" }], "bad-request", "keepDays"],
    [[{ device: "no id", keepDays: 1 }], "bad-device-id", "“no id” is no device id."],
    [[{ metric: "__proto__", keepDays: 1 }], "bad-metric", "“__proto__” is no metric name."],
    [[{ keepDays: 1 }, { keepDays: 2 }], "bad-request", "Two rules are for the same device and metric."],
  ];
  for (const [rules, error, words] of cases) {
    const response = await put(hub, rules);
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ error, message: expect.stringContaining(words) }),
    ]);
  }
  expect(await rulesOf(hub)).toEqual([{ keepDays: 30 }]);
});
