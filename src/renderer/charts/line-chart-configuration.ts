// How Chart.js has to draw a series: colours from the tokens, a time axis of the person's clock, a sparing tooltip.
import type { ChartConfiguration, ChartDataset, Tick, TooltipItem } from "chart.js";
import { color as parseColour } from "chart.js/helpers";
import type { Bucket } from "../../shared/reading.ts";
import { formatQuantity, formatTick, formatValue } from "../i18n/numbers.ts";
import { formatInstant } from "../i18n/times.ts";
import type { Hole } from "./gaps.ts";
import { holesPlugin } from "./holes-plugin.ts";
import { timeTicks } from "./time-ticks.ts";
import { valueTicks } from "./value-ticks.ts";

/** What the next drawing shows; changed in place by whoever draws. */
export interface Frame {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly holes: readonly Hole[];
}

/** `bucket` is null, and `y` NaN, in a hole. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  readonly bucket: Bucket | null;
}

/** Wide enough for most numbers, so that the time axes of a page's charts stand above one another. */
const VALUE_AXIS_WIDTH = 48;
const PIXELS_PER_TIME_TICK = 84;
const HALF_A_LABEL = 20;
/** Above the greatest and below the least reading, as a part of what lies between them. */
const VALUE_ROOM = 0.08;
const BAND_OPACITY = 0.16;
/** Which of the datasets the tooltip speaks of. */
const MEAN = 2;

export function lineChartConfiguration(
  frame: Frame,
  style: CSSStyleDeclaration,
  unit: string | undefined,
): ChartConfiguration<"line", Spot[]> {
  const token = (name: string) => style.getPropertyValue(name);
  const { color, fontFamily: family } = style;
  const ticks = { color: token("--faint"), font: { family, size: 11 } };
  return {
    type: "line",
    data: { datasets: datasetsOf(color) },
    plugins: [holesPlugin(frame, { ground: token("--sunken"), words: token("--faint"), family })],
    options: {
      animation: false,
      parsing: false,
      maintainAspectRatio: false,
      layout: { padding: { right: HALF_A_LABEL } },
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
            // Else the whole chart would move whenever a label comes in or leaves at an end.
            axis.paddingLeft = 0;
            axis.paddingRight = 0;
          },
        },
        y: {
          bounds: "data",
          grid: { color: token("--line"), drawTicks: false },
          border: { display: false },
          ticks: { ...ticks, padding: 8, autoSkip: false, callback: tickWords },
          afterDataLimits(axis) {
            const room = (axis.max - axis.min) * VALUE_ROOM;
            axis.min -= room;
            axis.max += room;
          },
          afterBuildTicks(axis) {
            // Without a reading there is nothing that could be measured against one.
            const isEmpty = axis.chart.data.datasets[MEAN]?.data.length === 0;
            axis.ticks = isEmpty ? [] : valueTicks(axis.min, axis.max);
          },
          afterFit(axis) {
            axis.width = Math.max(axis.width, VALUE_AXIS_WIDTH);
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
          filter: ({ datasetIndex }) => datasetIndex === MEAN,
          callbacks: {
            title: ([item]) => (item === undefined ? "" : formatInstant(item.parsed.x ?? 0, frame.stepMs)),
            label: (item) => wordsFor(item, unit),
          },
        },
      },
    },
  };
}

/** Greatest and least with the band between them, the mean, and readings without neighbours. */
function datasetsOf(colour: string): ChartDataset<"line", Spot[]>[] {
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

function tickWords(value: number | string, _index: number, all: readonly Tick[]): string {
  const [first, second] = all;
  return formatTick(Number(value), (second?.value ?? 1) - (first?.value ?? 0));
}

function wordsFor({ raw }: TooltipItem<"line">, unit: string | undefined): string {
  const bucket = isSpot(raw) ? raw.bucket : null;
  if (bucket === null) return "";
  const mean = formatQuantity(bucket.avg, unit);
  return bucket.n === 1 ? mean : `${mean}  (${formatValue(bucket.min)} – ${formatValue(bucket.max)})`;
}

function isSpot(raw: unknown): raw is Spot {
  return typeof raw === "object" && raw !== null && "bucket" in raw;
}
