// Numbers in the browser's locale, short enough for a card at any magnitude.

const withDigits = (maximumFractionDigits: number) => new Intl.NumberFormat(undefined, { maximumFractionDigits });
const fine = withDigits(4);
const usual = withDigits(2);
const coarse = withDigits(1);
const whole = withDigits(0);
const compact = new Intl.NumberFormat(undefined, { notation: "compact", maximumSignificantDigits: 4 });
const scientific = new Intl.NumberFormat(undefined, { notation: "scientific", maximumSignificantDigits: 3 });

/** Narrow and non-breaking, between value and unit. */
const THIN_SPACE = "\u202f";

export function formatValue(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e15)) return scientific.format(value);
  if (size < 1) return fine.format(value);
  if (size < 100) return usual.format(value);
  if (size < 10_000) return coarse.format(value);
  return (size < 1e7 ? whole : compact).format(value);
}

/** Rounds to the step's digits, so that all ticks of an axis have the same number of them. */
export function formatTick(value: number, step: number): string {
  const digits = [0, 1, 2, 3].find((count) => Number.isInteger(Math.round(step * 1e9) / 10 ** (9 - count)));
  if (digits === undefined || step < 0.001 || Math.abs(value) >= 1e7) return formatValue(value);
  return value.toLocaleString(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function formatQuantity(value: number, unit: string | undefined): string {
  return unit === undefined ? formatValue(value) : `${formatValue(value)}${THIN_SPACE}${unit}`;
}

export const formatCount = (count: number): string => whole.format(count);

/** The size of a device's history; `readings` is undefined until it is loaded. */
export function historyText(readings: number | undefined, metrics: number): string {
  const ofMetrics = metrics === 1 ? "" : ` of ${formatCount(metrics)} metrics`;
  if (readings === undefined) return `its readings${ofMetrics}`;
  return readings === 1 ? "its 1 reading" : `its ${formatCount(readings)} readings${ofMetrics}`;
}

const BYTE_UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** In decimal units, as disks are sold. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 1), BYTE_UNITS.length);
  const unit = BYTE_UNITS[power - 1] ?? "kilobyte";
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits: 1 }).format(
    bytes / 1000 ** power,
  );
}
