// Saves a chart as a PNG: the drawing below its title and texts, on the panel's background colour.
import { offerFile } from "../api/platform.ts";
import { formatExact } from "../i18n/times.ts";
import type { Bounds } from "./view/time-view.ts";

const PADDING_PX = 16;
const TITLE_HEIGHT_PX = 32;
const LINE_HEIGHT_PX = 18;
const SWATCH_WIDTH_PX = 14;
const SWATCH_HEIGHT_PX = 4;
const WHOLE_SWATCH = [[0, SWATCH_WIDTH_PX]] as const;
const DASHED_SWATCH = [
  [0, 5],
  [9, SWATCH_WIDTH_PX],
] as const;

export interface PictureLine {
  readonly text: string;
  /** Of the series, as CSS computes it; none where there is one alone. */
  readonly colour?: string;
  readonly isDashed?: boolean;
}

/** `card` holds the drawing, and `shown` is the time that it shows: the axis names no more of it than tells its ticks apart. */
export function savePicture(card: HTMLElement, title: string, shown: Bounds, series: readonly PictureLine[]): void {
  const drawing = card.querySelector("canvas");
  if (drawing === null) return;
  const scale = drawing.width / drawing.clientWidth;
  const style = getComputedStyle(card);
  const period = { text: `${formatExact(shown.startMs)} – ${formatExact(shown.endMs)}` };
  const lines: readonly PictureLine[] = [...series, period];
  const headPx = TITLE_HEIGHT_PX + lines.length * LINE_HEIGHT_PX;
  const picture = document.createElement("canvas");
  picture.width = drawing.width + 2 * PADDING_PX * scale;
  picture.height = drawing.height + (headPx + PADDING_PX) * scale;
  const pen = picture.getContext("2d");
  if (pen === null) return;
  pen.scale(scale, scale);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.fillStyle = style.getPropertyValue("--text");
  pen.font = `600 15px ${style.fontFamily}`;
  pen.fillText(title, PADDING_PX, 24);
  pen.font = `12px ${style.fontFamily}`;
  for (const [index, { text, colour, isDashed = false }] of lines.entries()) {
    const baseline = TITLE_HEIGHT_PX + index * LINE_HEIGHT_PX + 10;
    if (colour !== undefined) {
      pen.fillStyle = colour;
      const parts = isDashed ? DASHED_SWATCH : WHOLE_SWATCH;
      for (const [from, to] of parts) pen.fillRect(PADDING_PX + from, baseline - 6, to - from, SWATCH_HEIGHT_PX);
    }
    pen.fillStyle = style.getPropertyValue("--soft");
    pen.fillText(text, PADDING_PX + (colour === undefined ? 0 : SWATCH_WIDTH_PX + 8), baseline);
  }
  pen.drawImage(drawing, PADDING_PX, headPx, drawing.clientWidth, drawing.clientHeight);
  picture.toBlob((blob) => {
    if (blob !== null) void offerFile(blob, `${title.replaceAll(/[^\p{L}\p{N}]+/gu, "-")}.png`);
  });
}
