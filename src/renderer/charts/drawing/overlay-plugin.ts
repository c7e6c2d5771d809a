// A Chart.js plugin: behind the lines the gaps of the series, hatched and labelled; over them the marked moment and the
// stretch that a drag covers; the unit above the value axis.
import type { Chart, Plugin } from "chart.js";
import { pageText } from "../../i18n/page-text.ts";
import { gapLabel } from "../marks.ts";
import type { Frame } from "./frame.ts";

const LABEL_PADDING_PX = 6;
const LABEL_HEIGHT_PX = 14;
const LABEL_FONT_SIZE_PX = 11;
const HATCH_PX = 7;
/** Of the unit: from the plot to its right end, and from the plot's top to its baseline. */
const UNIT_GAP_PX = 8;
const UNIT_RISE_PX = 10;

export interface OverlayStyle {
  readonly unit: string | undefined;
  readonly ground: string;
  readonly panel: string;
  readonly hatch: string;
  readonly label: string;
  readonly accent: string;
  readonly family: string;
  /** Of text and the room for it. */
  readonly scale: number;
}

export function overlayPlugin(frame: Frame, style: OverlayStyle): Plugin<"line"> {
  let hatch: CanvasPattern | null = null;
  return {
    id: "overlay",
    beforeDatasetsDraw(chart) {
      hatch ??= hatchOf(chart.ctx, style.hatch);
      drawGaps(chart, frame, style, hatch);
    },
    afterDatasetsDraw(chart) {
      drawMarks(chart, frame, style);
      if (style.unit === undefined) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      ctx.font = fontOf(style);
      ctx.fillStyle = style.label;
      ctx.textAlign = "right";
      ctx.fillText(style.unit, chartArea.left - UNIT_GAP_PX, chartArea.top - UNIT_RISE_PX * style.scale);
      ctx.restore();
    },
  };
}

const fontOf = ({ family, scale }: OverlayStyle): string => `${LABEL_FONT_SIZE_PX * scale}px ${family}`;

function drawGaps(chart: Chart<"line">, frame: Frame, style: OverlayStyle, hatch: CanvasPattern | null): void {
  const { ctx, chartArea, scales } = chart;
  const { x } = scales;
  if (x === undefined) return;
  const { top, height, left: areaLeft, right: areaRight } = chartArea;
  const labelHeight = LABEL_HEIGHT_PX * style.scale;
  ctx.save();
  ctx.font = fontOf(style);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  for (const gap of frame.gaps) {
    const { fromMs, toMs } = gap;
    const left = Math.max(areaLeft, x.getPixelForValue(fromMs));
    const width = Math.min(areaRight, x.getPixelForValue(toMs)) - left;
    if (width <= 0) continue;
    ctx.fillStyle = style.ground;
    ctx.fillRect(left, top, width, height);
    ctx.fillStyle = hatch ?? style.hatch;
    if (hatch !== null) ctx.fillRect(left, top, width, height);
    const words = gapLabel(frame.marks, gap) ?? pageText.charts.noReadings;
    const labelWidth = ctx.measureText(words).width + 2 * LABEL_PADDING_PX;
    const isUpright = width < labelWidth;
    if (isUpright && (width < labelHeight || height < labelWidth)) continue;
    ctx.save();
    ctx.translate(left + width / 2, isUpright ? top + height / 2 : top + labelHeight);
    if (isUpright) ctx.rotate(-Math.PI / 2);
    ctx.fillStyle = style.panel;
    ctx.fillRect(-labelWidth / 2, -labelHeight / 2, labelWidth, labelHeight);
    ctx.fillStyle = style.label;
    ctx.fillText(words, 0, 0);
    ctx.restore();
  }
  ctx.restore();
}

function drawMarks(chart: Chart<"line">, { cursorMs, marked }: Frame, style: OverlayStyle): void {
  const { ctx, chartArea, scales } = chart;
  const { x } = scales;
  if (x === undefined) return;
  const { top, bottom, height, left: areaLeft, right: areaRight } = chartArea;
  const within = (ms: number) => Math.min(Math.max(x.getPixelForValue(ms), areaLeft), areaRight);
  ctx.save();
  if (marked !== null) {
    const [from, to] = [within(marked[0]), within(marked[1])];
    ctx.globalAlpha = 0.18;
    ctx.fillStyle = style.accent;
    ctx.fillRect(Math.min(from, to), top, Math.abs(to - from), height);
    ctx.globalAlpha = 1;
  }
  const at = cursorMs === null ? Number.NaN : x.getPixelForValue(cursorMs);
  if (at >= areaLeft && at <= areaRight) {
    ctx.strokeStyle = style.label;
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(Math.round(at) + 0.5, top);
    ctx.lineTo(Math.round(at) + 0.5, bottom);
    ctx.stroke();
  }
  ctx.restore();
}

/** Diagonal lines; null where the canvas makes no pattern. */
function hatchOf(context: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const tile = document.createElement("canvas");
  tile.width = HATCH_PX;
  tile.height = HATCH_PX;
  const pen = tile.getContext("2d");
  if (pen === null) return null;
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const offset of [-HATCH_PX, 0, HATCH_PX]) {
    pen.moveTo(offset, HATCH_PX);
    pen.lineTo(offset + HATCH_PX, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}
