// The export: every reading is in the file once, in order, and a spreadsheet interprets it correctly.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CsvFormat,
  type ExportFormat,
  type JsonFormat,
  PLAIN_CSV,
} from "../../../src/hub/export/export-format.ts";
import { isTimeZone, zonedTimeFormatter } from "../../../src/hub/export/zoned-time.ts";
import type { ReadingSelection } from "../../../src/hub/store/readings.ts";
import type { Reading } from "../../../src/shared/reading.ts";
import { openTestStore, makeReading as reading, type TestStore } from "../../support/stores/store.ts";

const START_MS = Date.UTC(2026, 0, 31, 12);
const EVERYTHING: ReadingSelection = { devices: null, metrics: null, fromMs: 0, toMs: 1e14 };

function toExportFormat(format: Partial<CsvFormat> | JsonFormat): ExportFormat {
  return format.kind === "json" || format.kind === "ndjson" ? format : { ...PLAIN_CSV, ...format };
}

class OpenStore implements AsyncDisposable {
  readonly #open: TestStore;

  constructor(open: TestStore) {
    this.#open = open;
  }

  /** The pieces of the file as they are sent. */
  async pieces(
    format: Partial<CsvFormat> | JsonFormat = {},
    selection: Partial<ReadingSelection> = {},
  ): Promise<string[]> {
    const pieces: string[] = [];
    const file = this.#open.store.readings.export({ ...EVERYTHING, ...selection }, toExportFormat(format));
    for await (const { bytes, release } of file) {
      pieces.push(Buffer.from(bytes).toString());
      release();
    }
    return pieces;
  }

  async file(format: Partial<CsvFormat> | JsonFormat = {}, selection: Partial<ReadingSelection> = {}): Promise<string> {
    return (await this.pieces(format, selection)).join("");
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#open[Symbol.asyncDispose]();
  }
}

async function storeOf(...readings: Reading[]): Promise<OpenStore> {
  const open = await openTestStore();
  await open.store.readings.append({ readings, attributes: [], receivedAtMs: START_MS });
  return new OpenStore(open);
}

/** RFC 4180, read strictly: every record ends with CRLF, and a quote is nowhere but around a field or doubled in one. */
function parseCsv(text: string, separator = ","): string[][] {
  const field = new RegExp(`(?:"((?:[^"]|"")*)"|([^"\r\n${separator}]*))(${separator}|\r\n)`, "y");
  const records: string[][] = [[]];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text) ?? expect.unreachable(`no field at ${at}: ${text.slice(at, at + 40)}`);
    records.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") records.push([]);
  }
  expect(records.pop()).toEqual([]);
  return records;
}

