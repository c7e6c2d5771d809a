// Durations as PromQL writes them: 5m, 1h30m, 250ms.

const UNITS_MS = [
  ["y", 365 * 86_400_000],
  ["w", 7 * 86_400_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
] as const;
/** Each unit once, the longest first. */
const DURATION = /(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m(?!s))?(\d+s)?(\d+ms)?(?![\w.])/y;

/** The duration that begins at `index`, and how many characters it has; null where none does. */
export function readDuration(text: string, index: number): { readonly ms: number; readonly length: number } | null {
  DURATION.lastIndex = index;
  const found = DURATION.exec(text);
  if (found === null || found[0] === "") return null;
  const ms = UNITS_MS.reduce((sum, [, unitMs], at) => sum + Number.parseInt(found[at + 1] ?? "0", 10) * unitMs, 0);
  return { ms, length: found[0].length };
}

/** Parses a request parameter: a duration or a number of seconds. In milliseconds; undefined where it is neither. */
export function parseDurationMs(text: string): number | undefined {
  const duration = readDuration(text, 0);
  if (duration !== null && duration.length === text.length) return duration.ms;
  const seconds = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(seconds) ? Math.round(seconds * 1_000) : undefined;
}

export function printDuration(ms: number): string {
  let rest = Math.abs(ms);
  let text = ms < 0 ? "-" : "";
  for (const [unit, unitMs] of UNITS_MS) {
    const count = Math.floor(rest / unitMs);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * unitMs;
  }
  return rest === Math.abs(ms) ? "0s" : text;
}
