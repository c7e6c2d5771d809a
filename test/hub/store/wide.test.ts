// Very many series: exports and pages match a sorted list of all readings, sealed or not, at a cost proportional to their content.
import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type CsvFormat, PLAIN_CSV } from "../../../src/hub/export/export-format.ts";
import { zonedTimeFormatter } from "../../../src/hub/export/zoned-time.ts";
import type { PageQuery, ReadingPosition, ReadingSelection } from "../../../src/hub/store/readings.ts";
import { History } from "../../../src/hub/store/sqlite/engine/history.ts";
import { JournalFollower } from "../../../src/hub/store/sqlite/engine/journal.ts";
import { ExportJob, type ExportPlace } from "../../../src/hub/store/sqlite/queries/export.ts";
import { openSources } from "../../../src/hub/store/sqlite/queries/sources.ts";
import { TimePage } from "../../../src/hub/store/sqlite/queries/time-page.ts";
import type { Reading } from "../../../src/shared/reading.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { randomNumbers } from "../../support/random.ts";
import { runsOf } from "../../support/stores/runs.ts";
import { deviceId, makeReading, metricName, openTestStore, type TestStore } from "../../support/stores/store.ts";

const START_MS = Date.UTC(2026, 0, 31, 12);
const EVERYTHING: ReadingSelection = { devices: null, metrics: null, fromMs: 0, toMs: 1e14 };
const LAYOUTS = ["long", "wide"] as const;
const READINGS_PER_MESSAGE = 10_000;
const time = zonedTimeFormatter("UTC");

/** All readings, each series and time once. */
class Readings {
  readonly #all = new Map<string, Reading>();
  /** By what was asked, until something is added: each is asked dozens of times. */
  readonly #asked = new Map<string, readonly Reading[]>();

  add(readings: readonly Reading[]): void {
    this.#asked.clear();
    for (const reading of readings) this.#all.set(`${reading.device}/${reading.metric}/${reading.tsMs}`, reading);
  }

  rows(selection: ReadingSelection, order: PageQuery["order"] = "oldest-first"): readonly Reading[] {
    const { devices, metrics, fromMs, toMs } = selection;
    const question = JSON.stringify([devices, metrics, fromMs, toMs, order]);
    const rows = this.#asked.get(question) ?? this.#select({ devices, metrics, fromMs, toMs }, order);
    this.#asked.set(question, rows);
    return rows;
  }

  #select({ devices, metrics, fromMs, toMs }: ReadingSelection, order: PageQuery["order"]): Reading[] {
    const step = order === "oldest-first" ? 1 : -1;
    return [...this.#all.values()]
      .filter(({ device, metric, tsMs }) => {
        if (tsMs < fromMs || tsMs >= toMs) return false;
        return devices?.includes(device) !== false && metrics?.includes(metric) !== false;
      })
      .sort((a, b) => (a.tsMs - b.tsMs) * step || compareText(a.device, b.device) || compareText(a.metric, b.metric));
  }

  csv(selection: ReadingSelection, layout: CsvFormat["layout"]): string {
    const rows = this.rows(selection);
    if (layout === "long") {
      const lines = rows.map(({ device, metric, tsMs, value }) => `${time(tsMs)},${device},${metric},${value}\r\n`);
      return `time,device,metric,value\r\n${lines.join("")}`;
    }
    // Columns are those of all series that are selected, with readings in the range or without.
    const series = this.rows({ ...selection, fromMs: 0, toMs: 1e14 });
    const columns = new Map(
      [...new Set(series.map(({ metric }) => metric))].sort().map((name, index) => [name, index]),
    );
    const lines = new Map<string, string[]>();
    for (const { device, metric, tsMs, value } of rows) {
      const start = `${time(tsMs)},${device}`;
      const cells = lines.get(start) ?? Array.from(columns, () => "");
      cells[columns.get(metric) ?? -1] = String(value);
      lines.set(start, cells);
    }
    const header = ["time", "device", ...columns.keys()].join(",");
    return [header, ...Array.from(lines, ([start, cells]) => [start, ...cells].join(",")), ""].join("\r\n");
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

async function append(open: TestStore, model: Readings, readings: readonly Reading[]): Promise<void> {
  model.add(readings);
  for (let start = 0; start < readings.length; start += READINGS_PER_MESSAGE) {
    const some = readings.slice(start, start + READINGS_PER_MESSAGE);
    await open.store.readings.append({ readings: some, attributes: [], receivedAtMs: START_MS });
  }
}

async function csvOf(open: TestStore, selection: ReadingSelection, layout: CsvFormat["layout"]): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const { bytes, release } of open.store.readings.export(selection, { ...PLAIN_CSV, layout })) {
    pieces.push(Buffer.from(bytes));
    release();
  }
  return Buffer.concat(pieces).toString();
}

