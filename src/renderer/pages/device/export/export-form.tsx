// The options of an export: metrics, period, time zone, what it is for, and layout; how many readings that are, and how it went.
import { useMutation } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import type { ExportQuery } from "../../../../shared/api.ts";
import type { Device } from "../../../../shared/device.ts";
import { explain } from "../../../api/client.ts";
import { hubNowMs } from "../../../api/feed/hub-clock.ts";
import { exportCsv } from "../../../api/platform.ts";
import { useCountOf } from "../../../api/queries.ts";
import { localMinute } from "../../../charts/view/local-minute.ts";
import { RANGE_OPTIONS } from "../../../charts/view/ranges.ts";
import { timelineText } from "../../../i18n/later/timeline-text.ts";
import { formatBytes, formatCount } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { OWN_TIME_ZONE } from "../../../i18n/times.ts";
import form from "../../../ui/form.module.css";
import { Segmented } from "../../../ui/segmented.tsx";
import styles from "./export-form.module.css";
import { boundsOf, type CustomPeriod, type PeriodName, type Shown } from "./export-period.ts";
import { PURPOSE_OPTIONS, type Purpose, STYLE_OF, usualPurpose } from "./export-purpose.ts";
import { MetricChoice } from "./metric-choice.tsx";

interface Props {
  readonly device: Device;
  /** What the charts of the page show. */
  readonly shown: Shown;
  readonly onClose: () => void;
}

export function ExportForm({ device, shown: shownNow, onClose }: Props) {
  const names = device.metrics.map(({ name }) => name);
  const [shown] = useState(shownNow);
  const [nowMs] = useState(hubNowMs);
  // Those that a person has hidden can be chosen, too.
  const [chosen, setChosen] = useState<ReadonlySet<string>>(
    () => new Set(device.metrics.flatMap(({ name, hidden }) => (hidden === true ? [] : [name]))),
  );
  const [period, setPeriod] = useState<PeriodName>("shown");
  const [custom, setCustom] = useState<CustomPeriod>(() => ({
    from: localMinute(shown.startMs),
    to: localMinute(shown.endMs),
  }));
  const [tz, setTz] = useState(OWN_TIME_ZONE);
  const [purpose, setPurpose] = useState<Purpose>(() => usualPurpose());
  const [layout, setLayout] = useState<NonNullable<ExportQuery["layout"]>>("long");
  const [withNotes, setWithNotes] = useState(false);
  const bounds = boundsOf(period, custom, shown, nowMs);
  const metric = names.filter((name) => chosen.has(name));
  const count = useCountOf(device.id, metric, bounds ?? {});
  const save = useMutation({
    mutationFn: (query: ExportQuery) => exportCsv(query, `${device.id.replaceAll(":", "-")}.csv`, count.data ?? 0),
    // The desktop app asks where to, and shows how it goes.
    onSuccess: (saved) => saved === null && onClose(),
  });

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (bounds === null) return;
    save.mutate({
      device: device.id,
      ...(metric.length < names.length && { metric }),
      ...bounds,
      tz,
      ...STYLE_OF[purpose],
      layout,
      ...(withNotes && { notes: "1" }),
    });
  }

  return (
    <form className={form["form"]} onSubmit={submit}>
      <h2 id="export-title">{pageText.exporting.title(device.name)}</h2>
      <MetricChoice metrics={device.metrics} chosen={chosen} onChange={setChosen} />
      <div className={styles["question"]}>
        <span>{pageText.exporting.time}</span>
        <Segmented legend={pageText.exporting.time} options={PERIOD_OPTIONS} value={period} onChange={setPeriod} />
      </div>
      {period === "custom" && <CustomEnds period={custom} onChange={setCustom} isWrong={bounds === null} />}
      <div className={styles["question"]}>
        <span>{pageText.exporting.timeZone}</span>
        <Segmented legend={pageText.exporting.timeZone} options={ZONE_OPTIONS} value={tz} onChange={setTz} />
      </div>
      <div className={styles["question"]}>
        <span>{pageText.exporting.purpose}</span>
        <Segmented
          legend={pageText.exporting.purpose}
          options={PURPOSE_OPTIONS}
          value={purpose}
          onChange={setPurpose}
        />
        <p className="note">{pageText.exporting.notes[purpose]}</p>
      </div>
      <div className={styles["question"]}>
        <span>{pageText.exporting.layout}</span>
        <Segmented legend={pageText.exporting.layout} options={LAYOUT_OPTIONS} value={layout} onChange={setLayout} />
        <label>
          <input type="checkbox" checked={withNotes} onChange={({ target }) => setWithNotes(target.checked)} />{" "}
          {timelineText.inCsv}
        </label>
      </div>
      <p role="status">
        {save.isPending
          ? pageText.exporting.running
          : save.data
            ? pageText.exporting.done(save.data.rows, formatCount(save.data.rows), formatBytes(save.data.bytes))
            : countText(count.data)}
      </p>
      {save.error && <p role="alert">{pageText.exporting.failed(explain(save.error))}</p>}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {save.data ? pageText.exporting.close : pageText.exporting.cancel}
        </button>
        <button
          type="submit"
          className="button primary"
          disabled={bounds === null || chosen.size === 0 || save.isPending || count.data === 0}
        >
          {pageText.exporting.start}
        </button>
      </footer>
    </form>
  );
}

function countText(count: number | undefined): string {
  if (count === undefined) return pageText.exporting.counting;
  return count === 0 ? pageText.exporting.none : pageText.exporting.readings(count, formatCount(count));
}

const ZONE_OPTIONS = OWN_TIME_ZONE === "UTC" ? [zone("UTC")] : [zone(OWN_TIME_ZONE), zone("UTC")];
const LAYOUT_OPTIONS = [
  ["long", pageText.exporting.long],
  ["wide", pageText.exporting.wide],
] as const;

function zone(name: string): readonly [string, string] {
  return [name, name.replaceAll("_", " ")];
}

const PERIOD_OPTIONS: readonly (readonly [PeriodName, string])[] = [
  ["shown", pageText.exporting.shown],
  ...RANGE_OPTIONS.map(([name, label]) => [name, name === "live" ? pageText.exporting.fiveMinutes : label] as const),
  ["all", pageText.exporting.all],
  ["custom", pageText.exporting.custom],
];

interface CustomEndsProps {
  readonly period: CustomPeriod;
  readonly onChange: (period: CustomPeriod) => void;
  readonly isWrong: boolean;
}

function CustomEnds({ period, onChange, isWrong }: CustomEndsProps) {
  return (
    <div className={styles["ends"]}>
      <label>
        {pageText.exporting.from}
        <input
          type="datetime-local"
          value={period.from}
          onChange={(event) => onChange({ ...period, from: event.target.value })}
        />
      </label>
      <label>
        {pageText.exporting.to}
        <input
          type="datetime-local"
          value={period.to}
          onChange={(event) => onChange({ ...period, to: event.target.value })}
        />
      </label>
      {isWrong && <p role="alert">{pageText.exporting.wrongOrder}</p>}
    </div>
  );
}
