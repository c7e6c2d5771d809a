// Random steps for a store and its model: after any sequence of appending, sealing, removing and reopening, all queries match a sorted
// list.
import fc from "fast-check";
import { expect } from "vitest";
import type { TimeRange } from "../../../src/hub/store/mended.ts";
import { deviceId } from "./store.ts";
import {
  compareBuckets,
  comparePages,
  type Grid,
  keyOf,
  type Message,
  SERIES,
  type SeriesName,
  type StoreModel,
  type StoreUnderTest,
  type Stretch,
  selectionOf,
  toAppend,
} from "./store-model.ts";

const HOUR_MS = 3_600_000;
/** Two hours before midnight UTC, so that slots of all lengths end within the times used. */
export const START_MS = Date.UTC(2026, 1, 2, 22);

export type Step =
  /** Sent concurrently. */
  | { readonly kind: "append"; readonly messages: readonly Message[] }
  /** A Pi that was offline sends its backlog in one message. */
  | {
      readonly kind: "replay";
      readonly name: SeriesName;
      readonly fromMs: number;
      readonly everyMs: number;
      readonly count: number;
      readonly shift: number;
    }
  | { readonly kind: "seal" }
  | { readonly kind: "remove"; readonly stretch: Stretch }
  /** As a move copies history: readings of these series take the place of all that they have in the range. */
  | {
      readonly kind: "replace";
      readonly names: readonly SeriesName[];
      readonly range: TimeRange;
      readonly everyMs: number;
      readonly shift: number;
    }
  /** While `b` sends some more, and readings of another device are removed. */
  | { readonly kind: "copy"; readonly messages: readonly Message[]; readonly removed: Stretch }
  | { readonly kind: "reopen" }
  | { readonly kind: "chart"; readonly name: SeriesName; readonly grid: Grid }
  | {
      readonly kind: "page";
      readonly stretch: Stretch;
      readonly order: "oldest-first" | "newest-first";
      readonly limit: number;
    };

const name = fc.constantFrom(...SERIES);
/** Few different times, so that they collide; all within eight hours around midnight. */
const ts = fc.oneof(
  fc.integer({ min: 0, max: 40 }).map((n) => START_MS + n),
  fc.integer({ min: 0, max: 96 }).map((n) => START_MS + n * (HOUR_MS / 12)),
  fc.integer({ min: 0, max: 8 }).map((n) => START_MS + n * HOUR_MS - 1),
);
const value = fc.oneof(
  fc.integer({ min: -400, max: 400 }).map((n) => n / 10),
  fc.constantFrom(0, -0, 5e-324, -2.2e-308, 1.7e308, -1.7e308, 1 / 3, -1e-7, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Any stretch, or all there is: two days, and some of the days around them. */
const range = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(ts, ts).map(([a, b]) => ({ fromMs: Math.min(a, b), toMs: Math.max(a, b) + 1 })) },
  { weight: 1, arbitrary: fc.constant({ fromMs: START_MS - 25 * HOUR_MS, toMs: START_MS + 36 * HOUR_MS }) },
);
const stretch = fc.tuple(fc.option(name), range).map(([of, { fromMs, toMs }]): Stretch => ({ name: of, fromMs, toMs }));
const grid = fc
  .tuple(range, fc.constantFrom(1, 7, 60_000, 777_777, HOUR_MS / 4, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 72 * HOUR_MS))
  .map(([{ fromMs, toMs }, stepMs]): Grid => ({ fromMs, toMs, originMs: stepMs < HOUR_MS / 4 ? fromMs : 0, stepMs }));
