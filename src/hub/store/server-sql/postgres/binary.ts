// Columns of numbers as PostgreSQL's binary protocol has them: arrays for parameters, and the rows of a COPY. No number is
// written as text and read again.
import type { ReadingColumns } from "../dialect.ts";

/** Up to here an INSERT with arrays is faster than a COPY; more goes by COPY, in a transaction. */
export const MAX_INSERTED_READINGS = 2_000;

const OID = { int4: 23, int8: 20, float8: 701 } as const;
const WORD = 2 ** 32;
const ARRAY_HEAD_BYTES = 20;

export function int4Array(numbers: ArrayLike<number>): Buffer {
  return array(numbers, OID.int4, 4, writeInt4);
}

export function int8Array(numbers: ArrayLike<number>): Buffer {
  return array(numbers, OID.int8, 8, writeInt8);
}

export function float8Array(numbers: ArrayLike<number>): Buffer {
  return array(numbers, OID.float8, 8, writeFloat8);
}

type Write = (view: DataView, at: number, number: number) => void;
const writeInt4: Write = (view, at, number) => view.setInt32(at, number);
const writeFloat8: Write = (view, at, number) => view.setFloat64(at, number);
const writeInt8: Write = (view, at, number) => {
  const high = Math.floor(number / WORD);
  view.setInt32(at, high);
  view.setUint32(at + 4, number - high * WORD);
};

/** One dimension, no nulls, counted from 1. */
function array(numbers: ArrayLike<number>, oid: number, size: number, write: Write): Buffer {
  const buffer = Buffer.allocUnsafe(ARRAY_HEAD_BYTES + numbers.length * (4 + size));
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  for (const [index, word] of [1, 0, oid, numbers.length, 1].entries()) view.setInt32(4 * index, word);
  let at = ARRAY_HEAD_BYTES;
  for (let index = 0; index < numbers.length; index++) {
    view.setInt32(at, size);
    write(view, at + 4, numbers[index] ?? 0);
    at += 4 + size;
  }
  return buffer;
}

const COPY_SIGNATURE = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const COPY_ROW_BYTES = 34;
const COPY_END = Buffer.from([0xff, 0xff]);

/** A server takes in what it has while the next rows are written for it. */
const ROWS_PER_BUFFER = 2_048;

/** Rows of series, time and value as `COPY … (FORMAT binary)` takes them. */
export function* copyRows(rows: ReadingColumns): Generator<Buffer> {
  yield COPY_SIGNATURE;
  for (let start = 0; start < rows.series.length; start += ROWS_PER_BUFFER)
    yield rowsFrom(rows, start, Math.min(rows.series.length, start + ROWS_PER_BUFFER));
  yield COPY_END;
}

function rowsFrom({ series, tsMs, values }: ReadingColumns, start: number, end: number): Buffer {
  const buffer = Buffer.allocUnsafe((end - start) * COPY_ROW_BYTES);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  let at = 0;
  for (let row = start; row < end; row++) {
    view.setInt16(at, 3);
    view.setInt32(at + 2, 4);
    view.setInt32(at + 6, series[row] ?? 0);
    view.setInt32(at + 10, 8);
    writeInt8(view, at + 14, tsMs[row] ?? 0);
    view.setInt32(at + 22, 8);
    view.setFloat64(at + 26, values[row] ?? 0);
    at += COPY_ROW_BYTES;
  }
  return buffer;
}
