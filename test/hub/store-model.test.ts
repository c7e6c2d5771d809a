// The store against a plain model of it: whatever is appended, sealed, removed and reopened, in whatever order, every
// question has the answer that a sorted list would give.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { BucketQuery, PageQuery, ReadingPosition } from "../../src/hub/store/readings.ts";
import { positionOfLast } from "../../src/hub/store/readings.ts";
import type { Bucket, IncomingReading } from "../../src/shared/reading.ts";
import { deviceId, metricName, openTestStore, type TestStore } from "../support/store.ts";

const HOUR_MS = 3_600_000;
/** Two hours before midnight UTC, so that hours, quarters of a day and days end within the times used. */
const START_MS = Date.UTC(2026, 0, 31, 22);
const SERIES = ["a/t", "a/u", "b/t"] as const;
type Name = (typeof SERIES)[number];

function keyOf(name: Name) {
  const [device = "", metric = ""] = name.split("/");
  return { device: deviceId(device), metric: metricName(metric) };
}

/** What the store should be: of each series a value per time. */
class Model {
  readonly series = new Map<Name, Map<number, number>>(SERIES.map((name) => [name, new Map()]));

  append(readings: readonly Sent[], receivedAtMs: number): number[] {
    return readings.map(({ name, tsMs, value }) => {
      const values = this.of(name);
      let ts = tsMs ?? receivedAtMs;
      if (tsMs === null) while (values.has(ts)) ts++;
      values.set(ts, value);
      return ts;
    });
  }

  remove(name: Name, fromMs: number, toMs: number): void {
    const values = this.of(name);
    for (const ts of [...values.keys()]) if (fromMs <= ts && ts < toMs) values.delete(ts);
  }

  /** Rows by time, then series. */
  rows(fromMs: number, toMs: number): { name: Name; ts: number; value: number }[] {
    return SERIES.flatMap((name) =>
      [...this.of(name)].filter(([ts]) => fromMs <= ts && ts < toMs).map(([ts, value]) => ({ name, ts, value })),
    ).sort((a, b) => a.ts - b.ts || (a.name < b.name ? -1 : 1));
  }

  buckets(name: Name, { fromMs, toMs, originMs, stepMs }: Grid): Bucket[] {
    const found = new Map<number, number[]>();
    for (const [ts, value] of [...this.of(name)].sort(([a], [b]) => a - b)) {
      if (ts < fromMs || ts >= toMs) continue;
      const index = Math.floor((ts - originMs) / stepMs);
      found.set(index, [...(found.get(index) ?? []), value]);
    }
    return [...found].map(([index, values]) => ({
      t: Math.max(fromMs, originMs + index * stepMs),
      min: values.reduce((a, b) => Math.min(a, b)),
      max: values.reduce((a, b) => Math.max(a, b)),
      avg: values.reduce((sum, value) => sum + value / values.length, 0),
      n: values.length,
    }));
  }

  of(name: Name): Map<number, number> {
    return this.series.get(name) ?? expect.unreachable(name);
  }
}

type Grid = Pick<BucketQuery, "fromMs" | "toMs" | "originMs" | "stepMs">;

interface Sent {
  readonly name: Name;
  readonly tsMs: number | null;
  readonly value: number;
}

type Step =
  | { readonly kind: "append"; readonly readings: readonly Sent[]; readonly receivedAtMs: number }
  /** A Pi that was away sends what it kept: many readings at once. */
  | {
      readonly kind: "replay";
      readonly name: Name;
      readonly fromMs: number;
      readonly everyMs: number;
      readonly count: number;
    }
  | { readonly kind: "seal" }
  | { readonly kind: "remove"; readonly name: Name; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "reopen" }
  | { readonly kind: "look"; readonly name: Name; readonly grid: Grid; readonly limit: number };

const name = fc.constantFrom(...SERIES);
/** Few different times, so that they collide; all within eight hours around midnight. */
const ts = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => START_MS + n),
  fc.integer({ min: 0, max: 96 }).map((n) => START_MS + n * (HOUR_MS / 12)),
  fc.integer({ min: 0, max: 8 }).map((n) => START_MS + n * HOUR_MS - 1),
);
const value = fc.oneof(
  fc.integer({ min: -400, max: 400 }).map((n) => n / 10),
  fc.constantFrom(0, -0, 5e-324, 1.7e308, 1 / 3, -1e-7),
);
const range = fc.tuple(ts, ts).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) + 1 }));
const grid: fc.Arbitrary<Grid> = fc
  .tuple(range, fc.constantFrom(7, 60_000, 777_777, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 48 * HOUR_MS))
  .map(([{ fromMs, toMs }, stepMs]) => ({ fromMs, toMs, originMs: stepMs < HOUR_MS ? fromMs : 0, stepMs }));
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      readings: fc.array(fc.record({ name, tsMs: fc.option(ts), value }), { minLength: 1, maxLength: 30 }),
      receivedAtMs: ts,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("replay" as const),
      name,
      fromMs: ts,
      everyMs: fc.constantFrom(1, 1_000, 3_000),
      count: fc.integer({ min: 1_000, max: 6_000 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("seal" as const) }) },
  {
    weight: 1,
    arbitrary: fc.tuple(name, range).map(([of, stretch]) => ({ kind: "remove" as const, name: of, ...stretch })),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reopen" as const) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("look" as const), name, grid, limit: fc.integer({ min: 1, max: 5_000 }) }),
  },
);

