// What can be chosen of an export: metrics, period, time zone, what it is for, and layout.
import type { ReactNode } from "react";
import type { Device } from "../../../../shared/device.ts";
import { RANGE_OPTIONS } from "../../../charts/view/ranges.ts";
import { timelineText } from "../../../i18n/later/timeline-text.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { OWN_TIME_ZONE } from "../../../i18n/times.ts";
import { Segmented } from "../../../ui/segmented.tsx";
import { Checklist } from "./checklist.tsx";
import { type ExportChoices, metricsOf, withDevices } from "./export-choices.ts";
import styles from "./export-form.module.css";
import type { CustomPeriod, PeriodName } from "./export-period.ts";
import { PURPOSE_OPTIONS } from "./export-purpose.ts";

const t = pageText.exporting;

const PERIOD_OPTIONS: readonly (readonly [PeriodName, string])[] = [
  ["shown", t.shown],
  ...RANGE_OPTIONS.map(([name, label]) => [name, name === "live" ? t.fiveMinutes : label] as const),
  ["all", t.all],
  ["custom", t.custom],
];
const ZONE_OPTIONS = [...new Set([OWN_TIME_ZONE, "UTC"])].map((name) => [name, name.replaceAll("_", " ")] as const);
const LAYOUT_OPTIONS = [
  ["long", t.long],
  ["wide", t.wide],
] as const;

interface Props {
  readonly known: readonly Device[];
  /** Of them. */
  readonly chosen: readonly Device[];
  readonly choices: ExportChoices;
  readonly onChange: (changes: Partial<ExportChoices>) => void;
  /** The custom start is not before the end. */
  readonly areEndsWrong: boolean;
}

export function ExportFields({ known, chosen, choices, onChange, areEndsWrong }: Props) {
  const { devices, metrics, period, custom, tz, purpose, layout, withNotes } = choices;
  return (
    <>
      {known.length > 1 && (
        <details className={styles["devices"]}>
          <summary>{chosen.length === 1 ? t.otherDevices : t.severalDevices(chosen.length)}</summary>
          <Checklist
            legend={t.devices}
            all={t.allOf}
            items={known.map(({ id, name }) => ({ key: id, label: name }))}
            chosen={devices}
            onChange={(ids) => onChange(withDevices(choices, known, ids))}
          />
        </details>
      )}
      <Checklist
        legend={t.metrics}
        all={t.allOf}
        items={metricsOf(chosen).map((metric) => ({ key: metric.name, label: metricLabel(metric) }))}
        chosen={metrics}
        onChange={(names) => onChange({ metrics: names })}
      />
      <Question
        name={t.time}
        options={PERIOD_OPTIONS}
        value={period}
        onChange={(value) => onChange({ period: value })}
      />
      {period === "custom" && (
        <CustomEnds period={custom} onChange={(ends) => onChange({ custom: ends })} isWrong={areEndsWrong} />
      )}
      <Question name={t.timeZone} options={ZONE_OPTIONS} value={tz} onChange={(zone) => onChange({ tz: zone })} />
      <Question
        name={t.purpose}
        options={PURPOSE_OPTIONS}
        value={purpose}
        onChange={(value) => onChange({ purpose: value })}
      >
        <p className="note">{t.notes[purpose]}</p>
      </Question>
      <Question
        name={t.layout}
        options={LAYOUT_OPTIONS}
        value={layout}
        onChange={(value) => onChange({ layout: value })}
      >
        <label>
          <input
            type="checkbox"
            checked={withNotes}
            onChange={({ target }) => onChange({ withNotes: target.checked })}
          />{" "}
          {timelineText.inCsv}
        </label>
      </Question>
    </>
  );
}

interface QuestionProps<Value extends string> {
  readonly name: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
  readonly children?: ReactNode;
}

function Question<Value extends string>({ name, options, value, onChange, children }: QuestionProps<Value>) {
  return (
    <div className={styles["question"]}>
      <span>{name}</span>
      <Segmented legend={name} options={options} value={value} onChange={onChange} />
      {children}
    </div>
  );
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
        {t.from}
        <input
          type="datetime-local"
          value={period.from}
          onChange={(event) => onChange({ ...period, from: event.target.value })}
        />
      </label>
      <label>
        {t.to}
        <input
          type="datetime-local"
          value={period.to}
          onChange={(event) => onChange({ ...period, to: event.target.value })}
        />
      </label>
      {isWrong && <p role="alert">{t.wrongOrder}</p>}
    </div>
  );
}
