// How much is stored, how fast it grows, and how long readings are kept.
import { X } from "lucide-react";
import { useState } from "react";
import type { RetentionRule } from "../../../shared/api.ts";
import { explain } from "../../api/client.ts";
import { type RetentionChange, useRetention, useRetentionChange, useStorage } from "../../api/hub-settings.ts";
import { useDevices, useHub } from "../../api/queries.ts";
import { formatBytes, formatCount } from "../../i18n/numbers.ts";
import { settingsText as text } from "../../i18n/settings/text.ts";
import { formatDate } from "../../i18n/times.ts";
import { Failure } from "../../shell/failures/failure.tsx";
import { Confirm } from "../../ui/dialogs/confirm.tsx";
import { storageForecast } from "./forecast.ts";
import { Setting } from "./setting.tsx";
import styles from "./settings-page.module.css";

const CHOICES_DAYS = [30, 90, 365, 730, 1_825] as const;

export function StorageSettings() {
  return (
    <>
      <Stored />
      <KeptReadings />
    </>
  );
}

function Stored() {
  const storage = useStorage();
  const { data: hub } = useHub();
  const { data } = storage;
  if (storage.isLoadingError) return <Failure title={text.loadFailed} of={storage} />;
  if (data === undefined) return <div className="skeleton" aria-hidden="true" />;
  const { storedBytes, storedReadings, bytesPerDay } = data;
  const forecast = storageForecast(data);
  return (
    <Setting id="stored" title={text.size} isWide>
      <dl className={styles["facts"]}>
        <dt>{text.stored}</dt>
        <dd>{text.storedNow(formatBytes(storedBytes), formatCount(storedReadings))}</dd>
        <dt>{text.growth}</dt>
        <dd>
          {bytesPerDay === null && text.growthUnknown}
          {bytesPerDay === 0 && text.noGrowth}
          {bytesPerDay !== null && bytesPerDay > 0 && text.growthPerDay(formatBytes(bytesPerDay))}
        </dd>
        {forecast.kind !== "unknown" && (
          <>
            <dt>{forecast.kind === "free" ? text.free : text.until}</dt>
            <dd>
              {forecast.kind === "free" && formatBytes(forecast.freeBytes)}
              {forecast.kind === "date" && text.untilDate(formatDate(forecast.atMs), formatBytes(forecast.freeBytes))}
              {forecast.kind === "years" &&
                text.untilYears(formatCount(forecast.years), formatBytes(forecast.freeBytes))}
            </dd>
          </>
        )}
        <dt>{text.dataFolder}</dt>
        <dd>
          <code>{hub?.dataFolder}</code>
        </dd>
      </dl>
    </Setting>
  );
}

/** Null: no limit. */
const isShorter = (days: number | null, than: number | null): days is number =>
  days !== null && (than === null || days < than);

const isForAll = ({ device, metric }: RetentionRule) => device === undefined && metric === undefined;

const keepDaysOf = (rules: readonly RetentionRule[]) => rules.find(isForAll)?.keepDays ?? null;

const exceptionsIn = (rules: readonly RetentionRule[]) => rules.filter((rule) => !isForAll(rule));

const isOfSame = (one: RetentionRule, other: RetentionRule) =>
  one.device === other.device && one.metric === other.metric;

/** A change that removes readings, until a person agrees to it. */
interface Shortening {
  readonly question: string;
  readonly change: RetentionChange;
}

function KeptReadings() {
  const retention = useRetention();
  const { data } = retention;
  const change = useRetentionChange();
  const [pending, setPending] = useState<Shortening | null>(null);
  if (retention.isLoadingError) return <Failure title={text.loadFailed} of={retention} />;
  if (data === undefined) return <div className="skeleton" aria-hidden="true" />;
  const { rules } = data;
  const present = keepDaysOf(rules);
  const asked = change.isPending && change.variables ? keepDaysOf(change.variables(rules)) : present;
  const others = exceptionsIn(rules);
  const choices = [...new Set<number>([...CHOICES_DAYS, ...(present === null ? [] : [present])])].sort((a, b) => a - b);
  const save = (wanted: RetentionChange) => change.mutate(wanted, { onSuccess: () => setPending(null) });
  const ask = (shortening: Shortening) => {
    // Why it failed before says nothing of this time.
    if (change.isError) change.reset();
    setPending(shortening);
  };
  const choose = (keepDays: number | null) => {
    const wanted: RetentionChange = (before) => [...(keepDays === null ? [] : [{ keepDays }]), ...exceptionsIn(before)];
    // Nothing is removed by keeping more.
    if (isShorter(keepDays, present)) ask({ question: text.shorten(text.days(keepDays)), change: wanted });
    else save(wanted);
  };
  const removeException = (removed: RetentionRule, what: string) => {
    const wanted: RetentionChange = (before) => before.filter((rule) => !isOfSame(rule, removed));
    if (isShorter(present, removed.keepDays))
      ask({ question: text.shortenException(what, text.days(present)), change: wanted });
    else save(wanted);
  };
  return (
    <Setting
      id="retention"
      title={text.retention}
      hint={text.retentionHint}
      problem={change.error === null ? undefined : explain(change.error)}
    >
      <select
        aria-label={text.retention}
        value={asked ?? ""}
        onChange={({ target }) => choose(target.value === "" ? null : Number(target.value))}
      >
        <option value="">{text.forEver}</option>
        {choices.map((days) => (
          <option key={days} value={days}>
            {text.days(days)}
          </option>
        ))}
      </select>
      {others.length > 0 && <Exceptions rules={others} onRemove={removeException} />}
      {pending !== null && (
        <Confirm
          question={pending.question}
          action={text.shortenAction}
          isPending={change.isPending}
          pendingMessage={text.removing}
          errorMessage={change.error === null ? undefined : explain(change.error)}
          onConfirm={() => save(pending.change)}
          onClosed={() => setPending(null)}
        >
          <p>{text.shortenText}</p>
        </Confirm>
      )}
    </Setting>
  );
}

interface ExceptionsProps {
  readonly rules: readonly RetentionRule[];
  readonly onRemove: (rule: RetentionRule, what: string) => void;
}

function Exceptions({ rules, onRemove }: ExceptionsProps) {
  const { data: devices = [] } = useDevices();
  return (
    <ul className={styles["list"]} aria-label={text.rules}>
      {rules.map((rule) => {
        const { device, metric, keepDays } = rule;
        const name = device === undefined ? undefined : (devices.find(({ id }) => id === device)?.name ?? device);
        const what = [name, metric].filter((part) => part !== undefined).join(" / ");
        return (
          <li key={what}>
            {text.rule(what, keepDays === null ? text.forEver : text.days(keepDays))}{" "}
            <button
              type="button"
              className="button small"
              aria-label={text.removeRule(what)}
              onClick={() => onRemove(rule, what)}
            >
              <X className="icon" aria-hidden="true" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
