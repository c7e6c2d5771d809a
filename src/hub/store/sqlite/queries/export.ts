// A running export: the file is written from windows of time, each as long as memory allows. A step takes some milliseconds, so
// that chart queries are answered between steps. The state between steps, but for the notes, is only a cache: an export can
// resume at any place.

import { csvWriter, noteColumnOf } from "../../../export/csv-writer.ts";
import type { ExportFormat } from "../../../export/export-format.ts";
import type { ExportWriter } from "../../../export/export-writer.ts";
import { JsonRows } from "../../../export/json-writer.ts";
import type { NoteColumn } from "../../../export/note-column.ts";
import type { SeriesMends } from "../../mended.ts";
import type { ReadingSelection } from "../../readings.ts";
import type { MemTable } from "../engine/mem-table.ts";
import { RowWindow } from "./row-window.ts";
import { SeriesCatalog } from "./series-catalog.ts";
import type { Sources } from "./sources.ts";
import { WindowReader } from "./window-reader.ts";

/** Where a piece begins. */
export interface ExportPlace {
  /** Series that appeared later than the file was begun have no place in it: a wide one has its columns by then. */
  readonly lastSeriesId: number;
  /** Columns of the header that are written. */
  readonly header: number;
  /** All readings before this time are written. */
  readonly fromMs: number;
  /** And at this time those of so many series. */
  readonly series: number;
  /** False until a row is written. */
  readonly hasRows: boolean;
}

export interface ExportStep {
  /** None yet, where there is a lot to be read. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the next piece begins; null when this is the last. */
  readonly next: ExportPlace | null;
}

export interface ExportOptions extends Sources {
  readonly selection: ReadingSelection;
  readonly format: ExportFormat;
  readonly mends?: readonly SeriesMends[];
  readonly start: ExportPlace;
  /** Of the job that began the file. */
  readonly notes?: NoteColumn | null;
  readonly limits?: ExportLimits;
}

export interface ExportLimits {
  /** After that a step ends, but for a piece that is being written. */
  readonly stepMs: number;
  /** A piece ends with a complete row, so it may be somewhat longer. */
  readonly bytesPerPiece: number;
  /** In a window: 20 bytes each, and 10 to put them in order. */
  readonly rows: number;
  /** Rows written together where the readings at one time alone fill the window. */
  readonly rowsOfOneTime: number;
  /** Series per query, which takes a few milliseconds. */
  readonly seriesAtOnce: number;
}

const LIMITS = { stepMs: 15, bytesPerPiece: 1_500_000, rows: 131_072, rowsOfOneTime: 16_384, seriesAtOnce: 256 };
/** Every window opens a chunk of each series: with so many series it pays to read more at once. */
const MANY_SERIES = 65_536;
const LIMITS_OF_MANY = { ...LIMITS, rows: 262_144 };
const PIECE_SLACK_BYTES = 64_000;
/** The length of a window follows from the last one, so that it has room for its rows and is not empty. */
const AIM_SHARE = 3 / 4;
const MAX_STRETCH = 16;

export class ExportJob {
  readonly #options: ExportOptions;
  readonly #catalog: SeriesCatalog;
  readonly #loading: Iterator<void>;
  readonly #reader: WindowReader;
  readonly #limits: ExportLimits;
  readonly #window: RowWindow;
  #isLoaded = false;
  #writer: ExportWriter | null = null;
  #notes: NoteColumn | null;
  #place: ExportPlace;
  /** The next series to be read into the window; null once the window is complete, and is being written. */
  #reading: number | null = 0;
  #firstRead = 0;
  #written = 0;
  /** Where the next window begins, and the first time behind it, as far as the series before it were read. */
  #nextSeries = 0;
  #nextMs = Number.POSITIVE_INFINITY;
  #spanMs = Number.POSITIVE_INFINITY;
  #isOneTimeConsidered = false;

  constructor(options: ExportOptions) {
    const { table, selection, format, start } = options;
    const { lastSeriesId } = start;
    const limits = options.limits ?? (lastSeriesId < MANY_SERIES ? LIMITS : LIMITS_OF_MANY);
    this.#options = options;
    this.#notes = options.notes ?? null;
    this.#limits = limits;
    this.#window = new RowWindow(limits.rows);
    this.#catalog = new SeriesCatalog({ table, selection, lastSeriesId, format });
    this.#loading = this.#catalog.load();
    this.#reader = new WindowReader(options);
    this.#place = start;
    this.#beginWindow(start.fromMs, start.series);
    // The state of the series that are written is void.
    if (start.series > 0) this.#nextMs = start.fromMs + 1;
  }

  /** Which notes are written: a job that goes on with the file has to know. Null without any. */
  get notes(): NoteColumn | null {
    return this.#notes;
  }

