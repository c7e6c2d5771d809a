// The row above charts that chooses the time that they show: ranges, a stretch with native pickers, steps, and the way back.
import { ChevronLeft, ChevronRight, type LucideIcon, Minus, Plus } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useFirstReading } from "../../api/queries.ts";
import { pageText } from "../../i18n/page-text.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { MomentField } from "./moment-field.tsx";
import { CHOICE_OPTIONS, type RangeChoice } from "./ranges.ts";
import styles from "./time-controls.module.css";
import { EARLIEST_MS, type FixedPeriod, lastPeriod, type Period, type TimeView } from "./time-view.ts";
import { usePeriod } from "./use-time-view.ts";

const ZOOM = 0.5;
const PAN_SHARE = 0.5;
/** So that the first reading is not at the very edge. */
const ALL_MARGIN = 1.02;

interface Props {
  readonly view: TimeView;
  /** Whose readings are all of them. */
  readonly devices: readonly string[];
}

export function TimeControls({ view, devices }: Props) {
  const period = usePeriod(view);
  const row = useRef<HTMLDivElement>(null);
  useStillCharts(row, view);
  const isOpen = isOpenEnded(period);
  const { data: firstMs, isFetching } = useFirstReading(devices, isOpen);
  useEffect(() => {
    if (!isOpen || isFetching || firstMs === undefined) return;
    const { startMs, endMs } = view.bounds;
    const spanMs = firstMs === null ? endMs - startMs : Math.max(1_000, endMs - firstMs) * ALL_MARGIN;
    view.show({ kind: "last", name: "all", spanMs: Math.round(spanMs) });
  }, [isOpen, isFetching, firstMs, view]);

  function choose(choice: RangeChoice) {
    if (choice === "all") view.showAll();
    else if (choice === "custom") view.show({ kind: "fixed", ...fixedBounds(view) });
    else view.show(lastPeriod(choice));
  }

  return (
    <div ref={row} className={styles["controls"]}>
      <div className={styles["ranges"]}>
        <Segmented
          legend={pageText.charts.timeShown}
          options={CHOICE_OPTIONS}
          value={period.kind === "fixed" ? "custom" : period.name}
          onChange={choose}
        />
      </div>
      <div className={styles["steps"]}>
        <Step label={pageText.charts.earlier} icon={ChevronLeft} onClick={() => view.panBy(-panMs(view))} />
        <Step label={pageText.charts.later} icon={ChevronRight} onClick={() => view.panBy(panMs(view))} />
        <Step label={pageText.charts.zoomOut} icon={Minus} onClick={() => view.zoomBy(1 / ZOOM)} />
        <Step label={pageText.charts.zoomIn} icon={Plus} onClick={() => view.zoomBy(ZOOM)} />
      </div>
      {period.kind === "fixed" && (
        <>
          <CustomEnds period={period} view={view} />
          <button type="button" className="button small primary" onClick={() => view.backToLive()}>
            {pageText.charts.backToLive}
          </button>
        </>
      )}
    </div>
  );
}

/** A chart that is zoomed stays under the pointer or the keys that zoom it, though the row above it grows by the ends of its time. */
function useStillCharts(row: RefObject<HTMLElement | null>, view: TimeView): void {
  const heightBefore = useRef(0);
  const isFixed = usePeriod(view).kind === "fixed";
  useEffect(
    () =>
      view.period.subscribe(() => {
        heightBefore.current = heightOf(row.current);
      }),
    [row, view],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ends come and go with it.
  useLayoutEffect(() => {
    const grownPx = heightOf(row.current) - heightBefore.current;
    if (heightBefore.current > 0 && document.querySelector("canvas:is(:hover, :focus)") !== null)
      window.scrollBy({ top: grownPx, behavior: "instant" });
  }, [isFixed, row]);
}

/** The controls with the page's own items. */
const heightOf = (row: HTMLElement | null): number => row?.parentElement?.offsetHeight ?? 0;

function Step({
  label,
  icon: Icon,
  onClick,
}: {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onClick: () => void;
}) {
  return (
    <button type="button" aria-label={label} title={label} onClick={onClick}>
      <Icon className="icon" aria-hidden="true" />
    </button>
  );
}

/** It is not known yet how far back all readings reach. */
const isOpenEnded = (period: Period): boolean => period.kind === "last" && period.spanMs === null;

function fixedBounds(view: TimeView): { readonly fromMs: number; readonly toMs: number } {
  const { startMs, endMs } = view.bounds;
  return { fromMs: Math.round(startMs), toMs: Math.round(endMs) };
}

function panMs(view: TimeView): number {
  const { startMs, endMs } = view.bounds;
  return (endMs - startMs) * PAN_SHARE;
}

/** Takes effect as soon as both times are valid and in order. */
function CustomEnds({ period, view }: { readonly period: FixedPeriod; readonly view: TimeView }) {
  const [entered, setEntered] = useState({ before: period, ends: period });
  const { fromMs, toMs } = entered.before === period ? entered.ends : period;
  function enter(ends: FixedPeriod) {
    // Of a year that is being typed, the first digits are a year long ago.
    if (EARLIEST_MS <= ends.fromMs && ends.fromMs < ends.toMs) view.show(ends);
    else setEntered({ before: period, ends });
  }
  return (
    <div className={styles["ends"]}>
      <MomentField
        label={pageText.charts.from}
        ms={fromMs}
        onChange={(ms) => ms !== null && enter({ kind: "fixed", fromMs: ms, toMs })}
      />
      <MomentField
        label={pageText.charts.to}
        ms={toMs}
        onChange={(ms) => ms !== null && enter({ kind: "fixed", fromMs, toMs: ms })}
      />
      {fromMs >= toMs && <p role="alert">{pageText.charts.wrongOrder}</p>}
    </div>
  );
}
