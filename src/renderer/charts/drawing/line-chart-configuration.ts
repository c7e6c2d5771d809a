// The Chart.js configuration of a series: colours from the tokens, a local time axis, a value axis as wide as those of the
// other charts of the page.
import type { ChartConfiguration, ChartDataset } from "chart.js";
import { color as parseColour } from "chart.js/helpers";
import { unitBeside } from "../../i18n/numbers.ts";
import { pageText } from "../../i18n/page-text.ts";
import type { ChartPoint, Frame } from "./frame.ts";
import { marksPlugin } from "./marks-plugin.ts";
import { overlayPlugin } from "./overlay-plugin.ts";
import { chartStyle, HALF_TIME_LABEL_WIDTH_PX, timeAxis } from "./time-axis.ts";
import { tickText, valueTicks } from "./value-ticks.ts";

export interface LineChartOptions {
  readonly unit: string | undefined;
  /** The width of the value axis, given the width of its labels. */
  readonly reserveAxis: (widthPx: number) => number;
}

/** Above the highest tick, whose label reaches over the plot by half its height. */
const UNIT_HEIGHT_PX = 22;
/** Padding above the maximum and below the minimum, as a fraction of the range. */
const VALUE_PADDING_RATIO = 0.08;
const BAND_OPACITY = 0.18;
const ON_OFF_TICKS = [{ value: 0 }, { value: 1 }];
/** Index of the dataset of the mean. */
const MEAN_DATASET_INDEX = 2;

export function lineChartConfiguration(
  frame: Frame,
  style: CSSStyleDeclaration,
  { unit, reserveAxis }: LineChartOptions,
): ChartConfiguration<"line", ChartPoint[]> {
  const shared = chartStyle(style);
  const { token, ticks, overlay, scale } = shared;
  return {
    type: "line",
    data: { datasets: datasetsOf(style.color, token("--faint")) },
    plugins: [overlayPlugin(frame, { ...overlay, unit: unitBeside(unit) }), marksPlugin(frame, overlay)],
    options: {
      animation: false,
      parsing: false,
      maintainAspectRatio: false,
      layout: {
        padding: {
          right: HALF_TIME_LABEL_WIDTH_PX * scale,
          top: unitBeside(unit) === undefined ? 4 : UNIT_HEIGHT_PX * scale,
        },
      },
      // What the pointer does is the time view's.
      events: [],
      scales: {
        x: timeAxis(frame, shared),
        y: {
          bounds: "data",
          grid: { color: token("--line"), drawTicks: false },
          border: { display: false },
          ticks: {
            ...ticks,
            padding: 8,
            autoSkip: false,
            callback: (value, _index, all) => (frame.isOnOff ? stateText(value) : tickText(value, all, unit)),
          },
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
            axis.width = reserveAxis(axis.width);
          },
        },
      },
    },
  };
}

/** Maximum and minimum with the band between them, the mean, isolated points, and the comparison. */
function datasetsOf(colour: string, comparisonColour: string): ChartDataset<"line", ChartPoint[]>[] {
  const empty = { data: [], borderWidth: 0, pointRadius: 0, pointHoverRadius: 0 };
  const band = parseColour(colour).alpha(BAND_OPACITY).rgbString();
  return [
    { ...empty, fill: 1, backgroundColor: band },
    empty,
    { ...empty, borderColor: colour, borderWidth: 1.8, borderJoinStyle: "round", pointBackgroundColor: colour },
    { ...empty, showLine: false, pointRadius: 2, pointBackgroundColor: colour },
    { ...empty, borderColor: comparisonColour, borderWidth: 1.5, borderDash: [5, 4], order: 1 },
  ];
}

function stateText(value: number | string): string {
  return Number(value) === 1 ? pageText.charts.on : pageText.charts.off;
}
