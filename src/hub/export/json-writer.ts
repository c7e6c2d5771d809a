// Readings -> JSON, an object per reading: one a line, or the elements of one array, each on a line of its own as well. What
// is written does not depend on where a piece begins, but for the comma that the first element has not.

import type { JsonFormat } from "./export-format.ts";
import type { ExportSeries, ExportWriter } from "./export-writer.ts";
import { RowBytes } from "./row-bytes.ts";

export class JsonRows implements ExportWriter {
  readonly #series: ExportSeries;
  readonly #bytes = new RowBytes();
  readonly #isArray: boolean;
  #hasRows: boolean;

  /** `hasRows`: an earlier piece has some. */
  constructor({ kind }: JsonFormat, series: ExportSeries, hasRows: boolean) {
    this.#series = series;
    this.#isArray = kind === "json";
    this.#hasRows = hasRows;
  }

  /** The bracket of an array stands for one. */
  get columns(): number {
    return this.#isArray ? 1 : 0;
  }

  get length(): number {
    return this.#bytes.length;
  }

  begin(buffer: ArrayBuffer): void {
    this.#bytes.begin(buffer);
  }

  header(): void {
    this.#bytes.raw(ARRAY_START);
  }

  row(place: number, tsMs: number, value: number): void {
    const { devices, metrics, deviceOf, metricOf } = this.#series;
    const bytes = this.#bytes;
    if (this.#isArray) bytes.raw(this.#hasRows ? NEXT_ELEMENT : FIRST_ELEMENT);
    this.#hasRows = true;
    bytes.raw(DEVICE);
    devices.writeTo(bytes, deviceOf[place] ?? 0);
    bytes.raw(METRIC);
    metrics.writeTo(bytes, metricOf[place] ?? 0);
    bytes.raw(TS);
    bytes.integer(tsMs);
    bytes.raw(VALUE);
    bytes.number(value);
    bytes.raw(this.#isArray ? ELEMENT_END : LINE_END);
  }

  end(): void {
    if (this.#isArray) this.#bytes.raw(ARRAY_END);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.bytes();
  }
}

const ARRAY_START = Buffer.from("[");
const FIRST_ELEMENT = Buffer.from("\n");
const NEXT_ELEMENT = Buffer.from(",\n");
const DEVICE = Buffer.from('{"device":');
const METRIC = Buffer.from(',"metric":');
const TS = Buffer.from(',"ts":');
const VALUE = Buffer.from(',"value":');
const ELEMENT_END = Buffer.from("}");
const LINE_END = Buffer.from("}\n");
const ARRAY_END = Buffer.from("\n]\n");