const message = fc.record({
  readings: fc.array(fc.record({ name, tsMs: fc.option(ts, { freq: 2 }), value }), { minLength: 1, maxLength: 30 }),
  receivedAtMs: ts,
});
const lateOfB = fc.record({ name: fc.constantFrom<SeriesName>("b/t", "b/u"), tsMs: ts, value });
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(message, { minLength: 1, maxLength: 12 })
      .map((messages): Step => ({ kind: "append", messages })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        name,
        fromMs: ts,
        everyMs: fc.constantFrom(1, 1_000, 3_000),
        count: fc.oneof(fc.integer({ min: 1_000, max: 6_000 }), fc.constantFrom(4_095, 4_096, 4_097, 8_192)),
        shift: fc.nat(100),
      })
      .map((replay): Step => ({ kind: "replay", ...replay })),
  },
  { weight: 4, arbitrary: fc.constant<Step>({ kind: "seal" }) },
  { weight: 2, arbitrary: stretch.map((of): Step => ({ kind: "remove", stretch: of })) },
  {
    weight: 2,
    arbitrary: fc
      .record({
        names: fc.uniqueArray(name, { minLength: 1, maxLength: 2 }),
        range,
        everyMs: fc.constantFrom(30_000, 777_777, HOUR_MS, 13 * HOUR_MS),
        shift: fc.nat(100),
      })
      .map((replace): Step => ({ kind: "replace", ...replace })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        messages: fc.array(fc.record({ readings: fc.array(lateOfB, { minLength: 1 }), receivedAtMs: ts }), {
          maxLength: 4,
        }),
        removed: range.map((of): Stretch => ({ name: "b:1/x", ...of })),
      })
      .map((copy): Step => ({ kind: "copy", ...copy })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: "reopen" }) },
  { weight: 4, arbitrary: fc.tuple(name, grid).map(([of, where]): Step => ({ kind: "chart", name: of, grid: where })) },
  {
    weight: 4,
    arbitrary: fc
      .record({
        stretch,
        order: fc.constantFrom("oldest-first" as const, "newest-first" as const),
        limit: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1_000, max: 5_000 })),
      })
      .map((page): Step => ({ kind: "page", ...page })),
  },
);

async function append(open: StoreUnderTest, sent: Message): Promise<number[]> {
  return [...(await open.store.readings.append(toAppend(sent)))];
}

/** Does nothing to stores that cannot. */
async function replace(
  { store: { readings } }: StoreUnderTest,
  model: StoreModel,
  { names, range: { fromMs, toMs }, everyMs, shift }: Extract<Step, { kind: "replace" }>,
): Promise<void> {
  if (readings.replace === undefined) return;
  const tsMs = Float64Array.from({ length: Math.ceil((toMs - fromMs) / everyMs) }, (_, row) => fromMs + row * everyMs);
  const columns = { tsMs, values: tsMs.map((_, row) => ((row + shift) % 50) / 4) };
  await readings.replace(
    { fromMs, toMs },
    names.map((of) => ({ ...keyOf(of), columns })),
  );
  for (const of of names) {
    model.remove({ name: of, fromMs, toMs });
    const sent = Array.from(tsMs, (ms, row) => ({ name: of, tsMs: ms, value: columns.values[row] ?? 0 }));
    model.append({ readings: sent, receivedAtMs: START_MS });
  }
}

/** Runs a step on both, and compares the results. */
export async function take(open: StoreUnderTest, model: StoreModel, one: Step): Promise<void> {
  switch (one.kind) {
    case "append": {
      const times = await Promise.all(one.messages.map((sent) => append(open, sent)));
      expect(times).toEqual(one.messages.map((sent) => model.append(sent)));
      return;
    }
    case "replay": {
      const readings = Array.from({ length: one.count }, (_, index) => ({
        name: one.name,
        tsMs: one.fromMs + index * one.everyMs,
        value: ((index + one.shift) % 50) / 4,
      }));
      const sent = { readings, receivedAtMs: START_MS };
      expect((await append(open, sent)).at(-1)).toBe(model.append(sent).at(-1));
      return;
    }
    case "seal":
      // Not awaited: what follows meets a store that is busy sealing, or cuts it short.
      open.doBackgroundWork().catch(() => undefined);
      return;
    case "remove":
      await open.store.readings.remove(selectionOf(one.stretch));
      model.remove(one.stretch);
      return;
    case "replace":
      return replace(open, model, one);
    case "copy": {
      const copied = open.store.readings.copy(deviceId("a"), model.metricsOf("a"), deviceId("b"));
      const removed = open.store.readings.remove(selectionOf(one.removed));
      await Promise.all([copied, removed, ...one.messages.map((sent) => append(open, sent))]);
      model.copy();
      model.remove(one.removed);
      for (const sent of one.messages) model.append(sent);
      return;
    }
    case "reopen":
      return open.reopen();
    case "chart":
      return compareBuckets(open, model, one.name, one.grid);
    case "page":
      return comparePages(open, model, one.stretch, one.order, one.limit);
  }
}