/** A name without the apostrophe that keeps a spreadsheet from running it. */
const named = (cell: string): string => cell.replace(/^'/, "");

function fromLong(text: string): Reading[] {
  const [header, ...rows] = parseCsv(text);
  expect(header).toEqual(["time", "device", "metric", "value"]);
  return rows.map(([time = "", device = "", metric = "", value = ""]) =>
    reading(device, named(metric), Date.parse(time), Number(value)),
  );
}

function fromWide(text: string): Reading[] {
  const [header = [], ...rows] = parseCsv(text);
  const [time, device, ...metrics] = header;
  expect([time, device]).toEqual(["time", "device"]);
  const keys = rows.map(([at, of]) => `${at} ${of}`);
  expect(new Set(keys).size, "one row for each device and time").toBe(keys.length);
  return rows.flatMap(([at = "", of = "", ...cells]) => {
    expect(cells).toHaveLength(metrics.length);
    return cells.flatMap((cell, index) =>
      cell === "" ? [] : [reading(of, named(metrics[index] ?? ""), Date.parse(at), Number(cell))],
    );
  });
}

describe("long", () => {
  test("is a row for each reading, in order of time, device and metric", async () => {
    await using store = await storeOf(
      reading("pi-b", "t", START_MS + 1, 3),
      reading("pi-a", "u", START_MS, 2.5),
      reading("pi-a", "t", START_MS, -1),
      reading("pi-b", "t", START_MS, 4),
    );
    expect(await store.file()).toBe(
      [
        "time,device,metric,value",
        "2026-01-31T12:00:00.000Z,pi-a,t,-1",
        "2026-01-31T12:00:00.000Z,pi-a,u,2.5",
        "2026-01-31T12:00:00.000Z,pi-b,t,4",
        "2026-01-31T12:00:00.001Z,pi-b,t,3",
        "",
      ].join("\r\n"),
    );
  });
});

describe("wide", () => {
  test("is a row for each device and time, a column for each metric, and nothing where nothing was measured", async () => {
    await using store = await storeOf(
      reading("pi-a", "u", START_MS, 2.5),
      reading("pi-a", "t", START_MS, -1),
      reading("pi-b", "t", START_MS, 4),
      reading("pi-b", "v", START_MS + 1, 0),
    );
    expect(await store.file({ layout: "wide" })).toBe(
      [
        "time,device,t,u,v",
        "2026-01-31T12:00:00.000Z,pi-a,-1,2.5,",
        "2026-01-31T12:00:00.000Z,pi-b,4,,",
        "2026-01-31T12:00:00.001Z,pi-b,,,0",
        "",
      ].join("\r\n"),
    );
  });
});

describe("for a spreadsheet", () => {
  const comma = { separator: ";", decimal: ",", time: "spreadsheet", timeZone: "Europe/Berlin" } as const;

  test("times are local, without an offset, and the decimal is that of its language", async () => {
    await using store = await storeOf(
      reading("pi", "t", START_MS + 458, 25.5),
      reading("pi", "t", START_MS + 459, -1.5e-7),
      reading("pi", "t", START_MS + 460, 1234567.25),
      reading("pi", "t", START_MS + 461, 4),
      reading("pi", "t", START_MS + 462, 1 / 3),
    );
    const rows = (text: string) => parseCsv(text, ";").slice(1);
    expect(rows(await store.file(comma))).toEqual([
      ["2026-01-31 13:00:00,458", "pi", "t", "25,5"],
      ["2026-01-31 13:00:00,459", "pi", "t", "-1,5e-7"],
      ["2026-01-31 13:00:00,460", "pi", "t", "1234567,25"],
      ["2026-01-31 13:00:00,461", "pi", "t", "4"],
      ["2026-01-31 13:00:00,462", "pi", "t", "0,3333333333333333"],
    ]);
    expect(rows(await store.file({ ...comma, layout: "wide" }))[0]).toEqual(["2026-01-31 13:00:00,458", "pi", "25,5"]);
    expect(rows(await store.file({ ...comma, decimal: "." }))[0]).toEqual([
      "2026-01-31 13:00:00.458",
      "pi",
      "t",
      "25.5",
    ]);
    // Programs read ISO 8601 with a point, whatever the numbers have.
    const iso = await store.file({ ...comma, time: "iso", timeZone: "UTC" });
    expect(rows(iso)[0]).toEqual(["2026-01-31T12:00:00.458Z", "pi", "t", "25,5"]);
  });

  test("an hour that occurs twice is exported twice", async () => {
    const changeMs = Date.UTC(2026, 9, 25, 1);
    await using store = await storeOf(reading("pi", "t", changeMs - 1_000, 1), reading("pi", "t", changeMs, 2));
    const times = parseCsv(await store.file(comma), ";").map(([time]) => time);
    expect(times).toEqual(["time", "2026-10-25 02:59:59,000", "2026-10-25 02:00:00,000"]);
  });
});

describe("as JSON", () => {
  const asRow = ({ device, metric, tsMs, value }: Reading) => ({ device, metric, ts: tsMs, value });

  test.each(["json", "ndjson"] as const)("%s: holds every reading as it was, piece by piece", async (kind) => {
    const values = [0.1, -1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53 + 2, -0.5, 0];
    const names = ["t", "温度", "a/b: c.d_e-f%", "-2:3"];
    // More than one piece, and a change of the time's digits among them.
    const startMs = 999_999_999_000;
    const rows = Array.from({ length: 28_000 }, (_, index) =>
      reading(`pi:${index % 3}`, names[index % 4] ?? "", startMs + index, values[index % 7] ?? 0),
    );
    await using store = await storeOf(...rows);
    const pieces = await store.pieces({ kind });
    expect(pieces.length).toBeGreaterThan(1);
    const text = pieces.join("");
    const lines = text.trimEnd().split("\n");
    expect(kind === "json" ? JSON.parse(text) : lines.map((line) => JSON.parse(line))).toEqual(rows.map(asRow));
  });

  test("is an array also where there is no reading", async () => {
    await using store = await storeOf();
    expect(JSON.parse(await store.file({ kind: "json" }))).toEqual([]);
    expect(await store.file({ kind: "ndjson" })).toBe("");
  });
});

describe("in either layout", () => {
  const layouts = [
    ["long", fromLong],
    ["wide", fromWide],
  ] as const;

  test.each(layouts)("%s: contains the requested half-open range", async (layout, parse) => {
    const rows = ["a", "b"].flatMap((device) =>
      ["t", "u"].flatMap((metric) => [0, 1, 2].map((ms) => reading(device, metric, START_MS + ms, ms))),
    );
    await using store = await storeOf(...rows);
    const { device, metric } = reading("b", "u", 0, 0);
    const query = { devices: [device], metrics: [metric], fromMs: START_MS + 1, toMs: START_MS + 2 };
    expect(parse(await store.file({ layout }, query))).toEqual([reading("b", "u", START_MS + 1, 1)]);
    expect(parse(await store.file({ layout }, { devices: [device] }))).toHaveLength(6);
    expect(parse(await store.file({ layout }, { fromMs: START_MS + 3 }))).toEqual([]);
  });

  test.each([
    [",", "long", "time,device,metric,value\r\n"],
    [";", "long", "time;device;metric;value\r\n"],
    ["\t", "wide", "time\tdevice\r\n"],
  ] as const)("is a file with a header even where there is no reading: %j, %s", async (separator, layout, file) => {
    await using store = await storeOf();
    expect(await store.file({ separator, layout })).toBe(file);
  });

  test.each([",", ";", "\t"] as const)("parts its columns with %j", async (separator) => {
    await using store = await storeOf(reading("pi:a", "t", START_MS, 1.5));
    const time = "2026-01-31T12:00:00.000Z";
    expect(parseCsv(await store.file({ separator }), separator)[1]).toEqual([time, "pi:a", "t", "1.5"]);
    expect(parseCsv(await store.file({ separator, layout: "wide" }), separator)[1]).toEqual([time, "pi:a", "1.5"]);
  });

  test.each(layouts)("%s: a name is never run as a formula, a negative number stays one", async (layout, parse) => {
    const names = ["-temp", "-2:3", "-", "%t", "温度", "CO₂", "a/b: c.d_e-f%", "'t".slice(1)];
    const rows = names.map((name, index) => reading("pi", name, START_MS + index, -index - 0.5));
    await using store = await storeOf(...rows);
    const text = await store.file({ layout });
    const cells = parseCsv(text).flat();
    expect(cells).toEqual(expect.arrayContaining(["'-temp", "'-2:3", "'-", "%t", "-0.5"]));
    const risky = cells.filter((cell) => /^[=+\-@\t\r]/.test(cell));
    expect(risky).toSatisfy((found: string[]) => found.every((cell) => Number.isFinite(Number(cell))));
    expect(parse(text)).toEqual(rows);
  });

  test.each(layouts)("%s: every double survives a round trip", async (layout, parse) => {
    const values = [0.1, 1 / 3, 1e21, -1e-7, 5e-324, Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, 2 ** 53 + 2];
    const rows = values.map((value, index) => reading("pi", "t", START_MS + index, value));
    await using store = await storeOf(...rows);
    expect(parse(await store.file({ layout }))).toEqual(rows);
  });

  test.each(layouts)("%s: over several pages no row is lost or repeated", async (layout, parse) => {
    // Two series that take turns, then both at the same times.
    const rows = Array.from({ length: 56_000 }, (_, index) => [
      ...(index % 2 === 0 || index >= 28_000 ? [reading("a", "t", START_MS + index * 1_000, index)] : []),
      ...(index % 2 === 1 || index >= 28_000 ? [reading("b", "u", START_MS + index * 1_000, -index)] : []),
    ]).flat();
    await using store = await storeOf(...rows);
    const pieces = await store.pieces({ layout });
    expect(pieces.length, "pieces, not one lump").toBeGreaterThan(1);
    expect(parse(pieces.join(""))).toEqual(rows);
  });

  test.each(layouts)("%s: equal times on several devices survive the end of a page", async (layout, parse) => {
    // Nine rows for each time: the page of 10,000 ends behind the first metric of the first device.
    const rows = Array.from({ length: 2_300 }, (_, index) =>
      ["a", "b", "c"].flatMap((device) =>
        ["t", "u", "v"].map((metric, offset) => reading(device, metric, START_MS + index, index * 3 + offset)),
      ),
    ).flat();
    await using store = await storeOf(...rows);
    expect(parse(await store.file({ layout }))).toEqual(rows);
  });

  test.each(layouts)("%s: the file reads the same in any time zone", async (layout, parse) => {
    const hour = 3_600_000;
    const rows = Array.from({ length: 366 * 8 }, (_, index) => reading("pi", "t", START_MS + index * 3 * hour, index));
    await using store = await storeOf(...rows);
    for (const timeZone of ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "UTC"]) {
      expect(parse(await store.file({ layout, timeZone }))).toEqual(rows);
    }
  });
});

