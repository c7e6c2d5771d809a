// The one way from live readings to a drawing: without rendering React, into a bucket window, drawn once per frame.
import { useEffect, useEffectEvent } from "react";
import type { Chart } from "../../shared/api.ts";
import { useLive } from "../api/use-live.ts";
import { BucketWindow } from "./bucket-window.ts";
import { cancelFrame, inNextFrame } from "./frames.ts";

/** Calls `draw` when a reading arrives, and whenever the window has moved by about a pixel. */
export function useLiveChart(chart: Chart | undefined, draw: (window: BucketWindow) => void): void {
  const { series } = useLive();
  const onDraw = useEffectEvent(draw);

  useEffect(() => {
    if (chart === undefined) return;
    const window = new BucketWindow(chart);
    const redraw = () => {
      window.slideTo(Date.now());
      onDraw(window);
    };
    const stop = series.of(chart.device, chart.metric).onPoint(chart.to, (point) => {
      window.add(point);
      inNextFrame(redraw);
    });
    const slide = setInterval(() => inNextFrame(redraw), Math.max(1_000, chart.stepMs));
    redraw();
    return () => {
      stop();
      clearInterval(slide);
      cancelFrame(redraw);
    };
  }, [chart, series]);
}
