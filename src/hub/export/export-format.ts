// How an export is written. The store's port and the writers share it; this folder imports nothing of the hub.

export type ExportFormat = CsvFormat | JsonFormat;

export interface CsvFormat {
  readonly kind: "csv";
  readonly separator: "," | ";" | "\t";
  /** Of the values; a comma needs another separator. */
  readonly decimal: "." | ",";
  /** iso: ISO 8601 with the offset. spreadsheet: local time without one, which spreadsheets read as a date. */
  readonly time: "iso" | "spreadsheet";
  /** IANA name of the time column's zone. */
  readonly timeZone: string;
  /** long: a row per reading; wide: a row per device and time, a column per metric. */
  readonly layout: "long" | "wide";
  /** What a last column holds; without them there is none. */
  readonly notes?: readonly ExportNote[];
}

/** What people noted of a moment, or of a stretch: `fromMs <= t < toMs`. */
export interface ExportNote {
  /** Null for all devices. */
  readonly device: string | null;
  readonly fromMs: number;
  /** Null for a moment. */
  readonly toMs: number | null;
  readonly text: string;
}

/** An object per reading: one a line, or the elements of one array. */
export interface JsonFormat {
  readonly kind: "ndjson" | "json";
}

/** What programs read: RFC 4180, times in UTC. */
export const PLAIN_CSV: CsvFormat = {
  kind: "csv",
  separator: ",",
  decimal: ".",
  time: "iso",
  timeZone: "UTC",
  layout: "long",
};
