// What a copy writes at once: a stretch of one device's readings, or all that several small devices have of the month. While a piece is
// written, the next one is read. A piece that was read ahead is read again where something of it was written since: it would replace
// the newer values, which the other store has by then.
import type { SeriesColumns } from "../../store/readings.ts";
import type { Store } from "../../store/store.ts";
import { type DualWrite, seriesName, type Watch } from "../dual-write.ts";
import { type CopiedDevice, type CopyPlace, nextDevice, selectionAt } from "./months.ts";
import { columnsOf, newestStretch } from "./stretches.ts";

/** The part of a month that is left to copy. */
export interface MonthLeft {
  readonly place: CopyPlace;
  /** When the month ends. */
  readonly endMs: number;
  /** In their order. */
  readonly devices: readonly CopiedDevice[];
}

export interface Piece {
  /** Where the copy is behind it. */
  readonly after: CopyPlace;
  readonly readings: number;
  /** All readings that these series have from here up to `toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly series: readonly SeriesColumns[];
}

/** One transaction; more where a device has many metrics, so that chunks do not become small. */
const MIN_READINGS_PER_PIECE = 32_768;
const MAX_READINGS_PER_PIECE = 65_536;
const READINGS_PER_SERIES = 1_024;
const MAX_DEVICES_PER_PIECE = 100;

interface Ahead {
  readonly left: MonthLeft;
  readonly watch: Watch;
  readonly piece: Promise<Piece>;
}

export class PieceReader {
  readonly #source: Store;
  readonly #dual: DualWrite;
  #ahead: Ahead | null = null;

  constructor(source: Store, dual: DualWrite) {
    this.#source = source;
    this.#dual = dual;
  }

  /** The next piece of what is left, as the source has it now; to be called in a turn at the mirror. */
  async next(left: MonthLeft): Promise<Piece> {
    const ahead = this.#ahead;
    this.#ahead = null;
    const piece = (ahead && (await this.#stillTrue(ahead, left))) ?? (await readPiece(this.#source, left));
    this.#readAhead({ ...left, place: piece.after });
    return piece;
  }

  #readAhead(left: MonthLeft): void {
    if (nextDevice(left.place, left.devices) === undefined) return;
    const watch = this.#dual.watch(left.endMs);
    const piece = readPiece(this.#source, left);
    // It is handled where the piece is wanted, which may be nowhere.
    piece.catch(() => undefined);
    this.#ahead = { left, watch, piece };
  }

  /** Null where another piece is wanted now, or something of it was written. */
  async #stillTrue({ left, watch, piece }: Ahead, wanted: MonthLeft): Promise<Piece | null> {
    this.#dual.unwatch(watch);
    const { fromMs, device, toMs } = wanted.place;
    const isWanted = left.place.fromMs === fromMs && left.place.device === device && left.place.toMs === toMs;
    if (!isWanted || watch.areAll) return null;
    const read = await piece;
    const isWritten = read.series.some((one) => watch.series.has(seriesName(one.device, one.metric)));
    return isWritten ? null : read;
  }
}

async function readPiece({ readings }: Store, { place, endMs, devices }: MonthLeft): Promise<Piece> {
  const { fromMs } = place;
  let piece: Piece = { after: place, readings: 0, fromMs, toMs: endMs, series: [] };
  for (let count = 0; count < MAX_DEVICES_PER_PIECE; count++) {
    const device = nextDevice(piece.after, devices);
    if (device === undefined) return piece;
    const selection = selectionAt(piece.after, device.id, endMs);
    const stretch = await newestStretch(readings, selection, limitOf(device));
    const isWhole = stretch.fromMs === fromMs && selection.toMs === endMs;
    // A part of a month has another range than those before it: it is a piece of its own.
    if (!isWhole && count > 0) return piece;
    piece = {
      after: { fromMs, device: device.id, toMs: stretch.fromMs },
      readings: piece.readings + stretch.count,
      fromMs: stretch.fromMs,
      toMs: selection.toMs,
      series: [...piece.series, ...columnsOf(stretch)],
    };
    if (!isWhole || piece.readings > MIN_READINGS_PER_PIECE / 2) return piece;
  }
  return piece;
}

function limitOf({ series }: CopiedDevice): number {
  return Math.min(MAX_READINGS_PER_PIECE, Math.max(MIN_READINGS_PER_PIECE, READINGS_PER_SERIES * series));
}
