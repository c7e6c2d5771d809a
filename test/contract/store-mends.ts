// Any adapter's readings through mends, against a plain model of both. What is under the mends stays as it was, bit for bit.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Clock } from "../../src/hub/clock.ts";
import { MendList } from "../../src/hub/mend/mend-list.ts";
import { mendedReadings } from "../../src/hub/mend/mended-readings.ts";
import { Mending } from "../../src/hub/mend/mending.ts";
import type { ReadingStore } from "../../src/hub/store/readings.ts";
import type { Mend, MendRequest, Repair } from "../../src/shared/history/mend.ts";
import { runsOf } from "../support/stores/runs.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import {
  compareAll,
  compareBuckets,
  comparePages,
  EVERYTHING,
  firstDifference,
  type Row,
  SERIES,
  type SeriesName,
  StoreModel,
  type StoreUnderTest,
  storedRows,
} from "../support/stores/store-model.ts";
import { START_MS, step, take } from "../support/stores/store-steps.ts";
import { type ModelContractOptions, withoutNegativeZero } from "./store-model.ts";

const HOUR_MS = 3_600_000;
const WHOLE = { fromMs: START_MS - HOUR_MS, toMs: START_MS + 24 * HOUR_MS };
const clock: Clock = { now: () => START_MS, every: () => () => undefined };

interface Wanted {
  readonly name: SeriesName;
  readonly request: MendRequest;
}

const tsMs = fc.oneof(
  fc.integer({ min: 0, max: 96 }).map((n) => START_MS + n * (HOUR_MS / 12)),
  fc.integer({ min: 0, max: 40 }).map((n) => START_MS + n),
  fc.constantFrom(0, START_MS - HOUR_MS, START_MS + 72 * HOUR_MS),
);
const bound = fc.option(fc.integer({ min: -300, max: 300 }).map((n) => n / 10));
const repair = fc.oneof(
  fc.constant<Repair>({ kind: "hide" }),
  fc.integer({ min: -9, max: 9 }).map((value): Repair => ({ kind: "set", value })),
  fc
    .tuple(fc.constantFrom(1, 1.8, -1, 0, 0.1), fc.constantFrom(0, 32, -5.5))
    .map(([factor, offset]): Repair => ({ kind: "scale", factor, offset })),
);
const wanted = fc
  .tuple(fc.constantFrom(...SERIES), tsMs, tsMs, bound, bound, repair)
  .map(([name, a, b, c, d, how]): Wanted => {
    const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
    const [least, greatest] = c !== null && d !== null && c > d ? [d, c] : [c, d];
    const box = { ...(least !== null && { least }), ...(greatest !== null && { greatest }) };
    return { name, request: { metric: name.split("/")[1] ?? "", from, to, ...box, repair: how } };
  });

/** Registers the test for an adapter whose stores `open` gives. */
export function mendContract(
  { runs, keepsNegativeZero }: ModelContractOptions,
  open: () => Promise<StoreUnderTest & AsyncDisposable>,
): void {
  test("queries with corrections match the model, and undone corrections leave no trace", {
    timeout: 240_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(keepsNegativeZero ? step : step.map(withoutNegativeZero), { minLength: 5, maxLength: 20 }),
        fc.array(wanted, { minLength: 1, maxLength: 6 }),
        fc.array(step, { maxLength: 3 }),
        async (steps, wishes, later) => {
          await using under = await open();
          const model = new StoreModel();
          for (const one of steps) await take(under, model, one);
          await under.doBackgroundWork();
          const sent = await storedRows(under);
          const charts = await allBuckets(under.store.readings);

          const mends = await startMends(under);
          const made: Mend[] = [];
          for (const wish of wishes) made.push(await mendAsWished(mends.mending, wish, model, made));
          const shown = shownModel(model, made);
          await compareAll(mends.under(), shown);
          await compareEveryBucket(mends.under(), shown);
          await comparePages(mends.under(), shown, EVERYTHING, "newest-first", 3);

          // Kept, and true of what comes later.
          await under.reopen();
          for (const one of keepsNegativeZero ? later : later.map(withoutNegativeZero)) await take(under, model, one);
          const again = await startMends(under);
          const shownThen = shownModel(model, made);
          await compareAll(again.under(), shownThen);
          await compareEveryBucket(again.under(), shownThen);

          for (const mend of made.toReversed()) {
            const undone = await again.mending.undo(deviceId(mend.device), mend.id);
            expect(undone).toMatchObject({ mend: { id: mend.id } });
          }
          await compareAll(again.under(), model);
          if (later.length > 0) return;
          expect(firstDifference(await storedRows(again.under()), sent)).toBeNull();
          expect(await allBuckets(again.under().store.readings)).toEqual(charts);
        },
      ),
      { numRuns: runsOf(runs), endOnFailure: true },
    );
  });
}

