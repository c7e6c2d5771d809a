// How a database server takes the history of a move: in chunks where it is old, in rows where it is not, with its summaries. That
// queries answer as before, whatever was there, is tested by the model's contract, of which replacing is a step.
import { describe, expect, test } from "vitest";
import { openServerStore, type TestServerStore } from "../support/stores/server-store.ts";
import { deviceId, makeReading, metricName } from "../support/stores/store.ts";
import { firstDifference, type Row, storedRows } from "../support/stores/store-model.ts";
import type { DatabaseServer } from "../support/system/database-server.ts";

const DAY_MS = 24 * 3_600_000;
const NOW_MS = Date.UTC(2026, 5, 15, 12);
/** The day that is the last one in chunks ends then. */
const COMPACTED_TO_MS = Date.UTC(2026, 2, 17);
const PERIOD_MS = 7 * 60_000;
/** Cut neither at a slot nor at a day; the middle one has both chunks and rows. */
const STRETCHES = [COMPACTED_TO_MS + 10 * DAY_MS + 1, COMPACTED_TO_MS + 3 * DAY_MS + 5, COMPACTED_TO_MS - 4 * DAY_MS];
const START_MS = COMPACTED_TO_MS - 30 * DAY_MS;

export function replaceContract(product: string, server: () => DatabaseServer): void {
  describe(`history in ${product} that is replaced`, () => {
    test("is in chunks where it is old, in rows where it is not, and has its summaries at once", async () => {
      await using open = await openServerStore(server(), {
        clock: { now: () => NOW_MS, every: () => () => undefined },
      });
      const database = new URL(open.address).pathname.slice(1);
      const count = async (what: string, where = "1 = 1") => {
        const [row] = await server().administer(`SELECT COALESCE(${what}, 0) FROM ${where}`, database);
        return Number(row?.[0]);
      };
      const late = [COMPACTED_TO_MS + PERIOD_MS, START_MS + PERIOD_MS, START_MS - DAY_MS, STRETCHES[0] ?? 0];
      await append(
        open,
        late.map((ts) => ({ name: "a/t", ts, value: -1 })),
      );
      const replaced = ["a/t", "a/u"].flatMap((name) => history(name));
      const kept = late.slice(2).map((ts) => ({ name: "a/t", ts, value: -1 }));
      const expected = [...replaced, ...kept].sort(byTime);
      // As after a crash, that a copy goes on from what was written down long before.
      for (let time = 0; time < 2; time++) {
        let toMs = STRETCHES[0] ?? 0;
        for (const fromMs of [...STRETCHES.slice(1), START_MS]) {
          await replace(open, replaced, fromMs, toMs);
          toMs = fromMs;
        }
        expect(firstDifference(await storedRows(open), expected)).toBeNull();
        expect(await open.findings()).toEqual([]);
        const old = replaced.filter(({ ts }) => ts < COMPACTED_TO_MS).length;
        expect(await count("SUM(readings)", "reading_chunk")).toBe(old);
        expect(await count("COUNT(*)", "reading")).toBe(expected.length - old);
      }
      const slots = new Set(replaced.map(({ name, ts }) => `${name} ${Math.floor(ts / (15 * 60_000))}`));
      const summed = await count("COUNT(*)", "rollup_slot WHERE minutes = 15");
      expect(summed).toBeGreaterThan(0.99 * slots.size);
      await open.doBackgroundWork();
      expect(await open.findings()).toEqual([]);
      expect(await count("COUNT(*)", "rollup_mark")).toBe(0);
      expect(await count("COUNT(*)", "rollup_slot WHERE minutes = 15")).toBe(slots.size + kept.length);
      expect(firstDifference(await storedRows(open), expected)).toBeNull();
    });

    test("stays beside a damaged chunk", async () => {
      await using open = await openServerStore(server(), {
        clock: { now: () => NOW_MS, every: () => () => undefined },
      });
      const database = new URL(open.address).pathname.slice(1);
      const all = history("a/t");
      const middleMs = START_MS + 2 * DAY_MS;
      await replace(open, all, START_MS, START_MS + 3 * DAY_MS);
      await server().administer("UPDATE reading_chunk SET checksum = checksum + 1", database);
      await replace(open, all, middleMs, START_MS + 5 * DAY_MS);
      const found = all.filter(({ ts }) => ts >= middleMs && ts < START_MS + 5 * DAY_MS);
      expect(firstDifference(await storedRows(open), found)).toBeNull();
      expect(await open.findings()).toEqual([expect.stringMatching(/is damaged/)]);
    });
  });
}

function history(name: string): Row[] {
  const toMs = STRETCHES[0] ?? 0;
  const count = Math.ceil((toMs - START_MS) / PERIOD_MS);
  return Array.from({ length: count }, (_, row) => ({
    name,
    ts: START_MS + row * PERIOD_MS,
    value: (row * 7_919) % 1_009,
  }));
}

async function replace(open: TestServerStore, all: readonly Row[], fromMs: number, toMs: number): Promise<void> {
  const bySeries = Map.groupBy(
    all.filter(({ ts }) => ts >= fromMs && ts < toMs),
    ({ name }) => name,
  );
  const series = Array.from(bySeries, ([name, rows]) => {
    const [device = "", metric = ""] = name.split("/");
    const tsMs = Float64Array.from(rows, ({ ts }) => ts);
    const columns = { tsMs, values: Float64Array.from(rows, ({ value }) => value) };
    return { device: deviceId(device), metric: metricName(metric), columns };
  });
  await open.store.readings.replace?.({ fromMs, toMs }, series);
}

async function append({ store }: TestServerStore, rows: readonly Row[]): Promise<void> {
  const readings = rows.map(({ ts, value }) => makeReading("a", "t", ts, value));
  await store.readings.append({ readings, attributes: [], receivedAtMs: NOW_MS });
}

function byTime(a: Row, b: Row): number {
  return a.ts - b.ts || (a.name < b.name ? -1 : 1);
}
