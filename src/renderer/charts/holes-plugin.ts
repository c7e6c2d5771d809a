// Greys out the holes of a series behind its line, and says what they are where there is room for words.
import type { Plugin } from "chart.js";
import type { Hole } from "./gaps.ts";

const HOLE_WORDS = "no readings";

interface HoleStyle {
  readonly ground: string;
  readonly words: string;
  readonly family: string;
}

export function holesPlugin(
  frame: { readonly holes: readonly Hole[] },
  { ground, words, family }: HoleStyle,
): Plugin<"line"> {
  return {
    id: "holes",
    beforeDatasetsDraw({ ctx, chartArea: { top, height }, scales: { x } }) {
      if (x === undefined) return;
      ctx.save();
      ctx.font = `11px ${family}`;
      ctx.textAlign = "center";
      const room = ctx.measureText(HOLE_WORDS).width + 12;
      for (const { fromMs, toMs } of frame.holes) {
        const left = x.getPixelForValue(fromMs);
        const width = x.getPixelForValue(toMs) - left;
        ctx.fillStyle = ground;
        ctx.fillRect(left, top, width, height);
        ctx.fillStyle = words;
        if (width > room) ctx.fillText(HOLE_WORDS, left + width / 2, top + 16);
      }
      ctx.restore();
    },
  };
}
