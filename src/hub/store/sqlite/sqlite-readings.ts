// Readings in SQLite: writes go by the group commit or to the writer's thread, queries to the reader's.
import { bucketGrid } from "../bucket-grid.ts";
import type { ExportPiece, ReadingStore } from "../readings.ts";
import { ExportTurns } from "./export-turns.ts";
import type { GroupCommit } from "./group-commit.ts";
import type { ExportPlace } from "./queries/export.ts";
import type { SeriesIds } from "./series-ids.ts";
import type { ReaderMethods, WantedFile } from "./threads/reader.ts";
import type { SleepingWorker } from "./threads/sleeping-worker.ts";
import type { WorkerClient } from "./threads/worker-client.ts";
import { moving } from "./threads/worker-port.ts";
import type { WriterMethods } from "./threads/writer.ts";

export function sqliteReadings(
  commits: GroupCommit,
  series: SeriesIds,
  writer: WorkerClient<WriterMethods>,
  reader: SleepingWorker<ReaderMethods>,
): ReadingStore {
  /** The number of the next export, by which the reader identifies it. */
  let files = 0;
  const turns = new ExportTurns();
  return {
    append: (message) => commits.append(message),
    latest: () => reader.call("latest", null),
    buckets: (query) => reader.call("buckets", query),
    bucketGrid,
    page: (query) => reader.call("page", query),
    export: (selection, format, mends = []) => exportPieces(reader, turns, { file: ++files, selection, format, mends }),
    async copy(device, metrics, into) {
      const pairs = metrics.flatMap((metric) =>
        series
          .select({ devices: [device], metrics: [metric] })
          .map((from) => ({ from, into: series.idOf(into, metric) })),
      );
      await commits.flush();
      await writer.call("copy", pairs);
    },
    async remove(selection) {
      const { fromMs, toMs } = selection;
      await writer.call(
        "remove",
        series.select(selection).map((id) => ({ series: id, fromMs, toMs })),
      );
    },
  };
}

/**
 * Reads the next piece while the last one is being sent. The memory of a released piece is reused: V8 collects such buffers late,
 * and an export would grow the process by a hundred megabytes.
 */
async function* exportPieces(
  reader: SleepingWorker<ReaderMethods>,
  turns: ExportTurns,
  wanted: WantedFile,
): AsyncGenerator<ExportPiece> {
  const { file } = wanted;
  const released: ArrayBuffer[] = [];
  // A reader that has ended holds no export files.
  const stop = (how: "pauseExport" | "endExport") => void reader.call(how, file).catch(() => undefined);
  const ask = async (next: ExportPlace | null, buffer = released.pop() ?? null) => {
    await turns.begin(file, () => stop("pauseExport"));
    return reader.call("exportStep", moving({ ...wanted, next, buffer }, buffer === null ? [] : [buffer]));
  };
  const give = (bytes: Uint8Array<ArrayBuffer>): ExportPiece => {
    let isReleased = false;
    const release = () => {
      if (!isReleased) released.push(bytes.buffer);
      isReleased = true;
    };
    return { bytes, release };
  };
  let isWhole = false;
  try {
    let piece = await ask(null);
    while (piece.next !== null) {
      if (piece.bytes.length === 0) {
        piece = await ask(piece.next, piece.bytes.buffer);
        continue;
      }
      const next = ask(piece.next);
      // The consumer may leave before it awaits this one: its rejection would then be unhandled.
      next.then(
        () => turns.pause(file),
        () => undefined,
      );
      yield give(piece.bytes);
      piece = await next;
    }
    isWhole = true;
    if (piece.bytes.length > 0) yield give(piece.bytes);
  } finally {
    turns.end(file);
    if (!isWhole) stop("endExport");
  }
}