async function run(open: TestStore, model: Model, one: Step): Promise<void> {
  switch (one.kind) {
    case "append":
      return append(open, model, one.readings, one.receivedAtMs);
    case "replay": {
      const times = Array.from({ length: one.count }, (_, index) => one.fromMs + index * one.everyMs);
      return append(
        open,
        model,
        times.map((tsMs, index) => ({ name: one.name, tsMs, value: (index % 50) / 4 })),
        START_MS,
      );
    }
    case "seal":
      // Not awaited: what follows meets a store that is busy sealing, or cuts it short.
      open.store.seal().catch(() => undefined);
      return;
    case "remove": {
      const { device, metric } = keyOf(one.name);
      const { fromMs, toMs } = one;
      await open.store.readings.remove({ devices: [device], metrics: [metric], fromMs, toMs });
      model.remove(one.name, fromMs, toMs);
      return;
    }
    case "reopen":
      return open.reopen();
    case "look":
      return compare(open, model, one.name, one.grid, one.limit);
  }
}

async function append(open: TestStore, model: Model, sent: readonly Sent[], receivedAtMs: number): Promise<void> {
  const readings = sent.map(({ name: of, tsMs, value }): IncomingReading => ({ ...keyOf(of), tsMs, value }));
  const times = await open.store.readings.append({ readings, attributes: [], receivedAtMs });
  expect([...times]).toEqual(model.append(sent, receivedAtMs));
}

async function compare(open: TestStore, model: Model, of: Name, where: Grid, limit: number): Promise<void> {
  const buckets = await open.store.readings.buckets({ ...keyOf(of), ...where });
  const expected = model.buckets(of, where);
  expect(buckets.map(({ t, min, max, n }) => ({ t, min: min + 0, max: max + 0, n }))).toEqual(
    expected.map(({ t, min, max, n }) => ({ t, min: min + 0, max: max + 0, n })),
  );
  for (const [index, { avg }] of expected.entries()) {
    const found = buckets[index]?.avg ?? Number.NaN;
    expect(Math.abs(found - avg)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(avg)));
  }
  for (const order of ["oldest-first", "newest-first"] as const) {
    const rows = model.rows(where.fromMs, where.toMs);
    if (order === "newest-first") rows.sort((a, b) => b.ts - a.ts || (a.name < b.name ? -1 : 1));
    const found = await page(open, { order, limit, fromMs: where.fromMs, toMs: where.toMs });
    expect(found).toEqual(rows.slice(0, 2 * limit));
  }
}

/** Two pages of rows, with their exact values. */
async function page(open: TestStore, query: Pick<PageQuery, "order" | "limit" | "fromMs" | "toMs">) {
  const rows: { name: string; ts: number; value: number }[] = [];
  let after: ReadingPosition | null = null;
  for (let pages = 0; pages < 2; pages++) {
    const found = await open.store.readings.page({ devices: null, metrics: null, ...query, after });
    for (const [row, tsMs] of found.tsMs.entries()) {
      const key = found.series[found.seriesIndex[row] ?? -1];
      rows.push({ name: `${key?.device}/${key?.metric}`, ts: tsMs, value: found.values[row] ?? Number.NaN });
    }
    after = positionOfLast(found);
    if (!found.more || after === null) break;
  }
  return rows;
}

test("every question has the answer of the model, whatever came before", { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      await using open = await openTestStore();
      const model = new Model();
      for (const one of steps) await run(open, model, one);
      const whole = { fromMs: START_MS - HOUR_MS, toMs: START_MS + 24 * HOUR_MS, originMs: 0 };
      await open.store.seal();
      for (const of of SERIES) await compare(open, model, of, { ...whole, stepMs: HOUR_MS }, 20_000);
      const newest = (await open.store.readings.latest()).map(({ device, metric, tsMs }) => [
        `${device}/${metric}`,
        tsMs,
      ]);
      const expected = SERIES.filter((of) => model.of(of).size > 0).map((of) => [of, Math.max(...model.of(of).keys())]);
      expect(new Map(newest as [string, number][])).toEqual(new Map(expected as [string, number][]));
      const { sealedReadings, journalReadings } = await open.store.status();
      expect({ sealedReadings, journalReadings }).toEqual({
        sealedReadings: [...model.series.values()].reduce((sum, { size }) => sum + size, 0),
        journalReadings: 0,
      });
      expect(open.troubles.filter((words) => !words.includes("the store is closed"))).toEqual([]);
    }),
    { numRuns: 40, endOnFailure: true },
  );
});
