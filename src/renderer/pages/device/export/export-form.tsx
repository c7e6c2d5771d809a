// The options of an export: metrics, period, time zone, what it is for, and layout.
import { type SubmitEvent, useState } from "react";
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device } from "../../../../shared/device.ts";
import { hubNowMs } from "../../../api/hub-clock.ts";
import { RANGE_OPTIONS, type RangeName } from "../../../charts/ranges.ts";
import { OWN_TIME_ZONE } from "../../../i18n/times.ts";
import form from "../../../ui/form.module.css";
import { Segmented } from "../../../ui/segmented.tsx";
import styles from "./export-form.module.css";
import { boundsOf, type CustomPeriod, localMinute, type PeriodName } from "./export-period.ts";
import { PURPOSE_NOTES, PURPOSE_OPTIONS, type Purpose, STYLE_OF, usualPurpose } from "./export-purpose.ts";
import { MetricChoice } from "./metric-choice.tsx";

const DAY_MS = 24 * 3_600_000;

interface Props {
  readonly device: Device;
  readonly shownRange: RangeName;
  readonly onExport: (query: ExportQuery) => void;
  readonly onCancel: () => void;
}

export function ExportForm({ device, shownRange, onExport, onCancel }: Props) {
  const names = device.metrics.map(({ name }) => name);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(names));
  const [period, setPeriod] = useState<PeriodName>(shownRange);
  const [custom, setCustom] = useState<CustomPeriod>(yesterday);
  const [tz, setTz] = useState(OWN_TIME_ZONE);
  const [purpose, setPurpose] = useState<Purpose>(() => usualPurpose());
  const [layout, setLayout] = useState<NonNullable<ExportQuery["layout"]>>("long");
  const bounds = boundsOf(period, custom, hubNowMs());

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (bounds === null) return;
    const metric = names.filter((name) => chosen.has(name));
    onExport({
      device: device.id,
      ...(metric.length < names.length && { metric }),
      ...bounds,
      tz,
      ...STYLE_OF[purpose],
      layout,
    });
  }

  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="export-title">Export readings of {device.name}</h2>
      <MetricChoice metrics={device.metrics} chosen={chosen} onChange={setChosen} />
      <div className={styles["question"]}>
        <span>Time</span>
        <Segmented legend="Time" options={PERIOD_OPTIONS} value={period} onChange={setPeriod} />
      </div>
      {period === "custom" && <CustomEnds period={custom} onChange={setCustom} isWrong={bounds === null} />}
      <div className={styles["question"]}>
        <span>Time zone</span>
        <Segmented legend="Time zone" options={ZONE_OPTIONS} value={tz} onChange={setTz} />
      </div>
      <div className={styles["question"]}>
        <span>For a</span>
        <Segmented legend="For a" options={PURPOSE_OPTIONS} value={purpose} onChange={setPurpose} />
        <p className="note">{PURPOSE_NOTES[purpose]}</p>
      </div>
      <div className={styles["question"]}>
        <span>Layout</span>
        <Segmented legend="Layout" options={LAYOUT_OPTIONS} value={layout} onChange={setLayout} />
      </div>
      <footer>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={bounds === null || chosen.size === 0}>
          Export as CSV
        </button>
      </footer>
    </form>
  );
}

const ZONE_OPTIONS = OWN_TIME_ZONE === "UTC" ? [zone("UTC")] : [zone(OWN_TIME_ZONE), zone("UTC")];
const LAYOUT_OPTIONS = [
  ["long", "A row per reading"],
  ["wide", "A column per metric"],
] as const;

function zone(name: string): readonly [string, string] {
  return [name, name.replaceAll("_", " ")];
}

const PERIOD_OPTIONS: readonly (readonly [PeriodName, string])[] = [
  ...RANGE_OPTIONS.map(([name, label]) => [name, name === "live" ? "5 min" : label] as const),
  ["all", "All"],
  ["custom", "Custom"],
];

function yesterday(): CustomPeriod {
  return { from: localMinute(hubNowMs() - DAY_MS), to: localMinute(hubNowMs()) };
}

interface CustomEndsProps {
  readonly period: CustomPeriod;
  readonly onChange: (period: CustomPeriod) => void;
  readonly isWrong: boolean;
}

function CustomEnds({ period, onChange, isWrong }: CustomEndsProps) {
  return (
    <div className={styles["ends"]}>
      <label>
        From
        <input
          type="datetime-local"
          value={period.from}
          onChange={(event) => onChange({ ...period, from: event.target.value })}
        />
      </label>
      <label>
        To
        <input
          type="datetime-local"
          value={period.to}
          onChange={(event) => onChange({ ...period, to: event.target.value })}
        />
      </label>
      {isWrong && <p role="alert">The first moment has to be before the last.</p>}
    </div>
  );
}
