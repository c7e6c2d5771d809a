// Shared by all charts over time: a local time axis with the frame's width, and a style made of the page's design tokens.
import type { ChartConfiguration } from "chart.js";
import type { ChartPoint, Frame } from "./frame.ts";
import type { OverlayStyle } from "./overlay-plugin.ts";
import { timeTicks } from "./time-ticks.ts";

type LineScales = NonNullable<NonNullable<ChartConfiguration<"line", ChartPoint[]>["options"]>["scales"]>;
type LineScale = NonNullable<LineScales[string]>;

const PIXELS_PER_TIME_TICK = 84;
/** The longest time label, below its tick: “오후 12:44”. */
export const HALF_TIME_LABEL_WIDTH_PX = 29;
const AXIS_FONT_SIZE_PX = 11;
/** The default font size of the root, which the lengths of text refer to. */
const USUAL_FONT_SIZE_PX = 16;

/** Colours and type of a chart, from the tokens that apply to its canvas. */
export interface ChartStyle {
  readonly token: (name: string) => string;
  readonly family: string;
  readonly ticks: { readonly color: string; readonly font: { readonly family: string; readonly size: number } };
  readonly overlay: Omit<OverlayStyle, "unit">;
  /** Scales text and its space: a canvas does not follow the browser's font size by itself. */
  readonly scale: number;
}

export function chartStyle(style: CSSStyleDeclaration): ChartStyle {
  const token = (name: string) => style.getPropertyValue(name);
  const { fontFamily: family } = style;
  const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_FONT_SIZE_PX;
  return {
    token,
    family,
    scale,
    ticks: { color: token("--faint"), font: { family, size: AXIS_FONT_SIZE_PX * scale } },
    overlay: {
      ground: token("--sunken"),
      panel: token("--panel"),
      hatch: token("--faint"),
      label: token("--soft"),
      accent: token("--accent"),
      family,
      scale,
    },
  };
}

/** The horizontal axis: the frame's time range, regardless of the data, so that all charts align. */
export function timeAxis(frame: Frame, { token, ticks, scale }: ChartStyle): LineScale {
  return {
    type: "linear",
    bounds: "data",
    grid: { display: false },
    border: { color: token("--line") },
    ticks: { ...ticks, autoSkip: false, maxRotation: 0, callback: (_value, index, all) => all[index]?.label ?? "" },
    afterDataLimits(axis) {
      axis.min = frame.startMs;
      axis.max = frame.endMs;
    },
    afterBuildTicks(axis) {
      axis.ticks = timeTicks(axis.min, axis.max, axis.chart.width / (PIXELS_PER_TIME_TICK * scale));
    },
    afterFit(axis) {
      // Otherwise the chart shifts whenever a label enters or leaves at an end.
      axis.paddingLeft = 0;
      axis.paddingRight = 0;
    },
  };
}
