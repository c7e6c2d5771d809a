// The text of a chart: a summary, and the value at one moment.
import type { Metric } from "../../shared/device.ts";
import type { Bucket } from "../../shared/reading.ts";
import { MINUTE_MS } from "../../shared/time.ts";
import { locale } from "../i18n/language.ts";
import { formatInUnit, formatMean, formatQuantity, formatValue, unitBeside } from "../i18n/numbers.ts";
import { pageText } from "../i18n/page-text.ts";
import { formatInstant } from "../i18n/times.ts";
import type { BucketWindow } from "./series/bucket-window.ts";
import type { Gap } from "./series/gaps.ts";
import type { DrawnRuns } from "./series/runs.ts";
import type { ShiftName } from "./view/shifts.ts";

const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });

/** The last digit of a metric's values: what people set, else what its chart has found. */
export function precisionOf({ decimals }: Pick<Metric, "decimals">, found: number | undefined): number | undefined {
  return decimals === undefined ? found : 10 ** -decimals;
}

export function summaryText(window: BucketWindow, metric: Metric): string {
  const summary = window.summary();
  if (summary === undefined) return pageText.charts.emptySummary;
  const resolution = precisionOf(metric, window.resolution);
  if (isShownAsStates(window, metric)) return shareText(summary.mean, window.isMeanByTime);
  if (metric.kind === "counter") {
    const increase = formatQuantity(increaseOf(window.buckets), metric.unit, resolution);
    return pageText.charts.increase(`+${increase}`);
  }
  const { min, mean, max } = summary;
  const value = (one: number) => formatInUnit(one, metric.unit, resolution);
  return pageText.charts.summary(value(min), meanText(mean, metric, resolution), value(max));
}

export function momentText(window: BucketWindow, metric: Metric, atMs: number, gaps: readonly Gap[]): string {
  const gap = gaps.find(({ fromMs, toMs }) => fromMs + window.stepMs < atMs && atMs < toMs);
  if (gap !== undefined) {
    const [from, to] = [gap.fromMs, gap.toMs].map((ms) => formatInstant(ms, MINUTE_MS));
    return pageText.charts.noReadingsBetween(from ?? "", to ?? "");
  }
  const bucket = window.at(atMs);
  const when = formatInstant(isShownAsStates(window, metric) ? atMs : (bucket?.t ?? atMs), window.stepMs);
  return bucket === undefined
    ? `${when} · ${pageText.charts.noReadings}`
    : `${when} · ${bucketText(window, metric, bucket)}`;
}

/**
 * Behind the words for a moment, what it was at the earlier time: ` · yesterday 21.4 °C`; for all that is shown, where `atMs` is
 * null, only that there is nothing to compare with.
 */
export function earlierText(
  earlier: DrawnRuns,
  shift: ShiftName,
  { window, metric, atMs }: { readonly window: BucketWindow; readonly metric: Metric; readonly atMs: number | null },
): string {
  const when = pageText.charts.earlierTimes[shift];
  if (atMs === null) return earlier.runs.flat().length === 0 ? ` · ${pageText.charts.noneEarlier(when)}` : "";
  const run = earlier.runs.find((one) => (one[0]?.t ?? atMs) <= atMs && atMs <= (one.at(-1)?.t ?? 0) + window.stepMs);
  const bucket = run?.findLast(({ t }) => t <= atMs);
  // The mean only: space is short.
  const valueText =
    bucket === undefined ? pageText.charts.noReadings : bucketText(window, metric, meanOf(window, bucket));
  return ` · ${when} ${valueText}`;
}

function meanOf({ isOnOff }: BucketWindow, bucket: Bucket): Bucket {
  return isOnOff ? bucket : { ...bucket, min: bucket.avg, max: bucket.avg };
}

function bucketText(window: BucketWindow, metric: Metric, { min, avg, max, n }: Bucket): string {
  const resolution = precisionOf(metric, window.resolution);
  if (isShownAsStates(window, metric)) {
    // Without a known period, readings say nothing about the time between them.
    if (min !== max) return shareText(avg, window.states === undefined);
    return min === 1 ? pageText.charts.on : pageText.charts.off;
  }
  const value = (one: number) => formatInUnit(one, metric.unit, resolution);
  const mean = n === 1 ? value(avg) : meanText(avg, metric, resolution);
  const beside = unitBeside(metric.unit);
  const unit = beside === undefined ? "" : `\u202f${beside}`;
  if (min === max) return `${mean}${unit}`;
  return `${mean}${unit}  (${value(min)} – ${value(max)})`;
}

function shareText(mean: number, isByTime: boolean): string {
  const text = share.format(mean);
  return isByTime ? pageText.charts.share(text) : pageText.charts.shareOfReadings(text);
}

function meanText(mean: number, { unit }: Metric, resolution: number | undefined): string {
  return unitBeside(unit) === unit ? formatMean(mean, resolution) : formatInUnit(mean, unit);
}

/** A value of a chart's table; of states in words, and a mean as a share. */
export function tableText(window: BucketWindow, metric: Metric): (value: number) => string {
  const resolution = precisionOf(metric, window.resolution);
  if (!isShownAsStates(window, metric)) return (value) => formatValue(value, resolution);
  const words = new Map([
    [0, pageText.charts.off],
    [1, pageText.charts.on],
  ]);
  return (value) => words.get(value) ?? share.format(value);
}

/** The values are true and false, unless people set labels. */
export function isShownAsStates(window: BucketWindow, { kind }: Metric): boolean {
  return window.isOnOff && (kind === undefined || kind === "state");
}

/** Of a counter, which may begin again at zero. */
function increaseOf(buckets: readonly Bucket[]): number {
  let [sum, last] = [0, buckets[0]?.min ?? 0];
  for (const { max } of buckets) {
    sum += max >= last ? max - last : max;
    last = max;
  }
  return sum;
}
