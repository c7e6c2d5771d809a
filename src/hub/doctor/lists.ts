// Lists and lengths of time in English.

const conjunction = new Intl.ListFormat("en");

/** `a, b, and c`. */
export const listed = (parts: readonly string[]): string => conjunction.format(parts);

const MINUTE_MS = 60_000;
const units = [
  ["d", 24 * 60 * MINUTE_MS],
  ["h", 60 * MINUTE_MS],
  ["min", MINUTE_MS],
] as const;

/** `3 h`, in the largest unit that it fills one and a half times, so that no half is rounded away. */
export function roughly(ms: number): string {
  const [unit, unitMs] = units.find(([, unitMs]) => ms >= 1.5 * unitMs) ?? ["min", MINUTE_MS];
  return `${Math.max(1, Math.round(ms / unitMs))} ${unit}`;
}
