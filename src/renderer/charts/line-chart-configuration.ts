// The Chart.js configuration of a series: colours from the tokens, a local time axis, a tooltip for the mean.
import type { ChartConfiguration, ChartDataset, Tick, TooltipItem } from "chart.js";
import { color as parseColour } from "chart.js/helpers";
import type { Bucket } from "../../shared/reading.ts";
import { formatQuantity, formatTick, formatValue } from "../i18n/numbers.ts";
import { formatInstant } from "../i18n/times.ts";
import type { Gap } from "./gaps.ts";
import { gapsPlugin } from "./gaps-plugin.ts";
import { timeTicks } from "./time-ticks.ts";
import { valueTicks } from "./value-ticks.ts";

/** What the next drawing shows; `LineChart` mutates it in place before each update. */
export interface Frame {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly gaps: readonly Gap[];
  /** How finely its values are written. */
  readonly resolution: number | undefined;
  /** The series has the states 0 and 1, and nothing between. */
  readonly isOnOff: boolean;
}

/** A point of a dataset. In a gap `bucket` is null and `y` is NaN. */
export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  readonly bucket: Bucket | null;
}

/** Fits most numbers, so that the time axes of a page's charts align. */
const MIN_VALUE_AXIS_WIDTH_PX = 48;
const PIXELS_PER_TIME_TICK = 84;
const HALF_LABEL_WIDTH_PX = 20;
/** Padding above the maximum and below the minimum, as a fraction of the range. */
const VALUE_PADDING_RATIO = 0.08;
const BAND_OPACITY = 0.16;
const ON_OFF_TICKS = [{ value: 0 }, { value: 1 }];
/** Index of the dataset that the tooltip describes. */
const MEAN_DATASET_INDEX = 2;

export function lineChartConfiguration(
  frame: Frame,
  style: CSSStyleDeclaration,
  unit: string | undefined,
): ChartConfiguration<"line", ChartPoint[]> {
  const token = (name: string) => style.getPropertyValue(name);
  const { color, fontFamily: family } = style;
  const ticks = { color: token("--faint"), font: { family, size: 11 } };
  return {
    type: "line",
    data: { datasets: datasetsOf(color) },
    plugins: [gapsPlugin(frame, { ground: token("--sunken"), label: token("--faint"), family })],
    options: {
      animation: false,
      parsing: false,
      maintainAspectRatio: false,
      layout: { padding: { right: HALF_LABEL_WIDTH_PX } },
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: {
          type: "linear",
          bounds: "data",
          grid: { display: false },
          border: { color: token("--line") },
          ticks: {
            ...ticks,
            autoSkip: false,
            maxRotation: 0,
            callback: (_value, index, all) => all[index]?.label ?? "",
          },
          afterDataLimits(axis) {
            axis.min = frame.startMs;
            axis.max = frame.endMs;
          },
          afterBuildTicks(axis) {
            axis.ticks = timeTicks(axis.min, axis.max, axis.chart.width / PIXELS_PER_TIME_TICK);
          },
          afterFit(axis) {
            // Otherwise the chart shifts whenever a label enters or leaves at an end.
            axis.paddingLeft = 0;
            axis.paddingRight = 0;
          },
        },
        y: {
          bounds: "data",
          grid: { color: token("--line"), drawTicks: false },
          border: { display: false },
          ticks: { ...ticks, padding: 8, autoSkip: false, callback: tickText },
          afterDataLimits(axis) {
            if (frame.isOnOff) [axis.min, axis.max] = [0, 1];
            const room = (axis.max - axis.min) * VALUE_PADDING_RATIO;
            axis.min -= room;
            axis.max += room;
          },
          afterBuildTicks(axis) {
            // Without readings the axis has no scale.
            const isEmpty = axis.chart.data.datasets[MEAN_DATASET_INDEX]?.data.length === 0;
            axis.ticks = isEmpty ? [] : frame.isOnOff ? ON_OFF_TICKS : valueTicks(axis.min, axis.max);
          },
          afterFit(axis) {
            axis.width = Math.max(axis.width, MIN_VALUE_AXIS_WIDTH_PX);
          },
        },
      },
      plugins: {
        tooltip: {
          backgroundColor: token("--text"),
          titleColor: token("--panel"),
          bodyColor: token("--panel"),
          titleFont: { family, size: 12, weight: "normal" },
          bodyFont: { family, size: 13, weight: "bold" },
          padding: 10,
          cornerRadius: 8,
          caretSize: 0,
          displayColors: false,
          filter: ({ datasetIndex }) => datasetIndex === MEAN_DATASET_INDEX,
          callbacks: {
            title: ([item]) => (item === undefined ? "" : formatInstant(item.parsed.x ?? 0, frame.stepMs)),
            label: (item) => tooltipText(item, unit, frame.resolution),
          },
        },
      },
    },
  };
}

/** Maximum and minimum with the band between them, the mean, and points without neighbours. */
function datasetsOf(colour: string): ChartDataset<"line", ChartPoint[]>[] {
  const bare = { data: [], borderWidth: 0, pointRadius: 0, pointHoverRadius: 0 };
  const band = parseColour(colour).alpha(BAND_OPACITY).rgbString();
  return [
    { ...bare, fill: 1, backgroundColor: band },
    bare,
    {
      ...bare,
      borderColor: colour,
      borderWidth: 1.8,
      borderJoinStyle: "round",
      pointHoverRadius: 3.5,
      pointBackgroundColor: colour,
      pointHoverBackgroundColor: colour,
    },
    {
      ...bare,
      showLine: false,
      pointRadius: 2,
      pointHoverRadius: 2,
      pointBackgroundColor: colour,
      pointHoverBackgroundColor: colour,
    },
  ];
}

function tickText(value: number | string, _index: number, all: readonly Tick[]): string {
  const [first, second] = all;
  return formatTick(Number(value), (second?.value ?? 1) - (first?.value ?? 0));
}

function tooltipText({ raw }: TooltipItem<"line">, unit: string | undefined, resolution: number | undefined): string {
  const bucket = isChartPoint(raw) ? raw.bucket : null;
  if (bucket === null) return "";
  const mean = formatQuantity(bucket.avg, unit, resolution);
  if (bucket.n === 1) return mean;
  return `${mean}  (${formatValue(bucket.min, resolution)} – ${formatValue(bucket.max, resolution)})`;
}

function isChartPoint(raw: unknown): raw is ChartPoint {
  return typeof raw === "object" && raw !== null && "bucket" in raw;
}
