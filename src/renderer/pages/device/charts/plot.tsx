// The drawing of a metric's chart, with what is to be said in its place where there is nothing to draw.
import { useRef } from "react";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { useLatest } from "../../../api/feed/use-live.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { formatMoment } from "../../../i18n/times.ts";
import { Failure } from "../../../shell/failures/failure.tsx";
import styles from "./metric-chart.module.css";
import { type Plotted, usePlot } from "./use-plot.ts";

/** Of the span, behind the latest reading that a jump leads to. */
const JUMP_MARGIN = 0.05;

export function Plot(plotted: Plotted) {
  const { device, metric, view, range, label } = plotted;
  const canvas = useRef<HTMLCanvasElement>(null);
  const { chart, isEmpty } = usePlot(canvas, plotted);
  /** Read out what keys mark, and not every reading. */
  const readOut = (isOn: boolean) => range.current?.setAttribute("aria-live", isOn ? "polite" : "off");
  return (
    <>
      {chart.isLoadingError && <Failure title={pageText.charts.notLoaded} of={chart} />}
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        // Until it is drawn, and says what it shows.
        aria-label={label}
        aria-description={pageText.charts.keys}
        hidden={chart.isLoadingError}
        onFocus={() => readOut(true)}
        onBlur={() => readOut(false)}
      />
      {isEmpty && !chart.isLoadingError && <WayToReadings device={device} metric={metric} view={view} />}
    </>
  );
}

/** From a chart without readings to the latest one. */
function WayToReadings({ device, metric, view }: Pick<Plotted, "device" | "metric" | "view">) {
  const { ts } = useLatest(device, metric);
  const jump = () => {
    const { startMs, endMs } = view.bounds;
    const spanMs = endMs - startMs;
    const toMs = Math.round(ts + spanMs * JUMP_MARGIN);
    view.show({ kind: "fixed", fromMs: Math.round(toMs - spanMs), toMs });
  };
  return (
    <p className={styles["empty"]}>
      {pageText.charts.nothingHere}
      <button type="button" className={`button small ${styles["jump"]}`} onClick={jump}>
        {pageText.charts.showLatest(formatMoment(ts, hubNowMs()))}
      </button>
    </p>
  );
}
