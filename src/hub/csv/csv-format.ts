// How a CSV file is written. The store's port and the writers share it; this folder imports nothing of the hub.

export interface CsvFormat {
  readonly separator: "," | ";" | "\t";
  /** IANA name of the time column's zone. */
  readonly timeZone: string;
  /** long: a row per reading; wide: a row per device and time, a column per metric. */
  readonly layout: "long" | "wide";
}
