// A file of readings, written from rows in order: a piece at a time, so that the hub does other things between two of them.
import { csvWriter } from "../../../export/csv-writer.ts";
import type { ExportFormat } from "../../../export/export-format.ts";
import { ExportNames } from "../../../export/export-names.ts";
import type { ExportSeries, ExportWriter } from "../../../export/export-writer.ts";
import { JsonRows } from "../../../export/json-writer.ts";
import { compareSeries } from "../../common/series-order.ts";
import { mendedValue, type SeriesMends } from "../../mended.ts";
import type { ExportPiece, ReadingSelection } from "../../readings.ts";
import type { Series } from "../writing/series-directory.ts";
import { orderedRows, type RowSource } from "./ordered-rows.ts";

const BYTES_PER_PIECE = 256_000;
const PIECE_SLACK_BYTES = 64_000;
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export interface WantedFile {
  readonly selection: ReadingSelection;
  readonly format: ExportFormat;
  readonly mends: readonly SeriesMends[];
}

/** `series` are those of the selection. */
export async function* exportPieces(
  source: RowSource,
  series: readonly Series[],
  { selection: { fromMs, toMs }, format, mends }: WantedFile,
): AsyncGenerator<ExportPiece> {
  const sorted = series.toSorted(compareSeries);
  const names = exportSeries(sorted, format);
  const writer = format.kind === "csv" ? csvWriter(format, names) : new JsonRows(format, names, false);
  const pieces = new Pieces(writer);
  for (let column = 0; column < writer.columns; column++) {
    writer.header(column);
    if (writer.length >= BYTES_PER_PIECE) yield pieces.take();
  }
  const ranges = sorted.map(({ id }) => ({ id, fromMs, toMs }));
  const mendsOf = sorted.map((one) =>
    mends.find(({ device, metric }) => device === one.device && metric === one.metric),
  );
  let last = { tsMs: Number.NaN, device: -1 };
  for await (const { places, tsMs, values } of orderedRows(source, ranges, "oldest-first", Number.POSITIVE_INFINITY)) {
    for (let row = 0; row < tsMs.length; row++) {
      const place = places[row] ?? 0;
      const { mends: through = [] } = mendsOf[place] ?? {};
      const value = mendedValue(through, tsMs[row] ?? 0, values[row] ?? 0);
      if (value === null) continue;
      const here = { tsMs: tsMs[row] ?? 0, device: names.deviceOf[place] ?? 0 };
      // A row of a wide file has all readings of a device and time, and is not cut.
      const isNewRow = here.tsMs !== last.tsMs || here.device !== last.device;
      if (isNewRow && writer.length >= BYTES_PER_PIECE) {
        yield pieces.take();
        await nextTurn();
      }
      last = here;
      writer.row(place, here.tsMs, value);
    }
    await nextTurn();
  }
  writer.end();
  if (writer.length > 0) yield pieces.take();
}

/** The memory of pieces that were released is used again. */
class Pieces {
  readonly #writer: ExportWriter;
  readonly #released: ArrayBuffer[] = [];

  constructor(writer: ExportWriter) {
    this.#writer = writer;
    this.#begin();
  }

  /** What is written so far; the next piece begins behind it. */
  take(): ExportPiece {
    const bytes = this.#writer.finish();
    this.#begin();
    let isReleased = false;
    const release = () => {
      if (!isReleased) this.#released.push(bytes.buffer);
      isReleased = true;
    };
    return { bytes, release };
  }

  #begin(): void {
    this.#writer.begin(this.#released.pop() ?? new ArrayBuffer(BYTES_PER_PIECE + PIECE_SLACK_BYTES));
  }
}

/** `series` are in order of device, then metric. */
function exportSeries(series: readonly Series[], format: ExportFormat): ExportSeries {
  const devices = new ExportNames(format);
  const metrics = new ExportNames(format);
  const deviceOf = new Uint32Array(series.length);
  const metricOf = new Uint32Array(series.length);
  const numbers = new Map<string, number>();
  for (const metric of new Set(series.map((one) => one.metric).sort())) numbers.set(metric, metrics.add(metric));
  let last: string | null = null;
  let device = 0;
  for (const [place, one] of series.entries()) {
    if (one.device !== last) device = devices.add(one.device);
    last = one.device;
    deviceOf[place] = device;
    metricOf[place] = numbers.get(one.metric) ?? 0;
  }
  return { devices, metrics, deviceOf, metricOf };
}
