// The charts of a device, in groups; many are drawn smaller, side by side.
import { useState } from "react";
import type { Device } from "../../../../shared/device.ts";
import { seriesColour } from "../../../charts/colours.ts";
import type { ShiftName } from "../../../charts/earlier.ts";
import { TimeControls } from "../../../charts/view/time-controls.tsx";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { text } from "../../../i18n/text.ts";
import styles from "./device-charts.module.css";
import { MetricChart } from "./metric-chart.tsx";
import { groupsOf } from "./metric-groups.ts";

const MAX_LARGE_CHARTS = 4;

const SHIFTS: readonly (readonly [ShiftName, string])[] = [
  ["yesterday", text.devicePage.yesterday],
  ["lastWeek", text.devicePage.lastWeek],
  ["lastYear", text.devicePage.lastYear],
];

export function DeviceCharts({ device, view }: { readonly device: Device; readonly view: TimeView }) {
  const [shift, setShift] = useState<ShiftName | null>(null);
  const shown = device.metrics.filter(({ hidden }) => hidden !== true);
  const groups = groupsOf(shown);
  const size = shown.length > MAX_LARGE_CHARTS ? styles["small"] : styles["large"];
  return (
    <>
      <div className={styles["bar"]}>
        <TimeControls view={view} devices={[device.id]} />
        <select
          aria-label={text.devicePage.compareWith}
          value={shift ?? ""}
          onChange={({ target }) => setShift(SHIFTS.find(([name]) => name === target.value)?.[0] ?? null)}
        >
          <option value="">{text.devicePage.nothing}</option>
          {SHIFTS.map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </div>
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
    </>
  );
}
