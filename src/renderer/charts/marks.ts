// What is marked on the time axis of a chart beside its readings.
import { timelineText } from "../i18n/timeline-text.ts";

/** A few words about a moment, or about a stretch where there is an end. */
export interface NoteMark {
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly text: string;
}

export interface TimeMarks {
  /** In order of time. */
  readonly notes: readonly NoteMark[];
}

export const NO_MARKS: TimeMarks = { notes: [] };

/** What is noted at a moment; notes of moments count that lie within `nearMs`. */
export function notesAt({ notes }: TimeMarks, atMs: number, nearMs: number): readonly NoteMark[] {
  return notes.filter(({ fromMs, toMs }) =>
    toMs === null ? Math.abs(atMs - fromMs) <= nearMs : fromMs - nearMs <= atMs && atMs <= toMs + nearMs,
  );
}

/** Behind the words for a moment: ` · Note: window open`; empty without any. */
export function marksText(marks: TimeMarks, atMs: number, nearMs: number): string {
  const texts = notesAt(marks, atMs, nearMs).map(({ text }) => ` · ${timelineText.note}: ${text}`);
  return texts.join("");
}