/** Fails at the first line that differs: the whole would be too long to be told. */
function expectSameLines(found: string, expected: string): void {
  const [foundLines, expectedLines] = [found.split("\r\n"), expected.split("\r\n")];
  const line = foundLines.findIndex((text, index) => text !== expectedLines[index]);
  expect([line, foundLines[line]]).toEqual([line, expectedLines[line]]);
  expect(foundLines.length).toBe(expectedLines.length);
}

/** Goes through pages from the start, or from behind `after`, and fails where a row is not the model's. */
async function comparePages(
  open: TestStore,
  model: Readings,
  query: Omit<PageQuery, "limit">,
  limit: number,
  pages: number,
): Promise<void> {
  const all = model.rows(query, query.order);
  let { after } = query;
  let at = after === null ? 0 : all.findIndex((row) => isAt(row, after)) + 1;
  for (let count = 0; count < pages; count++) {
    const page = await open.store.readings.page({ ...query, after, limit });
    const rows = Array.from(page.tsMs, (tsMs, row) => {
      const series = page.series[page.seriesIndex[row] ?? -1];
      return { device: series?.device, metric: series?.metric, tsMs, value: page.values[row] };
    });
    // Thousands are too many for one `toEqual`.
    const differs = rows.findIndex((row, index) => !isSameRow(row, all[at + index]));
    if (differs >= 0) expect([differs, rows[differs]]).toEqual([differs, all[at + differs]]);
    expect(rows).toHaveLength(Math.min(limit, all.length - at));
    at += rows.length;
    expect(page.more).toBe(at < all.length);
    if (!page.more) return;
    after = all[at - 1] ?? null;
  }
}

function isSameRow(
  row: { readonly [K in keyof Reading]: Reading[K] | undefined },
  other: Reading | undefined,
): boolean {
  return (
    row.device === other?.device &&
    row.metric === other?.metric &&
    row.tsMs === other?.tsMs &&
    row.value === other?.value
  );
}

function isAt({ device, metric, tsMs }: Reading, position: ReadingPosition | null): boolean {
  return device === position?.device && metric === position.metric && tsMs === position.tsMs;
}

const DEVICES = 120;
const METRICS = 60;
const deviceName = (device: number) => `pi-${(device * 7) % DEVICES}`;
/** Some are everybody's, some are a device's own. */
const metricOf = (device: number, metric: number) => (metric % 3 === 0 ? `own ${device}.${metric}` : `m${metric}`);

function everySeries(readingsOf: (device: number, metric: number) => (readonly [tsMs: number, value: number])[]) {
  return Array.from({ length: DEVICES * METRICS }, (_, index) => {
    const [device, metric] = [index % DEVICES, Math.floor(index / DEVICES)];
    return readingsOf(device, metric).map(([tsMs, value]) =>
      makeReading(deviceName(device), metricOf(device, metric), tsMs, value),
    );
  }).flat();
}

