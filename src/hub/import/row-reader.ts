// A row of a file -> its readings, in the form that was guessed or chosen. For an invalid cell its reading is refused, with a
// reason; the rest of its row is read. It does not depend on stored data.

import type { ImportForm } from "../../shared/history/import.ts";
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { type Message, type MessageCode, message } from "../../shared/messages/message.ts";
import { limits, type Reading } from "../../shared/reading.ts";
import type { CsvRow } from "./csv-reader.ts";
import { MAX_ROW_CHARACTERS } from "./csv-reader.ts";
import { deviceOf, metricOf, type NamedMetric } from "./names.ts";
import { isEpochForm, readTime } from "./time-text.ts";
import { readValue } from "./value-text.ts";
import { nextMoment, ZoneClock } from "./zone-clock.ts";

export type LineReason = Message<Extract<MessageCode, `import/line-${string}`>>;

export interface ImportedUnit {
  readonly device: DeviceId;
  readonly metric: MetricName;
  readonly unit: string;
}

/** The contents of a row; owned by the reader, and valid until the next row is read. */
export interface ReadRow {
  readonly readings: Reading[];
  /** Of its metrics, where they are named or seen for the first time. */
  readonly units: ImportedUnit[];
  /** Cells without a value. */
  empty: number;
  /** Its local time occurred twice, when clocks were set back. */
  isRepeated: boolean;
  /** Of the first cell that was refused; null where all could be read. */
  reason: LineReason | null;
}

/** Names and series that are remembered: of a file with more, the earlier ones are forgotten. */
const MAX_REMEMBERED = 20_000;
const MAX_QUOTED_CHARACTERS = 40;

export class RowReader {
  readonly #form: ImportForm;
  readonly #columns: Columns;
  readonly #latestTsMs: number;
  readonly #zone: ZoneClock;
  readonly #row: ReadRow = { readings: [], units: [], empty: 0, isRepeated: false, reason: null };
  readonly #devices = new Map<string, DeviceId | null>();
  readonly #metrics = new Map<string, NamedMetric | null>();
  /** By series: the unit that was reported last, since most rows repeat it. */
  readonly #reportedUnits = new Map<string, string>();
  /** By series: the time of its last reading. */
  readonly #lastMs = new Map<string, number>();
  #beforeMs: number | undefined;
  /** The file begins with the newest. */
  #isBackwards = false;

  /** `nowMs`: by the hub's clock; a zone that there is not throws. */
  constructor(form: ImportForm, nowMs: number) {
    this.#form = form;
    this.#columns = columnsOf(form);
    this.#latestTsMs = nowMs + limits.futureMs;
    this.#zone = new ZoneClock(form.zone);
  }

  read({ cells }: CsvRow): ReadRow {
    const row = this.#row;
    row.readings.length = 0;
    row.units.length = 0;
    row.empty = 0;
    row.isRepeated = false;
    row.reason = null;
    if (cells === null) row.reason = message("import/line-too-long", { limit: MAX_ROW_CHARACTERS });
    else this.#readCells(cells);
    return row;
  }

