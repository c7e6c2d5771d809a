// Under a chart that is being mended: the box as fields, how many readings lie in it, and what is to become of them.
import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import type { Metric } from "../../../../shared/device.ts";
import type { Repair } from "../../../../shared/history/mend.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { undoMend, useApplyMend, useMendPreview } from "../../../api/history/mends.ts";
import { mendText } from "../../../i18n/later/mend-text.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import form from "../../../ui/form.module.css";
import { useEscape } from "../../../ui/hooks/use-escape.ts";
import { Segmented } from "../../../ui/segmented.tsx";
import { boxOf, localTime, type MendDraft, numberOf } from "./mend-draft.ts";
import styles from "./mend-panel.module.css";

const KIND_OPTIONS = [
  ["hide", mendText.hide],
  ["set", mendText.correct],
  ["scale", mendText.scale],
] as const;

interface Props {
  readonly device: string;
  readonly metric: Metric;
  readonly draft: MendDraft;
  readonly onDraft: (draft: MendDraft) => void;
  readonly onClose: () => void;
}

export function MendPanel({ device, metric, draft, onDraft, onClose }: Props) {
  const queries = useQueryClient();
  const titleId = useId();
  const title = useRef<HTMLHeadingElement>(null);
  const [kind, setKind] = useState<Repair["kind"]>("hide");
  const [value, setValue] = useState("");
  const [factor, setFactor] = useState("1");
  const [offset, setOffset] = useState("0");
  const box = boxOf(metric.name, draft);
  const count = useMendPreview(device, useDeferredValue(box));
  const repair = repairOf(kind, value, factor, offset);
  const apply = useApplyMend(device, ({ mend, readings }) => {
    const undo = async () => {
      try {
        await undoMend(queries, device, mend.id);
        announce(mendText.undone);
      } catch (error) {
        announce(mendText.notUndone(error instanceof Error ? explain(error) : String(error)));
      }
    };
    announce(mendText.applied[mend.repair.kind](readings, formatCount(readings)), { undo: () => void undo() });
    onClose();
  });
  useEscape(onClose);
  useEffect(() => title.current?.focus(), []);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (box !== null && repair !== null) apply.mutate({ ...box, repair });
  }

  const time = (label: string, ms: number, change: (ms: number) => MendDraft) => (
    <label className={form["field"]}>
      {label}
      <input
        type="datetime-local"
        step="1"
        value={localTime(ms)}
        onChange={({ target }) => target.value !== "" && onDraft(change(Date.parse(target.value)))}
      />
    </label>
  );
  const inUnit = (label: string) => ((metric.unit ?? "") === "" ? label : `${label} (${metric.unit})`);
  const number = (label: string, typed: string, change: (typed: string) => void, placeholder = "") => (
    <label className={form["field"]}>
      {label}
      <input
        type="number"
        step="any"
        value={typed}
        placeholder={placeholder}
        onChange={({ target }) => change(target.value)}
      />
    </label>
  );
  return (
    <form className={`${form["form"]} ${styles["panel"]}`} aria-labelledby={titleId} onSubmit={submit}>
      <h3 ref={title} id={titleId} tabIndex={-1}>
        {mendText.title(metricLabel(metric))}
      </h3>
      <p className="note">{mendText.how}</p>
      <div className={styles["fields"]}>
        {time(mendText.from, draft.fromMs, (fromMs) => ({ ...draft, fromMs }))}
        {time(mendText.to, draft.toMs, (toMs) => ({ ...draft, toMs }))}
        {number(inUnit(mendText.least), draft.least, (least) => onDraft({ ...draft, least }), mendText.any)}
        {number(inUnit(mendText.greatest), draft.greatest, (greatest) => onDraft({ ...draft, greatest }), mendText.any)}
      </div>
      <div className={styles["fields"]}>
        <div className={styles["kinds"]}>
          <Segmented legend={mendText.what} options={KIND_OPTIONS} value={kind} onChange={setKind} />
        </div>
        {kind === "set" && number(inUnit(mendText.value), value, setValue)}
        {kind === "scale" && number(mendText.factor, factor, setFactor)}
        {kind === "scale" && number(inUnit(mendText.offset), offset, setOffset)}
      </div>
      <p role="status">{countText(box !== null, apply.isPending, count.data, count.error)}</p>
      {apply.error && <p role="alert">{mendText.failed(explain(apply.error))}</p>}
      <footer>
        <button type="button" className="button" onClick={onClose}>
          {mendText.cancel}
        </button>
        <button
          type="submit"
          className="button primary"
          disabled={box === null || repair === null || apply.isPending || !count.data}
        >
          {mendText.apply}
        </button>
      </footer>
    </form>
  );
}

/** Null where a number is missing. */
function repairOf(kind: Repair["kind"], value: string, factor: string, offset: string): Repair | null {
  const [set, times, plus] = [value, factor, offset].map((typed) => {
    const number = numberOf(typed);
    return Number.isFinite(number) ? number : undefined;
  });
  if (kind === "hide") return { kind };
  if (kind === "set") return set === undefined ? null : { kind, value: set };
  return times === undefined || plus === undefined ? null : { kind, factor: times, offset: plus };
}

function countText(isBox: boolean, isPending: boolean, count: number | undefined, error: Error | null): string {
  if (!isBox) return mendText.noBox;
  if (isPending) return mendText.applying;
  if (error !== null) return mendText.notCounted(explain(error));
  return count === undefined ? mendText.counting : mendText.inBox(count, formatCount(count));
}
