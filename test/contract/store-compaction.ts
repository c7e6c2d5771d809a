// Compaction in a database server: old readings become chunks of a fraction of the size, without loss, whatever happens to the server.
// That query results are unchanged is tested by the model's contract, which compacts at every step.
import { describe, expect, test } from "vitest";
import { openServerStore, type TestServerStore } from "../support/stores/server-store.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import { firstDifference, type Row, storedRows } from "../support/stores/store-model.ts";
import type { DatabaseServer } from "../support/system/database-server.ts";
import { until } from "../support/until.ts";

const DAY_MS = 24 * 3_600_000;
const START_MS = Date.UTC(2026, 0, 30);
const PERIOD_MS = 10_000;
const SERIES = ["a/t", "a/u", "b/t"] as const;
const READINGS_PER_SERIES = 3_000;
/** All readings are old. */
const AT_ONCE = { compactAfterMs: 0 };

export interface CompactionContractOptions {
  readonly product: string;
  /** A query for one series and stretch of time, where the server has functions for it; null where it has none. */
  readonly readingsBetween: ((from: string, to: string) => string) | null;
}

export function compactionContract(
  { product, readingsBetween }: CompactionContractOptions,
  server: () => DatabaseServer,
): void {
  describe(`old readings in ${product}`, () => {
    test("become chunks of a few bytes a reading, and late ones are merged", async () => {
      await using open = await openServerStore(server(), AT_ONCE);
      const database = new URL(open.address).pathname.slice(1);
      const sent = await append(open);
      await open.doBackgroundWork();
      const chunked = "SELECT COUNT(*), SUM(readings), SUM(LENGTH(data)) FROM reading_chunk GROUP BY series_id";
      const [[chunks = 0, readings = 0, bytes = 0] = []] = await numbers(server(), chunked, database);
      expect(readings).toBe(READINGS_PER_SERIES);
      expect(chunks).toBeLessThan(4);
      expect(bytes / readings).toBeLessThan(3);
      expect(await numbers(server(), "SELECT COUNT(*) FROM reading", database)).toEqual([[0]]);
      expect(firstDifference(await storedRows(open), sent)).toBeNull();

      // The late and the repeated win, as rows and in chunks; a reading without a time gets a free one.
      const late = sent.filter((_, index) => index % 997 === 3).map((row) => ({ ...row, value: row.value + 1_000 }));
      const added = { name: "a/t", ts: START_MS + 5, value: -1 };
      await open.store.readings.append(message([...late, added]));
      const [freeMs] = await open.store.readings.append({
        readings: [{ device: deviceId("a"), metric: metricName("t"), tsMs: null, value: -2 }],
        attributes: [],
        receivedAtMs: START_MS,
      });
      expect(freeMs).toBe(START_MS + 1);
      const expected = withLate(sent, [...late, added, { name: "a/t", ts: START_MS + 1, value: -2 }]);
      expect(firstDifference(await viewed(server(), database), expected)).toBeNull();
      for (const work of [null, () => open.doBackgroundWork()]) {
        await work?.();
        expect(firstDifference(await storedRows(open), expected)).toBeNull();
        expect(await open.findings()).toEqual([]);
      }
      expect((await open.store.status()).storedReadings).toBe(expected.length);
      if (readingsBetween === null) return;
      const [from, to] = [START_MS + DAY_MS / 8, START_MS + DAY_MS / 4];
      const sql = readingsBetween(new Date(from).toISOString(), new Date(to).toISOString());
      const between = await numbers(server(), sql, database);
      const ofSeries = expected.filter(({ name, ts }) => name === "b/t" && from <= ts && ts < to);
      expect(between).toEqual(ofSeries.map(({ ts, value }) => [ts, value]));
    });

    test("survive a kill of the server during compaction", { timeout: 120_000 }, async () => {
      await using open = await openServerStore(server(), AT_ONCE);
      const database = new URL(open.address).pathname.slice(1);
      const sent = await append(open, 3 * READINGS_PER_SERIES);
      for (let kills = 1; kills <= 2; kills++) {
        const compacting = open.store.compact().catch(() => undefined);
        await until("some are in chunks", async () => {
          const [[readings = 0] = []] = await numbers(server(), "SELECT SUM(readings) FROM reading_chunk", database);
          return readings >= (kills * sent.length) / 4 ? true : undefined;
        });
        await server().kill();
        await compacting;
        await server().start();
        await until("it answers again", () => open.store.status().catch(() => undefined));
        expect(firstDifference(await storedRows(open), sent)).toBeNull();
      }
      await open.doBackgroundWork();
      expect(firstDifference(await storedRows(open), sent)).toBeNull();
      expect(await open.findings()).toEqual([]);
    });

    test("a damaged chunk is found by the check, and only its readings are missing", async () => {
      await using open = await openServerStore(server(), AT_ONCE);
      const database = new URL(open.address).pathname.slice(1);
      const sent = await append(open);
      await open.doBackgroundWork();
      await server().administer("UPDATE reading_chunk SET checksum = checksum + 1 WHERE series_id = 1", database);
      const left = await storedRows(open);
      expect(
        firstDifference(
          left,
          sent.filter(({ name }) => name !== SERIES[0]),
        ),
      ).toBeNull();
      expect(open.warnings.join()).toMatch(/is damaged: its checksum does not match/);
      expect((await open.store.status()).damagedParts).toBeGreaterThan(0);
      expect((await open.findings()).join()).toMatch(/a\/t: .*is damaged/);
      // What comes late to a damaged chunk stays beside it; what comes behind it goes into chunks of its own.
      const come = [0, 30 * DAY_MS, 30 * DAY_MS + 1].map((ms) => ({ name: "a/t", ts: START_MS + ms, value: 7 }));
      await open.store.readings.append(message(come));
      await open.store.compact();
      expect((await storedRows(open)).filter(({ name }) => name === "a/t")).toEqual(come);
      expect(await numbers(server(), "SELECT COUNT(*) FROM reading", database)).toEqual([[1]]);
      await open.store.readings.remove({
        devices: [deviceId("a")],
        metrics: null,
        fromMs: 0,
        toMs: START_MS + 90 * DAY_MS,
      });
      await open.doBackgroundWork();
      expect(await open.findings()).toEqual([]);
    });
  });
}

