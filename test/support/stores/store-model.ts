// A model of the store: for each series a value per time; and comparisons of the store's answers with the model's.
import { expect } from "vitest";
import { PLAIN_CSV } from "../../../src/hub/export/export-format.ts";
import { zonedTimeFormatter } from "../../../src/hub/export/zoned-time.ts";
import type {
  AppendMessage,
  BucketQuery,
  PageQuery,
  ReadingPage,
  ReadingPosition,
  ReadingSelection,
} from "../../../src/hub/store/readings.ts";
import { endOf } from "../../../src/hub/store/readings.ts";
import type { Store } from "../../../src/hub/store/store.ts";
import type { MetricName } from "../../../src/shared/ids.ts";
import type { Bucket, IncomingReading } from "../../../src/shared/reading.ts";
import { deviceId, metricName } from "./store.ts";

/** A store of any adapter. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Stops it, and starts another one on what it kept. */
  reopen(): Promise<void>;
  /** Resolves when the work in the background that is due is done, or fails where it is cut short. */
  doBackgroundWork(): Promise<void>;
  /** The errors that a full check of the store finds. */
  findings(): Promise<string[]>;
}

export const SERIES = ["a/t", "a/u", "b/t", "b/u", "b:1/x"] as const;
export type SeriesName = (typeof SERIES)[number];

interface Sent {
  readonly name: SeriesName;
  /** Null: without a time. */
  readonly tsMs: number | null;
  readonly value: number;
}

export interface Message {
  readonly readings: readonly Sent[];
  readonly receivedAtMs: number;
}

/** Of one series, or of all. */
export interface Stretch {
  readonly name: SeriesName | null;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Row {
  readonly name: string;
  readonly ts: number;
  readonly value: number;
}

export type Grid = Pick<BucketQuery, "fromMs" | "toMs" | "originMs" | "stepMs">;

export const EVERYTHING: Stretch = { name: null, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };

export function keyOf(name: SeriesName) {
  const [device = "", metric = ""] = name.split("/");
  return { device: deviceId(device), metric: metricName(metric) };
}

function seriesName(device: string, metric: string): SeriesName {
  const name = SERIES.find((one) => one === `${device}/${metric}`);
  if (name === undefined) throw new Error(`no series ${device}/${metric}`);
  return name;
}

export function selectionOf({ name, fromMs, toMs }: Stretch): ReadingSelection {
  if (name === null) return { devices: null, metrics: null, fromMs, toMs };
  const { device, metric } = keyOf(name);
  return { devices: [device], metrics: [metric], fromMs, toMs };
}

/** The message in the form of the store's interface. */
export function toAppend({ readings, receivedAtMs }: Message): AppendMessage {
  const incoming = readings.map(({ name, tsMs, value }): IncomingReading => ({ ...keyOf(name), tsMs, value }));
  return { readings: incoming, attributes: [], receivedAtMs };
}

export class StoreModel {
  /** In the order in which they first appeared. */
  readonly #series = new Map<SeriesName, Map<number, number>>();

  /** Answers with the times of the readings. */
  append({ readings, receivedAtMs }: Message): number[] {
    return readings.map(({ name, tsMs, value }) => {
      const values = this.#series.get(name) ?? new Map<number, number>();
      this.#series.set(name, values);
      let ts = tsMs ?? receivedAtMs;
      if (tsMs === null) while (values.has(ts)) ts++;
      values.set(ts, value);
      return ts;
    });
  }

  remove(stretch: Stretch): void {
    for (const { name, ts } of this.rows(stretch)) this.#series.get(name)?.delete(ts);
  }