  /** Writes a piece into `buffer`, where there is one to be used again. */
  step(tail: MemTable, buffer: ArrayBuffer | null): ExportStep {
    const { bytesPerPiece } = this.#limits;
    const endMs = performance.now() + this.#limits.stepMs;
    const bytes = buffer ?? new ArrayBuffer(bytesPerPiece + PIECE_SLACK_BYTES);
    if (!this.#load(endMs)) return { bytes: new Uint8Array(bytes, 0, 0), next: this.#place };
    const writer = this.#writer ?? this.#makeWriter();
    this.#writer = writer;
    writer.begin(bytes);
    this.#writeHeader(writer);
    let isDone = false;
    do {
      if (this.#reading !== null) this.#read(tail, this.#reading, endMs);
      else isDone = this.#write(writer) && !this.#beginNextWindow();
    } while (!isDone && writer.length < bytesPerPiece && performance.now() < endMs);
    if (isDone) writer.end();
    return { bytes: writer.finish(), next: isDone ? null : this.#place };
  }

  #makeWriter(): ExportWriter {
    const { format } = this.#options;
    if (format.kind !== "csv") return new JsonRows(format, this.#catalog, this.#place.hasRows);
    this.#notes ??= noteColumnOf(format, this.#catalog);
    return csvWriter(format, this.#catalog, this.#notes);
  }

  /** True once all series are known. */
  #load(endMs: number): boolean {
    while (!this.#isLoaded) {
      this.#isLoaded = this.#loading.next().done === true;
      if (performance.now() >= endMs) break;
    }
    return this.#isLoaded;
  }

  #writeHeader(writer: ExportWriter): void {
    let { header } = this.#place;
    while (header < writer.columns && writer.length < this.#limits.bytesPerPiece) writer.header(header++);
    this.#place = { ...this.#place, header };
  }

  /** Reads on, a few series at a time, until the window is complete or the time is up. */
  #read(tail: MemTable, first: number, endMs: number): void {
    const { count } = this.#catalog;
    const window = this.#window;
    let place = first;
    while (place < count && !this.#isOneTimeFull(place)) {
      const end = this.#endOfBlock(place);
      this.#reader.read(window, { ids: this.#catalog.ids, place, end }, tail, this.#options.selection.toMs);
      place = end;
      if (performance.now() < endMs) continue;
      this.#reading = place;
      return;
    }
    window.leaveOut(this.#options.chunkTimes.firstFrom(window.toKey) ?? Number.POSITIVE_INFINITY);
    window.sort();
    this.#reading = null;
    this.#written = 0;
    this.#nextSeries = place < count ? place : 0;
    this.#nextMs = Math.min(this.#nextMs, window.nextKey);
  }

  /** Series that are read at once are those of whole devices, unless a device has too many. */
  #endOfBlock(place: number): number {
    const { count, deviceOf } = this.#catalog;
    const furthest = Math.min(count, place + this.#limits.seriesAtOnce);
    if (furthest === count) return count;
    let end = furthest;
    while (end > place && deviceOf[end] === deviceOf[end - 1]) end--;
    return end > place ? end : furthest;
  }

  /**
   * True where the window has rows of its first time only, and enough of them to be written before the other series are read.
   * No row of those can come before them: the series are read in the order of rows.
   */
  #isOneTimeFull(place: number): boolean {
    const window = this.#window;
    if (window.count < this.#limits.rowsOfOneTime) return false;
    if (!this.#isOneTimeConsidered && this.#catalog.count > this.#limits.rows / 2) {
      this.#isOneTimeConsidered = true;
      const isMostSeries = 2 * window.countBelow(window.fromKey + 1) > place - this.#firstRead;
      if (isMostSeries) window.cutTo(window.fromKey + 1);
    }
    const { deviceOf } = this.#catalog;
    return (
      window.toKey === window.fromKey + 1 &&
      window.count >= this.#limits.rowsOfOneTime &&
      deviceOf[place] !== deviceOf[place - 1]
    );
  }

  /** Writes rows until the piece is full, but for a row of a wide file, which is not cut; true when all are written. */
  #write(writer: ExportWriter): boolean {
    const window = this.#window;
    const { deviceOf } = this.#catalog;
    if (this.#written < window.count) this.#place = { ...this.#place, hasRows: true };
    let lastMs = Number.NaN;
    let lastDevice = -1;
    for (; this.#written < window.count; this.#written++) {
      const place = window.placeAt(this.#written);
      const tsMs = window.keyAt(this.#written);
      const device = deviceOf[place] ?? 0;
      if (tsMs !== lastMs || device !== lastDevice) {
        if (writer.length >= this.#limits.bytesPerPiece) {
          this.#place = { ...this.#place, fromMs: tsMs, series: place };
          return false;
        }
        lastMs = tsMs;
        lastDevice = device;
      }
      writer.row(place, tsMs, window.valueAt(this.#written));
    }
    return true;
  }

  /** False when nothing is left. */
  #beginNextWindow(): boolean {
    const window = this.#window;
    if (this.#nextSeries > 0) {
      this.#beginWindow(window.fromKey, this.#nextSeries);
      return true;
    }
    const nextMs = this.#nextMs;
    if (nextMs >= this.#options.selection.toMs) return false;
    const stretch = Math.min(MAX_STRETCH, (AIM_SHARE * this.#limits.rows) / Math.max(1, window.count));
    this.#spanMs = Math.max(1, Math.ceil(stretch * (window.toKey - window.fromKey)));
    this.#nextMs = Number.POSITIVE_INFINITY;
    this.#beginWindow(nextMs, 0);
    return true;
  }

  #beginWindow(fromMs: number, series: number): void {
    const toMs = series > 0 ? fromMs + 1 : Math.min(this.#options.selection.toMs, fromMs + this.#spanMs);
    this.#place = { ...this.#place, fromMs, series };
    this.#window.begin(fromMs, toMs);
    this.#reading = series;
    this.#firstRead = series;
    this.#isOneTimeConsidered = false;
  }
}
