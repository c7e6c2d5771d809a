// An import of history from a CSV file in the API: the form of the file (a guess that people correct), a preview of its first rows,
// and the counts of a pass over the file. The file comes in pieces, each answered once it is processed, so that neither side ever
// holds more of it than one.
import { type Static, Type } from "typebox";

/** Of the body of one piece, and of the sample that the guess is made from. */
export const IMPORT_PIECE_BYTES = 256 * 1024;
/** Refused lines that are listed with their reasons; the others are only counted. */
export const MAX_REFUSED_LINES = 100;

export const ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export const SEPARATORS = [",", ";", "\t", "|"] as const;
export const COLUMN_ROLES = ["time", "date", "clock", "device", "metric", "value", "unit", "skip"] as const;
/** `iso` is year first, with any of the usual separators; the last four are numbers since 1970 UTC. */
export const TIME_FORMS = ["iso", "day-first", "month-first", "epoch-s", "epoch-ms", "epoch-us", "epoch-ns"] as const;

export const ColumnRole = Type.Enum(COLUMN_ROLES);
export type ColumnRole = Static<typeof ColumnRole>;
export const TimeForm = Type.Enum(TIME_FORMS);
export type TimeForm = Static<typeof TimeForm>;

export const ImportColumn = Type.Object({
  role: ColumnRole,
  metric: Type.Optional(
    Type.String({ maxLength: 128, description: "of a value column, where no other column names the metric" }),
  ),
  unit: Type.Optional(Type.String({ maxLength: 32 })),
});
export type ImportColumn = Static<typeof ImportColumn>;

export const ImportForm = Type.Object({
  encoding: Type.Enum(ENCODINGS),
  separator: Type.Enum(SEPARATORS),
  decimal: Type.Enum([".", ","] as const),
  header: Type.Boolean({ description: "whether the first row names the columns" }),
  columns: Type.Array(ImportColumn, { maxItems: 2_000 }),
  time: TimeForm,
  zone: Type.String({ maxLength: 64, description: "IANA name; of times that are written without an offset" }),
  device: Type.String({ maxLength: 64, description: "of rows without a device of their own" }),
});
export type ImportForm = Static<typeof ImportForm>;

/** After a change of the separator or the encoding the columns are guessed again, unless they are changed as well. */
export const ImportFormChanges = Type.Partial(ImportForm);
export type ImportFormChanges = Static<typeof ImportFormChanges>;

const RefusedLine = Type.Object({ line: Type.Integer(), reason: Type.String() });

export const ImportCounts = Type.Object({
  rows: Type.Integer(),
  readings: Type.Integer({ description: "those that could be read" }),
  fresh: Type.Integer({ description: "of them, those that are not there yet" }),
  changed: Type.Integer({ description: "of them, those that are there with another value, which they replace" }),
  known: Type.Integer({ description: "of them, those that are there already" }),
  empty: Type.Integer({ description: "cells without a value" }),
  repeated: Type.Integer({ description: "rows in an hour that the clock of the zone shows twice" }),
  refused: Type.Integer({ description: "rows that were refused, in whole or in part" }),
  fromMs: Type.Union([Type.Number(), Type.Null()]),
  toMs: Type.Union([Type.Number(), Type.Null()]),
  newDevices: Type.Array(Type.String()),
  newMetrics: Type.Integer(),
});
export type ImportCounts = Static<typeof ImportCounts>;

export const ImportPass = Type.Object({
  kind: Type.Union([Type.Literal("check"), Type.Literal("store")]),
  receivedBytes: Type.Integer({ description: "where the next piece has to begin" }),
  isComplete: Type.Boolean(),
  counts: ImportCounts,
  refusedLines: Type.Array(RefusedLine),
});
export type ImportPass = Static<typeof ImportPass>;

const PreviewRow = Type.Object({
  line: Type.Integer(),
  cells: Type.Array(Type.String()),
  readings: Type.Array(
    Type.Object({ device: Type.String(), metric: Type.String(), ts: Type.Number(), value: Type.Number() }),
  ),
  reason: Type.Optional(Type.String({ description: "why it is refused" })),
});

export const Import = Type.Object({
  id: Type.String(),
  name: Type.String(),
  form: ImportForm,
  titles: Type.Array(Type.String(), { description: "of the columns; empty where the file names none" }),
  isDayOrderGuessed: Type.Boolean({ description: "day-first or month-first: nothing in the sample decides it" }),
  isZoneNeeded: Type.Boolean({ description: "the times of the sample have no offset" }),
  preview: Type.Array(PreviewRow),
  problem: Type.Union([Type.String(), Type.Null()], { description: "why nothing can be imported in this form" }),
  pass: Type.Union([ImportPass, Type.Null()]),
});
export type Import = Static<typeof Import>;

export const ImportQuery = Type.Object({
  name: Type.Optional(Type.String({ maxLength: 256, description: "of the file; a device may be named by it" })),
  zone: Type.Optional(Type.String({ maxLength: 64, description: "IANA name of the zone to begin with (UTC)" })),
});
export const PieceQuery = Type.Object({
  offset: Type.Integer({ minimum: 0, description: "of its first byte in the file" }),
  last: Type.Optional(Type.Boolean({ description: "true where the file ends with it" })),
});
