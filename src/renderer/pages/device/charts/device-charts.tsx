// The charts of a device, in groups; many are drawn smaller, side by side.
import type { ReactNode } from "react";
import type { Device } from "../../../../shared/device.ts";
import { useMay } from "../../../api/me.ts";
import { seriesColour } from "../../../charts/colours.ts";
import { useShift } from "../../../charts/earlier.ts";
import type { ShiftName } from "../../../charts/view/shifts.ts";
import { TimeControls } from "../../../charts/view/time-controls.tsx";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { timelineText } from "../../../i18n/later/timeline-text.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { useNoteDraft } from "../notes/note-draft.ts";
import { NoteForm } from "../notes/note-form.tsx";
import { NoteList } from "../notes/note-list.tsx";
import styles from "./device-charts.module.css";
import { MetricChart } from "./metric-chart.tsx";
import { groupsOf } from "./metric-groups.ts";

const MAX_LARGE_CHARTS = 4;

const SHIFTS: readonly (readonly [ShiftName, string])[] = [
  ["yesterday", pageText.devicePage.yesterday],
  ["lastWeek", pageText.devicePage.lastWeek],
  ["lastYear", pageText.devicePage.lastYear],
];

interface Props {
  readonly device: Device;
  readonly view: TimeView;
  /** Where the page places what chooses the time, and the charts with all that belongs to them. */
  readonly barClass: string | undefined;
  readonly chartsClass: string | undefined;
  /** A message above the charts. */
  readonly children: ReactNode;
}

export function DeviceCharts({ device, view, barClass, chartsClass, children }: Props) {
  const [shift, setShift] = useShift();
  const shown = device.metrics.filter(({ hidden }) => hidden !== true);
  const groups = groupsOf(shown);
  const note = useNoteDraft(view);
  const mayNote = useMay("operator");
  const size = shown.length > MAX_LARGE_CHARTS ? styles["small"] : styles["large"];
  return (
    <>
      <div className={`${styles["bar"]} ${barClass}`}>
        <TimeControls view={view} devices={[device.id]} />
        <select
          aria-label={pageText.devicePage.compareWith}
          value={shift ?? ""}
          onChange={({ target }) => setShift(SHIFTS.find(([name]) => name === target.value)?.[0] ?? null)}
        >
          <option value="">{pageText.devicePage.nothing}</option>
          {SHIFTS.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
        {mayNote && (
          <button
            type="button"
            className="button small"
            onClick={() => note.begin({ fromMs: Math.round(view.bounds.endMs), toMs: null, changed: null })}
          >
            {timelineText.addNote}
          </button>
        )}
      </div>
      <div className={chartsClass}>
        {children}
        {note.start !== null && (
          <NoteForm key={note.start.changed?.id} device={device.id} view={view} start={note.start} onClose={note.end} />
        )}
        <div className={styles["groups"]} {...note.pointing}>
          {groups.map(({ name, metrics }) => (
            <div key={name ?? ""} className={styles["group"]}>
              {name !== null && <h2>{metricLabel({ name })}</h2>}
              <div className={`${styles["charts"]} ${size}`}>
                {metrics.map((metric) => (
                  <MetricChart
                    key={metric.name}
                    device={device}
                    metric={metric}
                    colour={seriesColour(shown.indexOf(metric))}
                    view={view}
                    shift={shift}
                  />
                ))}
              </div>
            </div>
          ))}
        </div>
        <NoteList
          device={device.id}
          view={view}
          onEdit={(changed) => note.begin({ fromMs: changed.time, toMs: changed.timeEnd ?? null, changed })}
        />
      </div>
    </>
  );
}