  #readCells(cells: readonly string[]): void {
    if (this.#isNoteAlone(cells)) {
      this.#row.empty++;
      return;
    }
    const { device: deviceAt, metric: metricAt, values } = this.#columns;
    const device = this.#device(deviceAt === undefined ? this.#form.device : (cells[deviceAt] ?? ""));
    if (device === null) return;
    const named = metricAt === undefined ? undefined : this.#metric(cells[metricAt] ?? "");
    if (named === null) return;
    const tsMs = this.#time(cells, named === undefined ? device : `${device}\n${named.metric}`);
    if (tsMs === null) return;
    for (const value of values) this.#value(cells, value, device, named ?? value, tsMs);
  }

  #device(text: string): DeviceId | null {
    const device = remembered(this.#devices, text, () => deviceOf(text) ?? null);
    if (device === null) {
      const isMissing = text.trim() === "";
      this.#refuse(isMissing ? message("import/line-no-device") : message("import/line-device", quoted(text)));
    }
    return device;
  }

  /** A row of a note that no reading follows, as the hub exports it: its columns are there, and empty. */
  #isNoteAlone(cells: readonly string[]): boolean {
    const { device, metric, values } = this.#columns;
    const isEmpty = (at: number | undefined) => at !== undefined && cells[at] === "";
    return (
      cells.length === this.#form.columns.length &&
      (isEmpty(device) || isEmpty(metric)) &&
      values.every(({ at }) => isEmpty(at))
    );
  }

  #metric(text: string): NamedMetric | null {
    const named = remembered(this.#metrics, text, () => metricOf(text) ?? null);
    if (named === null) this.#refuse(message("import/line-metric", quoted(text)));
    return named;
  }

  /** Milliseconds UTC; null where the row is refused for it. */
  #time(cells: readonly string[], series: string): number | null {
    const { time, date, clock } = this.#columns;
    const text = time === undefined ? dateAndClock(cells, date, clock) : (cells[time] ?? "").trim();
    const read = readTime(text, this.#form.time);
    switch (read.kind) {
      case "no-time":
        return this.#refuse(text === "" ? message("import/line-no-time") : message("import/line-time", quoted(text)));
      case "wrong-order":
        return this.#refuse(message("import/line-day-order", quoted(text)));
      case "utc":
        return this.#within(read.ms, text, series);
      case "local": {
        const moments = this.#zone.moments(read.ms);
        if (moments.length > 1) this.#row.isRepeated = true;
        const beforeMs = this.#lastMs.get(series) ?? this.#beforeMs;
        if (beforeMs !== undefined && moments.every((ms) => ms < beforeMs)) this.#isBackwards = true;
        else if (beforeMs === undefined || moments.every((ms) => ms > beforeMs)) this.#isBackwards = false;
        const ms = nextMoment(moments, beforeMs, this.#isBackwards);
        if (ms !== undefined) return this.#within(ms, text, series);
        return this.#refuse(message("import/line-skipped-hour", { ...quoted(text), zone: this.#form.zone }));
      }
    }
  }

  #within(ms: number, text: string, series: string): number | null {
    if (ms < limits.earliestTsMs) return this.#refuse(message("import/line-before-2000", quoted(text)));
    if (ms > this.#latestTsMs) return this.#refuse(message("import/line-future", quoted(text)));
    this.#beforeMs = ms;
    // Only times without an offset need it.
    if (!isEpochForm(this.#form.time)) {
      if (this.#lastMs.size >= MAX_REMEMBERED) this.#lastMs.clear();
      this.#lastMs.set(series, ms);
    }
    return ms;
  }

  #value(cells: readonly string[], column: ValueColumn, device: DeviceId, named: NamedValue, tsMs: number): void {
    const text = cells[column.at];
    if (text === undefined || text === "") {
      if (this.#columns.metric !== undefined) this.#row.empty++;
      return;
    }
    const read = readValue(text, this.#form.decimal);
    if (read.kind === "none") {
      this.#row.empty++;
      return;
    }
    if (read.kind === "text") {
      this.#refuse(message("import/line-value", { ...quoted(text), column: column.at + 1 }));
      return;
    }
    const { metric } = named;
    if (metric === null) {
      this.#refuse(message("import/line-metric", quoted(column.title)));
      return;
    }
    this.#row.readings.push({ device, metric, tsMs, value: read.value });
    const { unit: unitAt } = this.#columns;
    const unit = (unitAt === undefined ? named.unit : cells[unitAt]?.trim()) ?? read.unit;
    if (unit !== null && unit !== "") this.#reportUnit(device, metric, unit);
  }

  #reportUnit(device: DeviceId, metric: MetricName, unit: string): void {
    const series = `${device}\n${metric}`;
    if (this.#reportedUnits.get(series) === unit) return;
    if (this.#reportedUnits.size >= MAX_REMEMBERED) this.#reportedUnits.clear();
    this.#reportedUnits.set(series, unit);
    this.#row.units.push({ device, metric, unit });
  }

  #refuse(reason: LineReason): null {
    this.#row.reason ??= reason;
    return null;
  }
}

interface NamedValue {
  readonly metric: MetricName | null;
  readonly unit: string | null;
}

interface ValueColumn extends NamedValue {
  readonly at: number;
  readonly title: string;
}

/** Column numbers; undefined where the file has no such column. */
interface Columns {
  readonly time: number | undefined;
  readonly date: number | undefined;
  readonly clock: number | undefined;
  readonly device: number | undefined;
  readonly metric: number | undefined;
  readonly unit: number | undefined;
  readonly values: readonly ValueColumn[];
}

function columnsOf({ columns }: ImportForm): Columns {
  const at = (role: string) => {
    const index = columns.findIndex((column) => column.role === role);
    return index < 0 ? undefined : index;
  };
  const values = columns.flatMap(({ role, metric = "value", unit }, index) => {
    if (role !== "value") return [];
    const named = metricOf(metric);
    return [{ at: index, title: metric, metric: named?.metric ?? null, unit: unit ?? named?.unit ?? null }];
  });
  return {
    time: at("time"),
    date: at("date"),
    clock: at("clock"),
    device: at("device"),
    metric: at("metric"),
    unit: at("unit"),
    values,
  };
}

function dateAndClock(cells: readonly string[], date: number | undefined, clock: number | undefined): string {
  const [day = "", time = ""] = [date, clock].map((at) => (at === undefined ? "" : (cells[at] ?? "").trim()));
  return day === "" || time === "" ? day : `${day} ${time}`;
}

function remembered<T>(memory: Map<string, T>, text: string, make: () => T): T {
  const known = memory.get(text);
  if (known !== undefined) return known;
  if (memory.size >= MAX_REMEMBERED) memory.clear();
  const made = make();
  memory.set(text, made);
  return made;
}

function quoted(text: string): { readonly value: string } {
  const trimmed = text.trim();
  const isLong = trimmed.length > MAX_QUOTED_CHARACTERS;
  return { value: isLong ? `${trimmed.slice(0, MAX_QUOTED_CHARACTERS - 1)}…` : trimmed };
}
