// The interface of a writer of exported files: takes rows in the file's order, and returns bytes.

import type { ExportNames } from "./export-names.ts";

/** All series that a file may hold, by their places: in order of device, then metric. */
export interface ExportSeries {
  readonly devices: ExportNames;
  /** In order. */
  readonly metrics: ExportNames;
  /** The numbers of the device and of the metric of each series. */
  readonly deviceOf: Uint32Array;
  readonly metricOf: Uint32Array;
}

/** Writes a file, a piece at a time. */
export interface ExportWriter {
  /** Begins a piece; in `buffer`, as far as it has room. */
  begin(buffer: ArrayBuffer): void;
  /** Columns in the header. */
  readonly columns: number;
  /** Writes the column of this number of the header. */
  header(column: number): void;
  /** A reading of the series at `place`; in order of time, then place. */
  row(place: number, tsMs: number, value: number): void;
  /** No row follows. */
  end(): void;
  /** Bytes in the piece so far. */
  readonly length: number;
  /** The piece; it ends with a whole row, and so must the rows. */
  finish(): Uint8Array<ArrayBuffer>;
}
