// The chart of a comparison with its legend, which says what each series is at the marked moment.
import { X } from "lucide-react";
import { useRef, useState } from "react";
import type { Device, Metric } from "../../../shared/device.ts";
import { useStored } from "../../api/local-storage/stored.ts";
import { unitChoices } from "../../api/local-storage/unit-choices.ts";
import { isDashed, seriesColour } from "../../charts/colours.ts";
import { type PictureLine, savePicture } from "../../charts/save-picture.ts";
import type { BucketWindow } from "../../charts/series/bucket-window.ts";
import { useExactChart } from "../../charts/use-exact-chart.ts";
import { useLiveChart } from "../../charts/use-live-chart.ts";
import type { TimeView } from "../../charts/view/time-view.ts";
import { usePeriod } from "../../charts/view/use-time-view.ts";
import { metricLabel } from "../../i18n/names.ts";
import { unitBeside } from "../../i18n/numbers.ts";
import { pageText } from "../../i18n/page-text.ts";
import { type Conversion, shownAs } from "../../i18n/units.ts";
import styles from "./compare-page.module.css";
import { type Line, lineKey, useComparison } from "./use-comparison.ts";

const POINTS = 600;

interface Props {
  /** Of the comparison. */
  readonly title: string;
  /** As they were sent. */
  readonly lines: readonly { readonly device: Device; readonly metric: Metric }[];
  readonly view: TimeView;
  readonly onRemove: (key: string) => void;
}

export function CompareChartPanel({ title, lines: sent, view, onRemove }: Props) {
  const choices = useStored(unitChoices);
  const lines = sent.map(({ device, metric }) => ({ device, ...shownAs(metric, choices) }));
  const card = useRef<HTMLElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const legend = useRef<HTMLUListElement>(null);
  const [isReadOut, setReadOut] = useState(false);
  const onWindow = useComparison({ lines, view, canvas, legend });
  const name = pageText.compare.chart(lines.length);
  const save = () => card.current && savePicture(card.current, title, view.bounds, pictureLines(legend.current));
  return (
    <section ref={card} className="panel" aria-label={name}>
      {lines.map((line) => (
        <SeriesSource key={lineKey(line)} line={line} view={view} onWindow={(window) => onWindow(line, window)} />
      ))}
      <div className={styles["plot"]}>
        <canvas
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label={name}
          aria-description={pageText.charts.keys}
          onFocus={() => setReadOut(true)}
          onBlur={() => setReadOut(false)}
        />
      </div>
      <ul ref={legend} className={styles["legend"]}>
        {lines.map((line, index) => {
          const label = `${line.device.name} · ${metricLabel(line.metric)}`;
          const unit = unitBeside(line.metric.unit);
          return (
            <li key={lineKey(line)}>
              <i style={{ color: seriesColour(index) }} data-dashed={isDashed(index)} aria-hidden="true" />
              <b>
                {label}
                {unit !== undefined && `, ${unit}`}
              </b>
              {/* What keys mark is read out, and not every reading. */}
              <output aria-live={isReadOut ? "polite" : "off"} />
              <button type="button" aria-label={pageText.compare.remove(label)} onClick={() => onRemove(lineKey(line))}>
                <X className="icon" aria-hidden="true" />
              </button>
            </li>
          );
        })}
      </ul>
      <footer className={styles["foot"]}>
        <button type="button" className="button small" aria-label={pageText.chartTable.pictureOf(title)} onClick={save}>
          {pageText.chartTable.picture}
        </button>
      </footer>
    </section>
  );
}

/** The legend as it stands on the screen. */
function pictureLines(legend: HTMLElement | null): PictureLine[] {
  return [...(legend?.children ?? [])].map((row, index) => ({
    text: [...row.querySelectorAll("b, output")].map(({ textContent }) => textContent).join(" · "),
    colour: getComputedStyle(row.querySelector("i") ?? row).color,
    isDashed: isDashed(index),
  }));
}

interface SourceProps {
  readonly line: Line & { readonly conversion: Conversion };
  readonly view: TimeView;
  readonly onWindow: (window: BucketWindow) => void;
}

/** Follows one series, and draws nothing itself. */
function SeriesSource({ line: { device, metric, conversion }, view, onWindow }: SourceProps) {
  const period = usePeriod(view);
  const chart = useExactChart({ device: device.id, metric: metric.name, points: POINTS }, metric, period);
  useLiveChart(chart, metric, onWindow, { isFixed: period.kind === "fixed", conversion });
  return null;
}
