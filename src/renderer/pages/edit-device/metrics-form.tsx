// The form for a device's metrics: order, label, unit, decimals, kind, and whether they are shown. Metrics that appear while it is
// open are not changed.
import { useMutation } from "@tanstack/react-query";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type SubmitEvent, useLayoutEffect, useRef, useState } from "react";
import type { Device, DeviceChanges } from "../../../shared/device.ts";
import { announce } from "../../api/announcements.ts";
import { explain } from "../../api/client.ts";
import { changeDevice } from "../../api/queries.ts";
import { metricLabel } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { text } from "../../i18n/text.ts";
import { METRIC_KINDS, type MetricDraft, metricChanges, metricDrafts, moved } from "./metric-drafts.ts";
import styles from "./metrics-form.module.css";

const DECIMALS = ["0", "1", "2", "3", "4", "5", "6"];

interface Props {
  readonly device: Device;
  readonly onDirty: (isDirty: boolean) => void;
}

export function MetricsForm({ device, onDirty }: Props) {
  const [before, setBefore] = useState(() => metricDrafts(device.metrics));
  const [drafts, setDrafts] = useState<readonly MetricDraft[]>(before);
  const changes = metricChanges(before, drafts);
  const save = useMutation({
    mutationFn: (metrics: NonNullable<DeviceChanges["metrics"]>) => changeDevice(device.id, { metrics }),
    onSuccess: ({ metrics }) => {
      setBefore(metricDrafts(metrics));
      setDrafts(metricDrafts(metrics));
      onDirty(false);
    },
  });

  function enter(next: readonly MetricDraft[]) {
    setDrafts(next);
    onDirty(metricChanges(before, next) !== null);
  }
  function move(index: number, by: number) {
    enter(moved(drafts, index, by));
    const name = drafts[index]?.name ?? "";
    announce(text.overview.movedTo(name, index + by + 1, drafts.length), { isScreenReaderOnly: true });
  }
  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (changes !== null) save.mutate(changes);
  }

  return (
    <form className={`panel ${styles["form"]}`} onSubmit={submit} aria-labelledby="metrics-title">
      <h2 id="metrics-title">{pageText.editDevice.metrics}</h2>
      <p className="note">{pageText.editDevice.metricsNote}</p>
      <ol>
        {drafts.map((draft, index) => (
          <MetricRow
            key={draft.name}
            draft={draft}
            isFirst={index === 0}
            isLast={index === drafts.length - 1}
            onChange={(change) => enter(drafts.with(index, { ...draft, ...change }))}
            onMove={(by) => move(index, by)}
          />
        ))}
      </ol>
      {save.error && <p role="alert">{pageText.editDevice.notSaved(explain(save.error))}</p>}
      <footer>
        <span className="note" role="status">
          {changes === null ? save.isSuccess && pageText.editDevice.saved : pageText.editDevice.unsaved}
        </span>
        <button type="submit" className="button primary" disabled={changes === null || save.isPending}>
          {pageText.editDevice.apply}
        </button>
      </footer>
    </form>
  );
}

interface RowProps {
  readonly draft: MetricDraft;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly onChange: (change: Partial<MetricDraft>) => void;
  readonly onMove: (by: number) => void;
}

function MetricRow({ draft, isFirst, isLast, onChange, onMove }: RowProps) {
  const { name } = draft;
  const t = pageText.editDevice;
  const [up, down] = [useRef<HTMLButtonElement>(null), useRef<HTMLButtonElement>(null)];
  /** Moving an element takes its focus away, and so does an end of the list. */
  const pressed = useRef<-1 | 1 | null>(null);
  useLayoutEffect(() => {
    const by = pressed.current;
    pressed.current = null;
    if (by === null) return;
    const isUp = by < 0 ? !isFirst : isLast;
    (isUp ? up : down).current?.focus();
  });
  const move = (by: -1 | 1) => {
    pressed.current = by;
    onMove(by);
  };
  return (
    <li>
      <span className={styles["moves"]}>
        <button ref={up} type="button" aria-label={t.up(name)} disabled={isFirst} onClick={() => move(-1)}>
          <ArrowUp className="icon" aria-hidden="true" />
        </button>
        <button ref={down} type="button" aria-label={t.down(name)} disabled={isLast} onClick={() => move(1)}>
          <ArrowDown className="icon" aria-hidden="true" />
        </button>
      </span>
      <label className={styles["shown"]}>
        <input
          type="checkbox"
          aria-label={t.shownOf(name)}
          checked={draft.isShown}
          onChange={({ target }) => onChange({ isShown: target.checked })}
        />
        <code className="cut" title={name}>
          {name}
        </code>
      </label>
      <label>
        {t.label}
        <input
          aria-label={t.labelOf(name)}
          value={draft.label}
          maxLength={64}
          placeholder={metricLabel({ name })}
          onChange={({ target }) => onChange({ label: target.value })}
        />
      </label>
      <label className={styles["short"]}>
        {t.unit}
        <input
          aria-label={t.unitOf(name)}
          value={draft.unit}
          maxLength={32}
          onChange={({ target }) => onChange({ unit: target.value })}
        />
      </label>
      <label className={styles["short"]}>
        {t.decimals}
        <select
          aria-label={t.decimalsOf(name)}
          value={draft.decimals}
          onChange={({ target }) => onChange({ decimals: target.value })}
        >
          <option value="">{t.automatic}</option>
          {DECIMALS.map((count) => (
            <option key={count}>{count}</option>
          ))}
        </select>
      </label>
      <label>
        {t.kind}
        <select
          aria-label={t.kindOf(name)}
          value={draft.kind}
          onChange={({ target }) => onChange({ kind: METRIC_KINDS.find((kind) => kind === target.value) ?? "" })}
        >
          <option value="">{t.automatic}</option>
          {METRIC_KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t[kind]}
            </option>
          ))}
        </select>
      </label>
    </li>
  );
}
