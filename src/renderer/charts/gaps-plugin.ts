// A Chart.js plugin that shades the gaps of a series behind its line, and labels those that are wide enough.
import type { Plugin } from "chart.js";
import type { Gap } from "./gaps.ts";

const GAP_LABEL = "no readings";

interface GapStyle {
  /** Colours of the shade and of its label. */
  readonly ground: string;
  readonly label: string;
  readonly family: string;
}

export function gapsPlugin(
  frame: { readonly gaps: readonly Gap[] },
  { ground, label, family }: GapStyle,
): Plugin<"line"> {
  return {
    id: "gaps",
    beforeDatasetsDraw({ ctx, chartArea: { top, height }, scales: { x } }) {
      if (x === undefined) return;
      ctx.save();
      ctx.font = `11px ${family}`;
      ctx.textAlign = "center";
      const room = ctx.measureText(GAP_LABEL).width + 12;
      for (const { fromMs, toMs } of frame.gaps) {
        const left = x.getPixelForValue(fromMs);
        const width = x.getPixelForValue(toMs) - left;
        ctx.fillStyle = ground;
        ctx.fillRect(left, top, width, height);
        ctx.fillStyle = label;
        if (width > room) ctx.fillText(GAP_LABEL, left + width / 2, top + 16);
      }
      ctx.restore();
    },
  };
}
