// Under a chart that is being mended: the box as fields, how many readings lie in it, and what is to become of them.
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import type { Metric } from "../../../../shared/device.ts";
import type { MendResult } from "../../../../shared/history/mend.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { undoMend, useApplyMend, useMendPreview } from "../../../api/history/mends.ts";
import { mendText } from "../../../i18n/later/mend-text.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { formatCount } from "../../../i18n/numbers.ts";
import form from "../../../ui/form.module.css";
import { useEscape } from "../../../ui/hooks/use-escape.ts";
import { boxOf, HIDE, type MendDraft, repairOf } from "./mend-draft.ts";
import { BoxFields, RepairFields } from "./mend-fields.tsx";
import styles from "./mend-panel.module.css";

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
  const [repairDraft, setRepairDraft] = useState(HIDE);
  const box = boxOf(metric.name, draft);
  const repair = repairOf(repairDraft);
  const count = useMendPreview(device, boxOf(metric.name, useDeferredValue(draft)));
  const apply = useApplyMend(device, (result) => {
    announceMend(result, device, queries);
    onClose();
  });
  const [begun] = useState(draft);
  // What was entered is not thrown away by a key.
  useEscape(() => {
    if (draft === begun && repairDraft === HIDE) onClose();
  });
  useEffect(() => title.current?.focus(), []);

  function submit(event: SubmitEvent) {
    event.preventDefault();
    if (box !== null && repair !== null) apply.mutate({ ...box, repair });
  }

  return (
    <form className={`${form["form"]} ${styles["panel"]}`} aria-labelledby={titleId} onSubmit={submit}>
      <h3 ref={title} id={titleId} tabIndex={-1}>
        {mendText.title(metricLabel(metric))}
      </h3>
      <p className="note">{mendText.how}</p>
      <BoxFields draft={draft} onDraft={onDraft} unit={metric.unit} />
      <RepairFields draft={repairDraft} onDraft={setRepairDraft} unit={metric.unit} />
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

/** With the way back, which is there when the panel no longer is. */
function announceMend({ mend, readings }: MendResult, device: string, queries: QueryClient): void {
  const undo = async () => {
    await undoMend(queries, device, mend.id);
    announce(mendText.undone);
  };
  announce(mendText.applied[mend.repair.kind](readings, formatCount(readings)), { undo });
}

function countText(isBox: boolean, isPending: boolean, count: number | undefined, error: Error | null): string {
  if (!isBox) return mendText.noBox;
  if (isPending) return mendText.applying;
  if (error !== null) return mendText.notCounted(explain(error));
  return count === undefined ? mendText.counting : mendText.inBox(count, formatCount(count));
}
