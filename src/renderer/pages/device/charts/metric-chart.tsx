// One metric of a device: latest value, what it was at the marked moment, and chart. React renders the frame once; readings are
// drawn without it.
import { type RefObject, useMemo, useRef, useState } from "react";
import type { Device, Metric } from "../../../../shared/device.ts";
import type { Mend } from "../../../../shared/history/mend.ts";
import { useLatest } from "../../../api/feed/use-live.ts";
import { useNow } from "../../../api/feed/use-now.ts";
import { useMends } from "../../../api/history/mends.ts";
import { useShown } from "../../../api/local-storage/unit-choices.ts";
import type { StretchMark } from "../../../charts/marks.ts";
import { type PictureLine, savePicture } from "../../../charts/save-picture.ts";
import type { BucketWindow } from "../../../charts/series/bucket-window.ts";
import { useNear } from "../../../charts/use-near.ts";
import type { ShiftName } from "../../../charts/view/shifts.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { LatestValue } from "../../../device/latest-value.tsx";
import { mendText } from "../../../i18n/later/mend-text.ts";
import { Moment } from "../../../i18n/moment.tsx";
import { metricLabel } from "../../../i18n/names.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { formatMoment } from "../../../i18n/times.ts";
import { useDark } from "../../../ui/hooks/use-dark.ts";
import type { MendDraft } from "../mend/mend-draft.ts";
import { MendOverlay } from "../mend/mend-overlay.tsx";
import { MendPanel } from "../mend/mend-panel.tsx";
import { ChartActions } from "./chart-actions.tsx";
import { ChartTable } from "./chart-table.tsx";
import styles from "./metric-chart.module.css";
import { Plot } from "./plot.tsx";

/** More points than this cannot be told apart. */
const PIXELS_PER_POINT = 2;
const MAX_POINTS = 1_000;
const AS_OF_PERIOD_MS = 60_000;

const NONE: readonly Mend[] = [];

interface Props {
  readonly device: Device;
  readonly metric: Metric;
  readonly colour: string;
  readonly view: TimeView;
  readonly shift: ShiftName | null;
}

/** What was drawn when it was opened, and the metric as it was shown then. */
interface Table {
  readonly window: BucketWindow;
  readonly metric: Metric;
}

export function MetricChart({ device, metric, colour, view, shift }: Props) {
  const card = useRef<HTMLElement>(null);
  const range = useRef<HTMLSpanElement>(null);
  const [table, setTable] = useState<Table | null>(null);
  const window = useRef<BucketWindow>(null);
  const onDrawn = useRef<(() => void) | null>(null);
  const [draft, setDraft] = useState<MendDraft | null>(null);
  const mends = useMendsOf(device, metric.name);
  const hidden = useMemo(() => mends.flatMap(stretchOf), [mends]);
  // What is mended is what was sent: its fields and its chart are in that unit.
  const shown = useShown(metric, draft !== null);
  const { width, isNear } = useNear(card);
  const isDark = useDark();
  const label = metricLabel(metric);

  const tableOf = (drawn: BucketWindow): Table => ({ window: drawn, metric: shown.metric });
  function follow(drawn: BucketWindow) {
    window.current = drawn;
    onDrawn.current?.();
    // Its values were read in the unit and of the time that the chart had then.
    if (table !== null && keyOf(table) !== keyOf(tableOf(drawn))) setTable(tableOf(drawn));
  }
  function save() {
    if (card.current === null) return;
    const lines: PictureLine[] = [{ text: range.current?.textContent ?? "" }];
    if (shift !== null) {
      const colour = getComputedStyle(card.current).getPropertyValue("--faint");
      lines.push({ text: pageText.charts.earlierTimes[shift], colour });
    }
    if (mends.length > 0) lines.push({ text: mendText.legend });
    savePicture(card.current, `${device.name} · ${label}`, view.bounds, lines);
  }

  return (
    <section
      ref={card}
      className={`panel ${styles["card"]}`}
      data-mending={draft !== null}
      style={{ color: colour }}
      aria-label={label}
    >
      <ChartHead device={device} metric={metric} label={label} range={range} isNear={isNear} />
      <div className={styles["plot"]}>
        {width !== undefined && (
          <Plot
            key={`${isDark} ${colour} ${shown.metric.unit}`}
            device={device.id}
            {...shown}
            view={view}
            shift={shift}
            range={range}
            label={label}
            points={Math.min(MAX_POINTS, Math.ceil(width / PIXELS_PER_POINT))}
            isNear={isNear}
            hidden={hidden}
            onWindow={follow}
          />
        )}
        <MendOverlay mends={mends} draft={draft} onDraft={setDraft} onDrawn={onDrawn} />
      </div>
      <ChartActions
        label={label}
        isMended={mends.length > 0}
        isMending={draft !== null}
        isTableShown={table !== null}
        onMend={() => setDraft(draft === null ? draftOfView(view) : null)}
        onTable={() => setTable(table === null && window.current !== null ? tableOf(window.current) : null)}
        onPicture={save}
      />
      {draft !== null && (
        <MendPanel device={device.id} metric={metric} draft={draft} onDraft={setDraft} onClose={() => setDraft(null)} />
      )}
      {table !== null && <ChartTable key={keyOf(table)} {...table} />}
    </section>
  );
}

/** A table of another unit or time is another one; a live one moves on with the time. */
function keyOf({ metric, window: { isFixed, startMs, endMs } }: Table): string {
  return `${metric.unit} ${isFixed ? `${startMs} ${endMs}` : endMs - startMs}`;
}

function useMendsOf(device: Device, metric: string): readonly Mend[] {
  const { data: mends = NONE } = useMends(device.id, device.mended?.changedMs);
  return useMemo(() => mends.filter(({ metric: of }) => of === metric), [mends, metric]);
}

/** What is missing on the chart because of it. */
function stretchOf({ repair, from, to }: Mend): StretchMark[] {
  return repair.kind === "hide" ? [{ kind: "hidden", fromMs: from, toMs: to }] : [];
}

/** All that is shown. */
function draftOfView({ bounds: { startMs, endMs } }: TimeView): MendDraft {
  return { fromMs: Math.floor(startMs), toMs: Math.ceil(endMs), least: "", greatest: "" };
}

interface HeadProps {
  readonly device: Device;
  readonly metric: Metric;
  readonly label: string;
  /** Where the chart says what it shows. */
  readonly range: RefObject<HTMLSpanElement | null>;
  /** Two hundred values that change each second cost more than a frame: those out of view wait. */
  readonly isNear: boolean;
}

function ChartHead({ device, metric, label, range, isNear }: HeadProps) {
  const isOld = metric.stale || !device.presence.online;
  return (
    <header>
      <h2 className="cut" title={metric.name}>
        {label}
      </h2>
      <span ref={range} className={styles["range"]} />
      <span className={isOld ? styles["old"] : undefined}>
        {isOld && <AsOf device={device.id} metric={metric} />}
        <LatestValue device={device.id} metric={metric} isLive={isNear} />
      </span>
    </header>
  );
}

/** Of a value that is not of now. */
function AsOf({ device, metric }: { readonly device: string; readonly metric: Metric }) {
  const { ts } = useLatest(device, metric);
  const nowMs = useNow(AS_OF_PERIOD_MS);
  return (
    <small>
      <Moment ms={ts} within={pageText.charts.asOf}>
        {formatMoment(ts, nowMs)}
      </Moment>
    </small>
  );
}