describe("a time in a zone", () => {
  test.each([
    ["UTC", "2026-03-29T01:00:00.000Z", "2026-03-29T01:00:00.000Z"],
    ["Asia/Kolkata", "2026-01-31T20:00:00.250Z", "2026-02-01T01:30:00.250+05:30"],
    ["America/St_Johns", "2026-01-31T03:00:00.000Z", "2026-01-30T23:30:00.000-03:30"],
    ["Africa/Abidjan", "2026-01-31T12:00:00.000Z", "2026-01-31T12:00:00.000+00:00"],
    // The clocks go forward: there is no 02:30.
    ["Europe/Berlin", "2026-03-29T00:59:59.999Z", "2026-03-29T01:59:59.999+01:00"],
    ["Europe/Berlin", "2026-03-29T01:00:00.000Z", "2026-03-29T03:00:00.000+02:00"],
    // The clocks go back: 02:30 comes twice, told apart by the offset.
    ["Europe/Berlin", "2026-10-25T00:30:00.000Z", "2026-10-25T02:30:00.000+02:00"],
    ["Europe/Berlin", "2026-10-25T01:30:00.000Z", "2026-10-25T02:30:00.000+01:00"],
  ])("%s: %s is %s", (zone, utc, local) => {
    expect(zonedTimeFormatter(zone)(Date.parse(utc))).toBe(local);
  });

  test("does not depend on what was written before", () => {
    const change = Date.UTC(2026, 9, 25, 1);
    const write = zonedTimeFormatter("Europe/Berlin");
    const times = [change - 1, change, change + 1, change - 900_000, change + 900_000];
    for (const tsMs of [...times, ...times.reverse()]) {
      expect(write(tsMs)).toBe(zonedTimeFormatter("Europe/Berlin")(tsMs));
    }
  });

  test("is the time that the clocks there show, in every zone", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const times = fc.integer({ min: Date.UTC(2000, 0, 1), max: Date.UTC(2040, 0, 1) });
    fc.assert(
      fc.property(zones, times, (timeZone, tsMs) => {
        const text = zonedTimeFormatter(timeZone)(tsMs);
        expect(Date.parse(text)).toBe(tsMs);
        // Swedish writes 2026-01-31 12:00:00.
        const clock = new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(tsMs);
        expect(text.slice(0, 19).replace("T", " ")).toBe(clock);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["Europe/Berlin", true],
    ["UTC", true],
    ["Asia/Kolkata", true],
    ["Mars/Olympus", false],
    ["", false],
    ["../etc/passwd", false],
  ])("%j is a time zone: %s", (name, expected) => {
    expect(isTimeZone(name)).toBe(expected);
  });
});
