// Numbers in the browser's locale, short enough for a card at any magnitude.
import { locale } from "./language.ts";

const MAX_DOUBLE_DIGITS = 16;
/** Smaller and larger numbers are written with a power of ten. */
const MIN_PLAIN = 0.001;
const MAX_PLAIN = 1e15;

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(locale, { notation: "compact", maximumSignificantDigits: 4 });

const BYTES = "B";

const NO_BREAK_SPACE = "\u00a0";
/** Narrow and non-breaking, between value and unit. */
const THIN_SPACE = "\u202f";

/**
 * As finely as `resolution`, the last digit that counts, with its zeros, so that a value keeps its width as it changes;
 * without it as finely as is usual for a number of that size. Whole numbers below 10^15 are written in full.
 */
export function formatValue(value: number, resolution?: number): string {
  const size = Math.abs(value);
  const power = size === 0 ? 0 : Math.floor(Math.log10(size));
  const wanted = resolution === undefined ? Number.NEGATIVE_INFINITY : decimalsOf(resolution);
  if (size !== 0 && (size < MIN_PLAIN || size >= MAX_PLAIN)) return scientific(power + wanted).format(value);
  if (resolution === undefined) return plain(0, usualDecimals(size)).format(value);
  const decimals = Math.min(Math.max(0, wanted), Math.max(0, MAX_DOUBLE_DIGITS - 1 - power));
  return plain(decimals, decimals).format(value);
}

/** A mean: with one digit more than its readings where those would leave it one alone. */
export function formatMean(value: number, resolution?: number): string {
  const isCoarse = resolution !== undefined && !Number.isInteger(value) && Math.abs(value) < 10 * resolution;
  return formatValue(value, isCoarse ? resolution / 10 : resolution);
}

function usualDecimals(size: number): number {
  if (size < 1) return 4;
  if (size < 100) return 2;
  return size < 10_000 ? 1 : 0;
}

/** The last digit that is usual for numbers up to that size: a power of ten. */
export const usualResolution = (size: number): number => 10 ** -usualDecimals(size);

/** A value whose unit is shown beside it, or scaled with it, as bytes to GB. */
export function formatInUnit(value: number, unit: string | undefined, resolution?: number): string {
  return unit === BYTES ? formatBytes(value) : formatValue(value, resolution);
}

/** The unit to be written behind `formatInUnit`; undefined where that has written it. */
export const unitBeside = (unit: string | undefined): string | undefined => (unit === BYTES ? undefined : unit);

/** A tick in its unit, as `formatTick` writes it. */
export function formatTickInUnit(value: number, step: number, unit: string | undefined, largest = value): string {
  return unit === BYTES ? formatBytes(value, { step, largest }) : formatTick(value, step, largest);
}

/** Rounds to the step's digits, and is short where the `largest` of the axis is: all of its ticks are written alike. */
export function formatTick(value: number, step: number, largest = value): string {
  const decimals = step > 0 ? Math.max(0, decimalsOf(step)) : 0;
  const size = Math.abs(value);
  if (size >= MAX_PLAIN || decimals > MAX_TICK_DECIMALS) {
    return value === 0 ? "0" : scientific(Math.floor(Math.log10(size)) + decimalsOf(step)).format(value);
  }
  const largestSize = Math.abs(largest);
  if (largestSize >= 1e7 && largestSize < step * MAX_COMPACT_STEPS) return compact.format(value);
  return plain(decimals, decimals).format(value);
}

const MAX_TICK_DECIMALS = 6;
/** Four digits distinguish ticks up to this many steps from zero. */
const MAX_COMPACT_STEPS = 1_000;

export function formatQuantity(value: number, unit: string | undefined, resolution?: number): string {
  const text = formatInUnit(value, unit, resolution);
  const beside = unitBeside(unit);
  return beside === undefined ? text : `${text}${THIN_SPACE}${beside}`;
}

/** How many decimals show a difference: 2 for 0.01 and 0.05, -2 for 100. Steps carry the error of a subtraction. */
function decimalsOf(difference: number): number {
  return Math.ceil(-Math.log10(difference) - 0.001);
}

const formats = new Map<string, Intl.NumberFormat>();

function plain(minimumFractionDigits: number, maximumFractionDigits: number): Intl.NumberFormat {
  return formatOf(`${minimumFractionDigits} ${maximumFractionDigits}`, {
    minimumFractionDigits,
    maximumFractionDigits,
    // -0.04 is 0.0.
    signDisplay: "negative",
  });
}

function scientific(decimals: number): Intl.NumberFormat {
  const maximumSignificantDigits = Math.min(Math.max(3, decimals + 1), MAX_DOUBLE_DIGITS);
  return formatOf(`e${maximumSignificantDigits}`, { notation: "scientific", maximumSignificantDigits });
}

function formatOf(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = formats.get(name);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat(locale, options);
  formats.set(name, format);
  return format;
}

const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 2 });
const LEAST_SHARE = 0.0001;

/** A share of 1 as a percentage; one that is not zero is never written as 0 %. */
export function formatShare(of: number): string {
  return of > 0 && of < LEAST_SHARE ? `< ${share.format(LEAST_SHARE)}` : share.format(of);
}

export const formatCount = (count: number): string => whole.format(count);

const BYTE_UNITS = ["kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** Of ticks: what tells neighbours apart, and the largest, whose unit all of them have. */
interface Ticks {
  readonly step: number;
  readonly largest: number;
}

/** In decimal units, as disks are sold. */
export function formatBytes(bytes: number, { step, largest }: Ticks = { step: 0, largest: bytes }): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(Math.abs(largest), 1)) / 3), 0), BYTE_UNITS.length);
  const decimals = step > 0 ? Math.min(Math.max(0, decimalsOf(step / 1000 ** power)), MAX_TICK_DECIMALS) : undefined;
  const unit = BYTE_UNITS[power - 1];
  if (unit === undefined) return `${plain(decimals ?? 0, decimals ?? 1).format(bytes)}${NO_BREAK_SPACE}${BYTES}`;
  const written = new Intl.NumberFormat(locale, {
    style: "unit",
    unit,
    maximumFractionDigits: decimals ?? 1,
    ...(decimals !== undefined && { minimumFractionDigits: decimals }),
  });
  return written.format(bytes / 1000 ** power).replaceAll(" ", NO_BREAK_SPACE);
}