  /** In the order in which they first appeared. */
  get series(): SeriesName[] {
    return [...this.#series.keys()];
  }

  /** In the order in which they first appeared. */
  metricsOf(device: string): MetricName[] {
    return [...this.#series.keys()].map(keyOf).flatMap((key) => (key.device === device ? key.metric : []));
  }

  /** Readings of `a` go to `b` where that has none. */
  copy(): void {
    for (const metric of this.metricsOf("a")) {
      const [from, into] = [seriesName("a", metric), seriesName("b", metric)];
      const target = this.#series.get(into) ?? new Map<number, number>();
      this.#series.set(into, target);
      for (const [ts, value] of this.#series.get(from) ?? []) if (!target.has(ts)) target.set(ts, value);
    }
  }

  get count(): number {
    return [...this.#series.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** By time, then series. */
  rows({ name: of, fromMs, toMs }: Stretch): { name: SeriesName; ts: number; value: number }[] {
    const rows: { name: SeriesName; ts: number; value: number }[] = [];
    for (const name of SERIES) {
      if (of !== null && of !== name) continue;
      for (const [ts, value] of this.#series.get(name) ?? [])
        if (fromMs <= ts && ts < toMs) rows.push({ name, ts, value });
    }
    return rows.sort((a, b) => a.ts - b.ts || SERIES.indexOf(a.name) - SERIES.indexOf(b.name));
  }

  buckets(name: SeriesName, { fromMs, toMs, originMs, stepMs }: Grid): Bucket[] {
    const found = new Map<number, number[]>();
    for (const { ts, value } of this.rows({ name, fromMs, toMs })) {
      const index = Math.floor((ts - originMs) / stepMs);
      const values = found.get(index);
      if (values === undefined) found.set(index, [value]);
      else values.push(value);
    }
    return [...found].map(([index, values]) => ({
      t: Math.max(fromMs, originMs + index * stepMs),
      min: values.reduce((a, b) => Math.min(a, b)),
      max: values.reduce((a, b) => Math.max(a, b)),
      avg: values.reduce((sum, value) => sum + value / values.length, 0),
      n: values.length,
    }));
  }

  latest(): Row[] {
    return [...this.#series].flatMap(([name, values]) => {
      const ts = [...values.keys()].reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
      const value = values.get(ts);
      return value === undefined ? [] : [{ name, ts, value }];
    });
  }

  csv(layout: "long" | "wide"): string {
    const time = zonedTimeFormatter("UTC");
    const rows = this.rows(EVERYTHING);
    if (layout === "long") {
      const lines = rows.map(({ name, ts, value }) => `${time(ts)},${name.replace("/", ",")},${value}\r\n`);
      return `time,device,metric,value\r\n${lines.join("")}`;
    }
    const metrics = [...new Set([...this.#series.keys()].map((name) => keyOf(name).metric))].sort();
    const cells = new Map<string, string[]>();
    for (const { name, ts, value } of rows) {
      const { device, metric } = keyOf(name);
      const start = `${time(ts)},${device}`;
      const line = cells.get(start) ?? metrics.map(() => "");
      line[metrics.indexOf(metric)] = String(value);
      cells.set(start, line);
    }
    const lines = [...cells].map(([start, line]) => `${[start, ...line].join(",")}\r\n`);
    return `${["time", "device", ...metrics].join(",")}\r\n${lines.join("")}`;
  }
}

/** Fails unless store and model have the same buckets of a series. */
export async function compareBuckets(
  open: StoreUnderTest,
  model: StoreModel,
  name: SeriesName,
  grid: Grid,
): Promise<void> {
  const buckets = await open.store.readings.buckets({ ...keyOf(name), ...grid });
  const expected = model.buckets(name, grid);
  // A summary does not distinguish 0 from -0.
  const exact = ({ t, min, max, n }: Bucket) => ({ t, min: min + 0, max: max + 0, n });
  expect(buckets.map(exact)).toEqual(expected.map(exact));
  for (const [index, { avg, min, max }] of expected.entries()) {
    const found = buckets[index]?.avg ?? Number.NaN;
    const size = Math.max(Math.abs(min), Math.abs(max));
    expect(Math.abs(found - avg)).toBeLessThanOrEqual(1e-9 * size + Number.MIN_VALUE);
    expect(found).toSatisfy((mean: number) => min <= mean && mean <= max);
  }
}

/** Fails unless store and model have the same first pages of rows, bit for bit. */
export async function comparePages(
  open: StoreUnderTest,
  model: StoreModel,
  stretch: Stretch,
  order: PageQuery["order"],
  limit: number,
): Promise<void> {
  const expected = model.rows(stretch);
  if (order === "newest-first") expected.sort((a, b) => b.ts - a.ts || SERIES.indexOf(a.name) - SERIES.indexOf(b.name));
  const rows: Row[] = [];
  let after: ReadingPosition | null = null;
  for (let pages = 0; pages < 3; pages++) {
    const page = await open.store.readings.page({ ...selectionOf(stretch), order, limit, after });
    for (const row of rowsOf(page)) rows.push(row);
    expect(page.more).toBe(rows.length < expected.length);
    if (!page.more) break;
    expect(page.tsMs).toHaveLength(limit);
    after = endOf(page);
  }
  expect(firstDifference(rows, expected.slice(0, 3 * limit))).toBeNull();
}

/** All rows, oldest first. */
export async function storedRows(open: StoreUnderTest): Promise<Row[]> {
  const order = "oldest-first";
  return rowsOf(await open.store.readings.page({ ...selectionOf(EVERYTHING), order, limit: 1_000_000, after: null }));
}

function rowsOf({ series, seriesIndex, tsMs, values }: ReadingPage): Row[] {
  return Array.from(tsMs, (ts, row) => {
    const key = series[seriesIndex[row] ?? -1];
    return { name: `${key?.device}/${key?.metric}`, ts, value: values[row] ?? Number.NaN };
  });
}

/** Fails unless all answers of the store match the model, and its file is valid. */
export async function compareAll(open: StoreUnderTest, model: StoreModel): Promise<void> {
  for (const order of ["oldest-first", "newest-first"] as const)
    await comparePages(open, model, EVERYTHING, order, 1_000_000);
  for (const layout of ["long", "wide"] as const) {
    const pieces: Uint8Array[] = [];
    const format = { ...PLAIN_CSV, layout };
    for await (const { bytes, release } of open.store.readings.export(selectionOf(EVERYTHING), format)) {
      pieces.push(bytes.slice());
      release();
    }
    const [found, expected] = [Buffer.concat(pieces).toString().split("\r\n"), model.csv(layout).split("\r\n")];
    expect(found.length).toBe(expected.length);
    expect(found.find((line, index) => line !== expected[index])).toBeUndefined();
  }
  const latest = (await open.store.readings.latest()).map(({ device, metric, tsMs, value }) => ({
    name: `${device}/${metric}`,
    ts: tsMs,
    value: value + 0,
  }));
  const expected = model.latest().map((row) => ({ ...row, value: row.value + 0 }));
  // A copy and concurrent messages may create a series in either order.
  expect(latest.toSorted(byName)).toEqual(expected.toSorted(byName));
  expect(await open.findings()).toEqual([]);
}

function byName({ name: one }: Row, { name: other }: Row): number {
  return one < other ? -1 : Number(one > other);
}

/** The first row in which they differ, bit for bit: tens of thousands are too many for one `toEqual`. */
export function firstDifference(found: readonly Row[], expected: readonly Row[]): readonly (Row | undefined)[] | null {
  for (let index = 0; index < Math.max(found.length, expected.length); index++) {
    const [a, b] = [found[index], expected[index]];
    if (a?.name !== b?.name || a?.ts !== b?.ts || !Object.is(a?.value, b?.value)) return [a, b];
  }
  return null;
}
