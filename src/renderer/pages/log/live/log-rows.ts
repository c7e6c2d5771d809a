// The messages in memory, newest first: while the list is held, new ones wait in a second list.
// Invariant: a row's number never changes, so that it is not rendered again.
import { fitsFilter, type LogFilter, type LogRow } from "../../../../shared/mqtt/message-log.ts";

export interface NumberedRow {
  readonly number: number;
  readonly row: LogRow;
}

export interface LogRows {
  readonly shown: readonly NumberedRow[];
  /** Arrived while the list was held; newest first. */
  readonly waiting: readonly NumberedRow[];
  /** How many arrived while held, including dropped ones. */
  readonly waitingCount: number;
  /** Messages that the hub left out since the list was cleared. */
  readonly leftOut: number;
  readonly nextNumber: number;
}

const MAX_KEPT_ROWS = 1_000;

export const NO_ROWS: LogRows = { shown: [], waiting: [], waitingCount: 0, leftOut: 0, nextNumber: 0 };

/** `rows`: oldest first, as the hub sends them. */
export function withNew(all: LogRows, rows: readonly LogRow[], leftOut: number, isHeld: boolean): LogRows {
  const numbered = rows.map((row, index) => ({ number: all.nextNumber + index, row })).reverse();
  const next = { ...all, leftOut: all.leftOut + leftOut, nextNumber: all.nextNumber + rows.length };
  if (!isHeld) return { ...next, shown: [...numbered, ...all.shown].slice(0, MAX_KEPT_ROWS) };
  const waiting = [...numbered, ...all.waiting].slice(0, MAX_KEPT_ROWS);
  return { ...next, waiting, waitingCount: all.waitingCount + rows.length };
}

/** Shows what waited. */
export function released(all: LogRows): LogRows {
  if (all.waitingCount === 0) return all;
  const shown = [...all.waiting, ...all.shown].slice(0, MAX_KEPT_ROWS);
  return { ...all, shown, waiting: [], waitingCount: 0 };
}

/** The rows in memory that match a filter; the hub filters new ones. */
export function filtered(all: LogRows, filter: LogFilter): LogRows {
  const fitting = (rows: readonly NumberedRow[]) => rows.filter(({ row }) => fitsFilter(row, filter));
  const waiting = fitting(all.waiting);
  return { ...all, shown: fitting(all.shown), waiting, waitingCount: waiting.length, leftOut: 0 };
}
