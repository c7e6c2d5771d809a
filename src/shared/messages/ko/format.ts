// Lists and durations in Korean, and particles, which follow the sound before them.

const MINUTE_MS = 60_000;
const UNITS = [
  ["일", 24 * 60 * MINUTE_MS],
  ["시간", 60 * MINUTE_MS],
  ["분", MINUTE_MS],
] as const;

/** `a, b 및 c`. */
export function listed(parts: readonly string[]): string {
  return new Intl.ListFormat("ko").format(parts);
}

/** `3시간`, in the largest unit that the duration fills one and a half times. */
export function roughly(durationMs: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => durationMs >= 1.5 * unitMs) ?? ["분", MINUTE_MS];
  return `${Math.max(1, Math.round(durationMs / unitMs))}${unit}`;
}
