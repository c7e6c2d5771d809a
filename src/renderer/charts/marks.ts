// Marks on the time axis of a chart: notes, pauses of the hub, and late readings.
import { MINUTE_MS } from "../../shared/time.ts";
import { timelineText } from "../i18n/later/timeline-text.ts";
import { formatInstant } from "../i18n/times.ts";
import type { Gap } from "./series/gaps.ts";

/** Of a gap, that a pause of the hub covers which explains it. */
const EXPLAINED_SHARE = 0.5;

/** A few words about a moment, or about a stretch where there is an end. */
export interface NoteMark {
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly text: string;
}

/** The computer slept, the hub did not run, readings arrived late, or a person has hidden them. */
export interface StretchMark {
  readonly kind: "asleep" | "off" | "late" | "hidden";
  readonly fromMs: number;
  readonly toMs: number;
  /** When late readings arrived. */
  readonly receivedMs?: number;
}

export interface TimeMarks {
  /** In order of time. */
  readonly notes: readonly NoteMark[];
  readonly stretches: readonly StretchMark[];
}

export const NO_MARKS: TimeMarks = { notes: [], stretches: [] };

/** What is noted at a moment; notes of moments count that lie within `nearMs`. */
export function notesAt({ notes }: TimeMarks, atMs: number, nearMs: number): readonly NoteMark[] {
  return notes.filter(({ fromMs, toMs }) =>
    toMs === null ? Math.abs(atMs - fromMs) <= nearMs : fromMs - nearMs <= atMs && atMs <= toMs + nearMs,
  );
}

/** What explains a gap; null where nothing does: the device sent nothing. */
export function gapLabel({ stretches }: TimeMarks, { fromMs, toMs }: Gap): string | null {
  const explained = stretches.find(
    (stretch) =>
      stretch.kind !== "late" &&
      Math.min(toMs, stretch.toMs) - Math.max(fromMs, stretch.fromMs) >= (toMs - fromMs) * EXPLAINED_SHARE,
  );
  return explained === undefined ? null : stretchText(explained);
}

/** Behind the words for a moment: ` · hub asleep · Note: window open`; empty without any. */
export function marksText(marks: TimeMarks, atMs: number, nearMs: number): string {
  const stretches = marks.stretches
    .filter(({ fromMs, toMs }) => fromMs - nearMs <= atMs && atMs <= toMs + nearMs)
    .map(stretchText);
  const notes = notesAt(marks, atMs, nearMs).map(({ text }) => `${timelineText.note}: ${text}`);
  return [...new Set([...stretches, ...notes])].map((words) => ` · ${words}`).join("");
}

function stretchText({ kind, receivedMs = 0 }: StretchMark): string {
  if (kind === "late") return timelineText.cameLater(formatInstant(receivedMs, MINUTE_MS));
  if (kind === "hidden") return timelineText.hidden;
  return kind === "asleep" ? timelineText.hubAsleep : timelineText.hubOff;
}