/** The mends that a store keeps, and the store as it looks through them. */
async function startMends(under: StoreUnderTest) {
  const stored = under.store.readings;
  const list = new MendList(under.store.records, clock);
  await list.start();
  let id = 0;
  const mending = new Mending({
    list,
    stored,
    clock,
    makeId: () => `m${++id}`,
    isKnown: () => true,
    onChange: async () => undefined,
  });
  const { store } = under;
  const mended: StoreUnderTest["store"] = {
    readings: mendedReadings(stored, list),
    records: store.records,
    audit: store.audit,
    metadata: store.metadata,
    backup: store.backup,
    start: () => store.start(),
    stop: () => store.stop(),
    releaseMemory: () => store.releaseMemory(),
    status: () => store.status(),
  };
  return {
    mending,
    under: (): StoreUnderTest => ({
      store: mended,
      reopen: () => under.reopen(),
      doBackgroundWork: () => under.doBackgroundWork(),
      findings: () => under.findings(),
    }),
  };
}

/** What is counted beforehand and what is said to be done are those that lie in the box as it is shown. */
async function mendAsWished(
  mending: Mending,
  { name, request }: Wanted,
  model: StoreModel,
  made: readonly Mend[],
): Promise<Mend> {
  const device = deviceId(name.split("/")[0] ?? "");
  const expected = model
    .rows({ ...EVERYTHING, name })
    .filter((row) => shownOf(row, made).some((value) => isIn(row.ts, value, request))).length;
  expect(await mending.preview(device, request)).toBe(expected);
  const result = await mending.apply(device, request, "someone");
  if ("code" in result) throw new Error(result.code);
  expect(result.readings).toBe(expected);
  return result.mend;
}

function isIn(ts: number, value: number, { from, to, least = -Infinity, greatest = Infinity }: MendRequest): boolean {
  return from <= ts && ts < to && least <= value && value <= greatest;
}

/** The value that is to be shown of a row; none where it is hidden. */
function shownOf({ name, ts, value }: Row, mends: readonly Mend[]): number[] {
  let shown = [value];
  for (const mend of mends) {
    if (`${mend.device}/${mend.metric}` !== name) continue;
    shown = shown.flatMap((before) => {
      if (!isIn(ts, before, mend)) return [before];
      if (mend.repair.kind === "hide") return [];
      if (mend.repair.kind === "set") return [mend.repair.value];
      const scaled = before * mend.repair.factor + mend.repair.offset;
      return [Number.isFinite(scaled) ? scaled : Math.sign(scaled) * Number.MAX_VALUE];
    });
  }
  return shown;
}

/** What the store is to look like through `mends`. */
function shownModel(model: StoreModel, mends: readonly Mend[]): StoreModel {
  const shown = new StoreModel();
  const rows = model.rows(EVERYTHING);
  for (const name of model.series) shown.append({ readings: [{ name, tsMs: 0, value: 0 }], receivedAtMs: 0 });
  shown.remove({ name: null, fromMs: 0, toMs: 1 });
  for (const row of rows) {
    const readings = shownOf(row, mends).map((value) => ({ name: row.name, tsMs: row.ts, value }));
    shown.append({ readings, receivedAtMs: 0 });
  }
  return shown;
}

async function compareEveryBucket(under: StoreUnderTest, model: StoreModel): Promise<void> {
  for (const name of SERIES) {
    for (const stepMs of [HOUR_MS / 4, HOUR_MS, 72 * HOUR_MS])
      await compareBuckets(under, model, name, { ...WHOLE, originMs: 0, stepMs });
    await compareBuckets(under, model, name, { ...WHOLE, originMs: WHOLE.fromMs, stepMs: 777_777 });
  }
}

/** The buckets of all series, short ones and those of rollups. */
async function allBuckets(readings: ReadingStore): Promise<unknown[]> {
  const grids = [HOUR_MS / 4, HOUR_MS, 3 * HOUR_MS, 72 * HOUR_MS].map((stepMs) => ({ ...WHOLE, originMs: 0, stepMs }));
  const found: unknown[] = [];
  for (const name of SERIES) {
    const [device = "", metric = ""] = name.split("/");
    const key = { device: deviceId(device), metric: metricName(metric) };
    for (const grid of grids) found.push(await readings.buckets({ ...key, ...grid }));
  }
  return found;
}
