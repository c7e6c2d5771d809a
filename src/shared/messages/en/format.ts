// Lists and durations in English.
import { MINUTE_MS } from "../../time.ts";

const UNITS = [
  ["d", 24 * 60 * MINUTE_MS],
  ["h", 60 * MINUTE_MS],
  ["min", MINUTE_MS],
] as const;

/** `a, b, and c`. Loads the format at each call: messages with lists are rare, and the start of the hub is not. */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("en").format(parts);
}

/** `3 h`, in the largest unit that the duration fills one and a half times, so that no half is rounded away. */
export function roughly(durationMs: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => durationMs >= 1.5 * unitMs) ?? ["min", MINUTE_MS];
  return `${Math.max(1, Math.round(durationMs / unitMs))} ${unit}`;
}