test("files and pages of thousands of series are those of a sorted list, in whatever state the readings are", {
  timeout: 240_000,
}, async () => {
  await using open = await openTestStore();
  const model = new Readings();
  const random = randomNumbers(1);
  const compare = async () => {
    const all = model.rows(EVERYTHING);
    const anyOf = () => all[Math.floor(random() * all.length)] ?? expect.unreachable("no readings");
    const half = { devices: null, metrics: null, fromMs: anyOf().tsMs, toMs: START_MS + 3_600_000 };
    const some = {
      ...EVERYTHING,
      devices: Array.from({ length: DEVICES / 2 }, (_, index) => deviceId(deviceName(index))),
    };
    const few = { ...EVERYTHING, metrics: ["m1", "m2", "no such metric"].map(metricName) };
    for (const selection of [EVERYTHING, half, some, few]) {
      for (const layout of LAYOUTS) expectSameLines(await csvOf(open, selection, layout), model.csv(selection, layout));
      for (const order of ["oldest-first", "newest-first"] as const) {
        const query = { ...selection, order, after: null };
        await comparePages(open, model, query, 10, 4);
        await comparePages(open, model, query, 4_999, Number.POSITIVE_INFINITY);
        for (let cursor = 0; cursor < 5; cursor++) {
          const rows = model.rows(selection);
          const after = rows[Math.floor(random() * rows.length)] ?? null;
          await comparePages(open, model, { ...query, after }, 10, 3);
        }
      }
    }
  };
  // All at one time, then each device at times of its own.
  await append(
    open,
    model,
    everySeries((device, metric) => [[START_MS, device + metric / 10]]),
  );
  await append(
    open,
    model,
    everySeries((device, metric) =>
      metric % 4 === 0
        ? [
            [START_MS + 60_000 + device * 7, -1],
            [START_MS + 120_000 + device * 7, metric],
          ]
        : [],
    ),
  );
  await compare();
  await open.store.seal();
  await compare();
  // New ones, others at the times of sealed ones, and late ones.
  await append(
    open,
    model,
    everySeries((device, metric) =>
      (device + metric) % 5 === 0
        ? [
            [START_MS, 0.5],
            [START_MS + 120_000 + device * 7, 7],
            [START_MS - 1_000, 8],
          ]
        : [],
    ),
  );
  await compare();
  // Names whose order by code unit, which counts, is not that by code point, which is the database's.
  await append(open, model, [
    makeReading("pi-1", "\u{ff41}", START_MS, 1),
    makeReading("pi-1", "\u{1d6fc}", START_MS, 2),
  ]);
  for (const layout of LAYOUTS) expectSameLines(await csvOf(open, EVERYTHING, layout), model.csv(EVERYTHING, layout));
  expect(open.troubles).toEqual([]);
});

test("an export continues after the reader slept", async () => {
  const clock = new FakeClock(START_MS);
  await using open = await openTestStore(clock);
  const model = new Readings();
  await append(
    open,
    model,
    Array.from({ length: 60_000 }, (_, index) =>
      makeReading(`pi-${index % 3}`, `m${index % 7}`, START_MS + index, index),
    ),
  );
  for (const layout of LAYOUTS) {
    const pieces: Buffer[] = [];
    for await (const { bytes } of open.store.readings.export(EVERYTHING, { ...PLAIN_CSV, layout })) {
      pieces.push(Buffer.from(bytes));
      // A client that reads slowly: the next piece is there when the reader finds that nobody asks.
      await open.store.readings.latest();
      clock.advance(20_000);
    }
    expect(pieces.length).toBeGreaterThan(1);
    expectSameLines(Buffer.concat(pieces).toString(), model.csv(EVERYTHING, layout));
  }
});

const SMALL = { stepMs: 1, bytesPerPiece: 300, rows: 64, rowsOfOneTime: 8, seriesAtOnce: 4 };

