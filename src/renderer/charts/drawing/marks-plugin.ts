// A Chart.js plugin: what is marked on the time axis. Pauses of the hub are a bar at the foot, what came late is a dotted line
// there. Behind the lines a moment is a thin line with a flag, a stretch a tint
// under a bar; over the lines stand the words of what the marked moment is at.
import type { Chart, Plugin } from "chart.js";
import { notesAt } from "../marks.ts";
import { type Frame, NEAR_PX } from "./frame.ts";
import type { OverlayStyle } from "./overlay-plugin.ts";

const FLAG_PX = 6;
const DOT_DISTANCE_PX = 5;
const BAR_PX = 3;
const STRETCH_OPACITY = 0.08;
const LINE_OPACITY = 0.65;
const LABEL_HEIGHT_PX = 18;
const LABEL_PADDING_PX = 6;
const LABEL_FONT_SIZE_PX = 12;
const ELLIPSIS = "…";

type MarkStyle = Pick<OverlayStyle, "accent" | "panel" | "label" | "family" | "scale">;

export function marksPlugin(frame: Frame, style: MarkStyle): Plugin<"line"> {
  return {
    id: "marks",
    beforeDatasetsDraw(chart) {
      if (frame.marks.stretches.length > 0) drawStretches(chart, frame, style);
      if (frame.marks.notes.length > 0) drawNotes(chart, frame, style);
    },
    afterDatasetsDraw(chart) {
      if (frame.cursorMs !== null) drawWords(chart, frame, frame.cursorMs, style);
    },
  };
}

function drawStretches(chart: Chart<"line">, { marks }: Frame, { label }: MarkStyle): void {
  const { ctx, chartArea, scales } = chart;
  const { x } = scales;
  if (x === undefined) return;
  const { bottom, left, right } = chartArea;
  ctx.save();
  ctx.fillStyle = label;
  for (const { kind, fromMs, toMs } of marks.stretches) {
    // Corrections have a line of their own.
    if (kind === "hidden") continue;
    const [start, end] = [Math.max(left, x.getPixelForValue(fromMs)), Math.min(right, x.getPixelForValue(toMs))];
    if (end < left || start > right) continue;
    const width = Math.max(2, end - start);
    if (kind === "late")
      for (let dot = 0; dot < width; dot += DOT_DISTANCE_PX) ctx.fillRect(start + dot, bottom - 2, 2, 2);
    else ctx.fillRect(start, bottom - BAR_PX, width, BAR_PX);
  }
  ctx.restore();
}

function drawNotes(chart: Chart<"line">, { marks }: Frame, { accent }: MarkStyle): void {
  const { ctx, chartArea, scales } = chart;
  const { x } = scales;
  if (x === undefined) return;
  const { top, bottom, height, left, right } = chartArea;
  ctx.save();
  ctx.fillStyle = accent;
  ctx.strokeStyle = accent;
  for (const { fromMs, toMs } of marks.notes) {
    const from = x.getPixelForValue(fromMs);
    if (toMs !== null) {
      const [start, end] = [Math.max(left, from), Math.min(right, x.getPixelForValue(toMs))];
      if (end <= start) continue;
      ctx.globalAlpha = STRETCH_OPACITY;
      ctx.fillRect(start, top, end - start, height);
      ctx.globalAlpha = LINE_OPACITY;
      ctx.fillRect(start, top, Math.max(1, end - start), BAR_PX);
    } else if (from >= left && from <= right) {
      const at = Math.round(from) + 0.5;
      ctx.globalAlpha = LINE_OPACITY;
      ctx.setLineDash([3, 3]);
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at, bottom);
      ctx.stroke();
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at + FLAG_PX, top + FLAG_PX / 2);
      ctx.lineTo(at, top + FLAG_PX);
      ctx.fill();
    }
  }
  ctx.restore();
}

function drawWords(chart: Chart<"line">, { marks }: Frame, cursorMs: number, style: MarkStyle): void {
  const { ctx, chartArea, scales } = chart;
  const { x } = scales;
  if (x === undefined) return;
  const nearMs = Math.abs((x.getValueForPixel(NEAR_PX) ?? 0) - (x.getValueForPixel(0) ?? 0));
  const words = notesAt(marks, cursorMs, nearMs)
    .map(({ text }) => text)
    .filter((text) => text !== "")
    .join(" · ");
  if (words === "") return;
  const { top, left, right } = chartArea;
  const heightPx = LABEL_HEIGHT_PX * style.scale;
  ctx.save();
  ctx.font = `${LABEL_FONT_SIZE_PX * style.scale}px ${style.family}`;
  const shown = cut(ctx, words, right - left - 2 * LABEL_PADDING_PX);
  const width = ctx.measureText(shown).width + 2 * LABEL_PADDING_PX;
  const start = Math.max(left, Math.min(x.getPixelForValue(cursorMs) + LABEL_PADDING_PX, right - width));
  ctx.fillStyle = style.panel;
  ctx.fillRect(start, top + BAR_PX, width, heightPx);
  ctx.strokeStyle = style.accent;
  ctx.globalAlpha = LINE_OPACITY;
  ctx.strokeRect(start + 0.5, top + BAR_PX + 0.5, width - 1, heightPx - 1);
  ctx.globalAlpha = 1;
  ctx.fillStyle = style.label;
  ctx.textBaseline = "middle";
  ctx.fillText(shown, start + LABEL_PADDING_PX, top + BAR_PX + heightPx / 2);
  ctx.restore();
}

function cut(ctx: CanvasRenderingContext2D, text: string, widthPx: number): string {
  if (ctx.measureText(text).width <= widthPx) return text;
  let end = text.length;
  while (end > 0 && ctx.measureText(text.slice(0, end) + ELLIPSIS).width > widthPx) end--;
  return text.slice(0, end) + ELLIPSIS;
}
