// The contract of readings: times, last write wins, durability, pages, buckets, CSV, copies and removal.
import { expect, test } from "vitest";
import { type CsvFormat, PLAIN_CSV } from "../../src/hub/export/export-format.ts";
import { endOf, type PageQuery, type ReadingPosition, type ReadingSelection } from "../../src/hub/store/readings.ts";
import { deviceId, metricName } from "../support/stores/store.ts";
import type { OpenStore } from "./open-store.ts";

const EVERYTHING: ReadingSelection = { devices: null, metrics: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function readingContract(open: () => Promise<OpenStore>): void {
  test("a reading without a time gets the receipt time, or the next free millisecond of its series", async () => {
    await using at = await open();
    await append(at, "pi/t", [[1_002, 9]]);
    expect(await append(at, "pi/t", [[null, 1]], 1_000)).toEqual([1_000]);
    expect(await append(at, "pi/t", [[null, 2]], 1_000)).toEqual([1_001]);
    expect(await append(at, "pi/t", [[null, 3]], 1_000)).toEqual([1_003]);
    // Another series is free at that time; a clock that jumped back is not dragged along.
    expect(await append(at, "pi/u", [[null, 4]], 1_000)).toEqual([1_000]);
    expect(await append(at, "pi/t", [[null, 5]], 500)).toEqual([500]);
    const expected = ["pi/t@500=5", "pi/t@1000=1", "pi/t@1001=2", "pi/t@1002=9", "pi/t@1003=3"];
    expect(await rows(at, { metrics: [metricName("t")] })).toEqual(expected);
  });

  test("a burst within one message keeps every reading", async () => {
    await using at = await open();
    const values = Array.from({ length: 500 }, (_, index): [null, number] => [null, index]);
    expect(await append(at, "pi/t", values, 1_000)).toEqual(values.map((_, index) => 1_000 + index));
  });

  test("of two values for one time the last written wins", async () => {
    await using at = await open();
    await append(at, "pi/t", [
      [1, 10],
      [2, 20],
    ]);
    await append(at, "pi/t", [[1, 11]]);
    await Promise.all([append(at, "pi/t", [[2, 21]]), append(at, "pi/t", [[2, 22]])]);
    expect(await rows(at, {})).toEqual(["pi/t@1=11", "pi/t@2=22"]);
    await at.reopen();
    expect(await rows(at, {})).toEqual(["pi/t@1=11", "pi/t@2=22"]);
  });

  test("stored readings survive reopening, series in the order of their creation", async () => {
    await using at = await open();
    await append(at, "pi/t", [
      [2, 20],
      [1, -0.1],
    ]);
    await append(at, "pi/a", [[1, 5]]);
    await at.reopen();
    expect(await rows(at, {})).toEqual(["pi/a@1=5", "pi/t@1=-0.1", "pi/t@2=20"]);
    expect(await at.store.readings.latest()).toEqual([
      { device: "pi", metric: "t", tsMs: 2, value: 20 },
      { device: "pi", metric: "a", tsMs: 1, value: 5 },
    ]);
    // The series that it knew are the same ones still.
    await append(at, "pi/t", [[3, 30]]);
    await append(at, "pi/z", [[3, 1]]);
    expect((await at.store.readings.latest()).map(({ metric, value }) => [metric, value])).toEqual([
      ["t", 30],
      ["a", 5],
      ["z", 1],
    ]);
  });

  test("a message is stored atomically, and the store works after a failure", async () => {
    await using at = await open();
    const message = append(at, "pi/t", [
      [1, 1],
      [2, Number.NaN],
    ]);
    await expect(message).rejects.toMatchObject({ code: "store-failed" });
    await append(at, "pi/t", [[3, 3]]);
    expect(await rows(at, {})).toEqual(["pi/t@3=3"]);
  });

  test("pages of any size, in either order, contain every row once", async () => {
    await using at = await open();
    const expected: { readonly text: string; readonly tsMs: number; readonly name: string }[] = [];
    for (const [index, name] of ["a/x", "a/y", "b/x"].entries()) {
      const times = Array.from({ length: 40 }, (_, step) => step * (index + 1));
      const values = times.map((tsMs): [number, number] => [tsMs, tsMs]);
      await append(at, name, values);
      for (const tsMs of times) expected.push({ text: `${name}@${tsMs}=${tsMs}`, tsMs, name });
    }
    for (const sign of [1, -1]) {
      const order = sign === 1 ? "oldest-first" : "newest-first";
      expected.sort((a, b) => (a.tsMs - b.tsMs) * sign || (a.name < b.name ? -1 : 1));
      for (const limit of [1, 2, 3, 7, 50, 1_000])
        expect(await rows(at, { order, limit })).toEqual(expected.map(({ text }) => text));
    }
    expect(await rows(at, { devices: [deviceId("b")], fromMs: 3, toMs: 9 })).toEqual(["b/x@3=3", "b/x@6=6"]);
    expect(await rows(at, { devices: [] })).toEqual([]);
  });

  test("buckets are half-open, clipped at the start, and have min, max, mean and count", async () => {
    await using at = await open();
    const times = [99, 100, 104, 109, 130, 140];
    const values = [1_000, 1, 4, 1, 7, 1_000];
    await append(
      at,
      "pi/t",
      times.map((tsMs, index) => [tsMs, values[index] ?? 0]),
    );
    const series = { device: deviceId("pi"), metric: metricName("t") };
    const query = { ...series, fromMs: 100, toMs: 140, originMs: 100, stepMs: 10 };
    expect(await at.store.readings.buckets(query)).toEqual([
      { t: 100, min: 1, max: 4, avg: 2, n: 3 },
      { t: 130, min: 7, max: 7, avg: 7, n: 1 },
    ]);
    expect((await at.store.readings.buckets({ ...query, originMs: 0, stepMs: 104 })).map(({ t, n }) => [t, n])).toEqual(
      [
        [100, 1],
        [104, 3],
      ],
    );
    expect(await at.store.readings.buckets({ ...query, metric: metricName("other") })).toEqual([]);
  });

  test("a grid has at most as many buckets as points, and every reading is in one bucket", async () => {
    await using at = await open();
    const { readings } = at.store;
    const values = Array.from({ length: 3_000 }, (_, index): [number, number] => [index * 7 * HOUR_MS + 1, index]);
    await append(at, "pi/t", values);
    const series = { device: deviceId("pi"), metric: metricName("t") };
    for (const lengthMs of [1, 999, HOUR_MS, 2 * DAY_MS, 90 * DAY_MS, 800 * DAY_MS]) {
      for (const points of [1, 10, 500]) {
        const [fromMs, toMs] = [5 * HOUR_MS, 5 * HOUR_MS + lengthMs];
        const grid = readings.bucketGrid(fromMs, toMs, points);
        const span =
          Math.ceil((toMs - grid.originMs) / grid.stepMs) - Math.floor((fromMs - grid.originMs) / grid.stepMs);
        expect(span).toBeLessThanOrEqual(points);
        const found = await readings.buckets({ ...series, fromMs, toMs, ...grid });
        const expected = values.filter(([tsMs]) => fromMs <= tsMs && tsMs < toMs).length;
        expect(found.reduce((sum, { n }) => sum + n, 0)).toBe(expected);
      }
    }
  });

  test("the mean is in range even where the sum overflows", async () => {
    await using at = await open();
    await append(at, "pi/t", [
      [1, 1.7e308],
      [2, 1.7e308],
    ]);
    const query = { device: deviceId("pi"), metric: metricName("t"), fromMs: 0, toMs: 10, originMs: 0, stepMs: 10 };
    expect(await at.store.readings.buckets(query)).toEqual([{ t: 0, min: 1.7e308, max: 1.7e308, avg: 1.7e308, n: 2 }]);
  });

  test("CSV is in order, and a piece is valid until it is released", async () => {
    await using at = await open();
    const values = Array.from({ length: 60_000 }, (_, index): [number, number] => [index, index]);
    for (let start = 0; start < values.length; start += 10_000)
      await append(at, "b/t", values.slice(start, start + 10_000));
    await append(at, "a/t", [[0, -1]]);
    const lines = values.map(([tsMs, value]) => `${new Date(tsMs).toISOString()},b,t,${value}`);
    const whole = ["time,device,metric,value", `${new Date(0).toISOString()},a,t,-1`, ...lines, ""].join("\r\n");
    const kept: Uint8Array[] = [];
    for await (const { bytes } of at.store.readings.export(EVERYTHING, csvFormat("long"))) kept.push(bytes);
    expect(kept.length).toBeGreaterThan(1);
    expect(Buffer.concat(kept).toString() === whole).toBe(true);
    const copied: Uint8Array[] = [];
    for await (const { bytes, release } of at.store.readings.export(EVERYTHING, csvFormat("long"))) {
      copied.push(bytes.slice());
      release();
      release();
    }
    expect(Buffer.concat(copied).toString() === whole).toBe(true);
    // Left early, it holds nothing up.
    for await (const _ of at.store.readings.export(EVERYTHING, csvFormat("long"))) break;
    expect(await rows(at, { devices: [deviceId("a")] })).toEqual(["a/t@0=-1"]);
  });

  test("wide CSV has a row for each device and time, a column for each metric", async () => {
    await using at = await open();
    await append(at, "pi/u", [[0, 1]]);
    await append(at, "pi/t", [
      [0, 2],
      [1, 3],
    ]);
    let text = "";
    for await (const { bytes } of at.store.readings.export(EVERYTHING, csvFormat("wide"))) text += Buffer.from(bytes);
    const [first, second] = [0, 1].map((tsMs) => new Date(tsMs).toISOString());
    expect(text).toBe(`time,device,t,u\r\n${first},pi,2,1\r\n${second},pi,3,\r\n`);
  });

  test("a copy does not overwrite readings of the target, and survives reopening", async () => {
    await using at = await open();
    await append(at, "a/t", [
      [1, 1],
      [2, 2],
    ]);
    await append(at, "a/u", [[1, 5]]);
    await append(at, "b/t", [[2, 20]]);
    // Handed in just before: it is copied too.
    const last = append(at, "a/t", [[3, 3]]);
    await at.store.readings.copy(deviceId("a"), [metricName("t")], deviceId("b"));
    await last;
    await at.reopen();
    expect(await rows(at, { devices: [deviceId("b")] })).toEqual(["b/t@1=1", "b/t@2=20", "b/t@3=3"]);
    expect(await rows(at, { devices: [deviceId("a")] })).toHaveLength(4);
  });

  test("removed readings stay removed, and their times are free", async () => {
    await using at = await open();
    await append(at, "a/t", [
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    await append(at, "b/t", [[2, 9]]);
    await at.store.readings.remove({ devices: [deviceId("a")], metrics: null, fromMs: 2, toMs: 3 });
    expect(await rows(at, {})).toEqual(["a/t@1=1", "b/t@2=9", "a/t@3=3"]);
    expect(await append(at, "a/t", [[null, 4]], 2)).toEqual([2]);
    await at.store.readings.remove({ ...EVERYTHING, devices: [deviceId("a")] });
    await at.reopen();
    expect(await rows(at, {})).toEqual(["b/t@2=9"]);
    expect((await at.store.readings.latest()).map(({ device }) => device)).toEqual(["b"]);
  });

  test("the status counts stored readings", async () => {
    await using at = await open();
    expect(await at.store.status()).toMatchObject({ storedReadings: 0, pendingReadings: 0, pendingSinceMs: null });
    await append(at, "pi/t", [[1, 1]], 5_000);
    const { storedReadings, pendingReadings, pendingSinceMs, storedBytes, damagedParts } = await at.store.status();
    expect([storedReadings, damagedParts]).toEqual([1, 0]);
    expect(pendingSinceMs).toBe(pendingReadings === 0 ? null : 5_000);
    expect(storedBytes).toBeGreaterThan(0);
  });
}

async function append(
  { store }: OpenStore,
  series: string,
  values: readonly (readonly [tsMs: number | null, value: number])[],
  receivedAtMs = 1_000_000,
): Promise<number[]> {
  const [device = "", metric = ""] = series.split("/");
  const key = { device: deviceId(device), metric: metricName(metric) };
  const readings = values.map(([tsMs, value]) => ({ ...key, tsMs, value }));
  return [...(await store.readings.append({ readings, attributes: [], receivedAtMs }))];
}

/** All rows of a query, a page at a time, as `device/metric@ts=value`. */
async function rows({ store }: OpenStore, query: Partial<PageQuery>): Promise<string[]> {
  const found: string[] = [];
  let after: ReadingPosition | null = null;
  for (;;) {
    const page = await store.readings.page({ ...EVERYTHING, order: "oldest-first", limit: 1_000, ...query, after });
    for (const [row, tsMs] of page.tsMs.entries()) {
      const key = page.series[page.seriesIndex[row] ?? -1];
      found.push(`${key?.device}/${key?.metric}@${tsMs}=${page.values[row]}`);
    }
    after = endOf(page);
    if (!page.more || after === null) return found;
  }
}

function csvFormat(layout: CsvFormat["layout"]): CsvFormat {
  return { ...PLAIN_CSV, layout };
}