/** As sensors send them: noisy, with gaps, and a little late each. Answers with the rows in order. */
async function append(open: TestServerStore, readingsPerSeries = READINGS_PER_SERIES): Promise<Row[]> {
  const rows: Row[] = [];
  for (let index = 0; index < readingsPerSeries; index++) {
    const gapMs = index > 1_500 ? 3 * DAY_MS : 0;
    for (const [series, name] of SERIES.entries()) {
      const noise = ((index * 7_919 + series * 104_729) % 1_009) / 1_009;
      const ts = START_MS + index * PERIOD_MS + gapMs + (index === 0 ? 0 : Math.floor(noise * 40));
      const values = [Math.round(200 + 40 * noise) / 10, 1_000 * noise, Math.fround(noise)];
      rows.push({ name, ts, value: values[series] ?? 0 });
    }
  }
  await open.store.readings.append(message(rows));
  return rows.sort(byTime);
}

function message(rows: readonly Row[]) {
  const readings = rows.map(({ name, ts, value }) => {
    const [device = "", metric = ""] = name.split("/");
    return { device: deviceId(device), metric: metricName(metric), tsMs: ts, value };
  });
  return { readings, attributes: [], receivedAtMs: START_MS };
}

function withLate(rows: readonly Row[], late: readonly Row[]): Row[] {
  const byKey = new Map([...rows, ...late].map((row) => [`${row.name}@${row.ts}`, row]));
  return [...byKey.values()].sort(byTime);
}

function byTime(a: Row, b: Row): number {
  return a.ts - b.ts || (a.name < b.name ? -1 : 1);
}

async function viewed(server: DatabaseServer, database: string): Promise<Row[]> {
  const rows = await server.administer("SELECT device, metric, ts, CONCAT(value, '') FROM bramble_reading", database);
  return rows
    .map(([device, metric, ts, value]) => ({ name: `${device}/${metric}`, ts: Number(ts), value: Number(value) }))
    .sort(byTime);
}

async function numbers(server: DatabaseServer, sql: string, database: string): Promise<number[][]> {
  return (await server.administer(sql, database)).map((row) => row.map(Number));
}