test("an export is complete with any window size and any restart", { timeout: 120_000 }, async () => {
  const ts = fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 5 }).map((n) => START_MS + n * 60_000) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 400_000 }).map((n) => START_MS + n) },
  );
  const name = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 9 }));
  const readings = fc.array(
    fc.tuple(name, ts, fc.integer({ min: -99, max: 99 })).map(([[device, metric], tsMs, value]) =>
      // Two letters whose order by code unit is not that by code point.
      makeReading(`d${device}`, metric === 9 ? "\u{ff41}" : metric === 8 ? "\u{1d6fc}" : `-m${metric}`, tsMs, value),
    ),
    { minLength: 1, maxLength: 400 },
  );
  const everybody = fc
    .tuple(ts, fc.integer({ min: 1, max: 9 }))
    .map(([tsMs, value]) =>
      Array.from({ length: 130 }, (_, index) =>
        makeReading(`d${index % 13}`, `m${Math.floor(index / 13)}`, tsMs, value),
      ),
    );
  const message = fc.oneof(readings, everybody);
  const history = fc.record({
    sealed: fc.array(message, { maxLength: 3 }),
    unsealed: fc.array(message, { minLength: 1, maxLength: 3 }),
    isBegunAgain: fc.infiniteStream(fc.boolean()),
    layout: fc.constantFrom(...LAYOUTS),
  });
  await fc.assert(
    fc.asyncProperty(history, async ({ sealed, unsealed, isBegunAgain, layout }) => {
      await using open = await openTestStore();
      const model = new Readings();
      for (const one of sealed) await append(open, model, one);
      await open.store.seal();
      for (const one of unsealed) await append(open, model, one);
      using reading = openDirectly(open.path);
      const { sources, tail } = reading;
      let next: ExportPlace | null = {
        lastSeriesId: sources.table.lastId,
        header: 0,
        fromMs: 0,
        series: 0,
        hasRows: false,
      };
      let underWay: ExportJob | null = null;
      const pieces: Buffer[] = [];
      while (next !== null) {
        if (underWay === null || isBegunAgain.next().value)
          underWay = new ExportJob({
            ...sources,
            selection: EVERYTHING,
            format: { ...PLAIN_CSV, layout },
            start: next,
            limits: SMALL,
          });
        const piece = underWay.step(tail, null);
        pieces.push(Buffer.from(piece.bytes));
        next = piece.next;
      }
      const spoken = model.csv(EVERYTHING, layout).replaceAll(/(^|,)-m/gm, "$1'-m");
      expectSameLines(Buffer.concat(pieces).toString(), spoken);
      const longest = Math.max(...pieces.map(({ length }) => length));
      expect(longest).toBeLessThan(SMALL.bytesPerPiece + 12 * 40);
    }),
    { numRuns: runsOf(10), endOnFailure: true },
  );
});

test("a page of ten rows reads little, however many series there are", { timeout: 60_000 }, async () => {
  await using open = await openTestStore();
  const model = new Readings();
  await append(
    open,
    model,
    everySeries((device) => [
      [START_MS, 1],
      [START_MS + 1_000 + device, 2],
    ]),
  );
  const first = model.rows(EVERYTHING, "newest-first");
  const cursors = [null, first[9] ?? null, first[40] ?? null, ...first.slice(-5_000, -4_999), ...first.slice(-30, -29)];
  const compare = () => {
    for (const after of cursors) {
      using reading = openDirectly(open.path);
      const { sources, tail, history, statements } = reading;
      const before = statements.count;
      const query: PageQuery = { ...EVERYTHING, order: "newest-first", after, limit: 10 };
      const steps = new TimePage({ ...sources, tail, history }, query).rows(10);
      let step = steps.next();
      while (step.done !== true) step = steps.next();
      const rows = step.value;
      const at = after === null ? 0 : first.indexOf(after) + 1;
      expect(rows.map(({ series, tsMs, value }) => makeReading(series.device, series.metric, tsMs, value))).toEqual(
        first.slice(at, at + 10),
      );
      expect(statements.count - before).toBeLessThan((DEVICES * METRICS) / 2);
    }
  };
  compare();
  await open.store.seal();
  compare();
});

/** The file of a store as its reader sees it; the statements that run are counted. */
function openDirectly(path: string) {
  const statements = { count: 0 };
  const db = new Database(path, { readonly: true, verbose: () => statements.count++ });
  const sources = openSources(db, { cachedReadings: 10_000, onDamage: () => expect.unreachable("a damaged chunk") });
  const tail = new JournalFollower(db, () => expect.unreachable("a damaged row")).follow();
  return {
    sources,
    tail,
    history: new History(sources.chunks, tail),
    statements,
    [Symbol.dispose]: () => db.close(),
  };
}
