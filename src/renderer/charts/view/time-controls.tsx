// The row above charts that chooses the time that they show: ranges, a stretch with native pickers, steps, and the way back.
import { ChevronLeft, ChevronRight, type LucideIcon, Minus, Plus } from "lucide-react";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useFirstReading } from "../../api/queries.ts";
import { pageText } from "../../i18n/page-text.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { localMinute } from "./local-minute.ts";
import { CHOICE_OPTIONS, type RangeChoice } from "./ranges.ts";
import styles from "./time-controls.module.css";
import { lastPeriod, type Period, type TimeView } from "./time-view.ts";
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
function CustomEnds({
  period,
  view,
}: {
  readonly period: Period & { readonly kind: "fixed" };
  readonly view: TimeView;
}) {
  const [from, setFrom] = useState(() => localMinute(period.fromMs));
  const [to, setTo] = useState(() => localMinute(period.toMs));
  const [shown, setShown] = useState(period);
  if (shown !== period) {
    setShown(period);
    // What was typed stays where it is the reason for the change.
    if (localMinute(period.fromMs) !== from) setFrom(localMinute(period.fromMs));
    if (localMinute(period.toMs) !== to) setTo(localMinute(period.toMs));
  }
  const isWrong = !(Date.parse(from) < Date.parse(to));
  function enter(nextFrom: string, nextTo: string) {
    setFrom(nextFrom);
    setTo(nextTo);
    const [fromMs, toMs] = [Date.parse(nextFrom), Date.parse(nextTo)];
    if (fromMs < toMs) view.show({ kind: "fixed", fromMs, toMs });
  }
  return (
    <div className={styles["ends"]}>
      <label>
        {pageText.charts.from}
        <input type="datetime-local" value={from} onChange={({ target }) => enter(target.value, to)} />
      </label>
      <label>
        {pageText.charts.to}
        <input type="datetime-local" value={to} onChange={({ target }) => enter(from, target.value)} />
      </label>
      {isWrong && <p role="alert">{pageText.charts.wrongOrder}</p>}
    </div>
  );
}
