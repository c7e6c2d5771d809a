// The column of notes in a CSV file. A note of a moment is in the device's first row from that moment on, a note of a range of time
// in all rows of the range. Most rows have none, and cost one comparison. A note without a row gets one of its own at the end.
import type { ExportNote } from "./export-format.ts";
import type { ExportNames } from "./export-names.ts";
import type { RowBytes } from "./row-bytes.ts";

const BETWEEN_NOTES = "; ";

/** A note that stands in no row of a reading. */
export interface NoteRow {
  readonly tsMs: number;
  /** As they stand in the file; no device where the note is of all. */
  readonly device: Buffer;
  readonly note: Buffer;
}

/** Of one device. */
interface DeviceNotes {
  /** In order of their beginnings. */
  readonly notes: readonly ExportNote[];
  /** Of these, the first that has not begun. */
  next: number;
  /** Those that last. */
  lasting: ExportNote[];
  /** The cell of rows before `changesMs`. */
  cell: Buffer;
  changesMs: number;
}

const NO_TEXT = Buffer.alloc(0);

export class NoteColumn {
  readonly #notes: readonly ExportNote[];
  readonly #devices: ExportNames;
  readonly #byDevice: DeviceNotes[] = [];
  readonly #written = new Set<ExportNote>();

  constructor(notes: readonly ExportNote[], devices: ExportNames) {
    this.#notes = notes.toSorted((a, b) => a.fromMs - b.fromMs);
    this.#devices = devices;
  }

  /** Writes the cell of a row; rows of a device come in order of time. */
  writeTo(row: RowBytes, device: number, tsMs: number): void {
    const known = this.#byDevice[device] ?? this.#of(device);
    this.#byDevice[device] = known;
    if (tsMs >= known.changesMs) this.#change(known, tsMs);
    row.raw(known.cell);
  }

  /** What is left once all rows are written, in order of time. */
  rest(): NoteRow[] {
    const field = (text: string) => Buffer.from(this.#devices.toField(text));
    return this.#notes
      .filter((note) => !this.#written.has(note))
      .map(({ device, fromMs, text }) => ({ tsMs: fromMs, device: field(device ?? ""), note: field(text) }));
  }

  #of(device: number): DeviceNotes {
    const id = this.#devices.textOf(device);
    const notes = this.#notes.filter((note) => note.device === null || note.device === id);
    const changesMs = notes[0]?.fromMs ?? Number.POSITIVE_INFINITY;
    return { notes, next: 0, lasting: [], cell: NO_TEXT, changesMs };
  }

  #change(known: DeviceNotes, tsMs: number): void {
    const begun: ExportNote[] = [];
    for (
      let note = known.notes[known.next];
      note !== undefined && note.fromMs <= tsMs;
      note = known.notes[known.next]
    ) {
      begun.push(note);
      this.#written.add(note);
      known.next++;
    }
    // A range that ended between two rows is written as a moment: it would be in no row.
    const isMoment = ({ toMs }: ExportNote) => toMs === null || toMs <= tsMs;
    const moments = begun.filter(isMoment);
    const stretches = begun.filter((note) => !isMoment(note));
    known.lasting = [...known.lasting.filter(({ toMs }) => toMs !== null && toMs > tsMs), ...stretches];
    const texts = [...known.lasting, ...moments].map(({ text }) => text);
    known.cell = texts.length === 0 ? NO_TEXT : Buffer.from(this.#devices.toField(texts.join(BETWEEN_NOTES)));
    const ends = known.lasting.map(({ toMs }) => toMs ?? tsMs);
    const nextMs = Math.min(known.notes[known.next]?.fromMs ?? Number.POSITIVE_INFINITY, ...ends);
    // A note of a moment is in one row only: the next millisecond has another cell.
    known.changesMs = moments.length > 0 ? Math.min(tsMs + 1, nextMs) : nextMs;
  }
}
