// What was mended of a device's readings, the latest first: each can be undone, and the charts can be led to it.
import type { Device } from "../../../../shared/device.ts";
import type { Mend } from "../../../../shared/history/mend.ts";
import { SECOND_MS } from "../../../../shared/time.ts";
import { announce } from "../../../api/announcements.ts";
import { explain } from "../../../api/client.ts";
import { useMends, useUndoMend } from "../../../api/history/mends.ts";
import { useStored } from "../../../api/local-storage/stored.ts";
import { unitChoices } from "../../../api/local-storage/unit-choices.ts";
import { useMay } from "../../../api/me.ts";
import type { TimeView } from "../../../charts/view/time-view.ts";
import { mendText } from "../../../i18n/later/mend-text.ts";
import { metricLabel } from "../../../i18n/names.ts";
import { formatQuantity } from "../../../i18n/numbers.ts";
import { pageText } from "../../../i18n/page-text.ts";
import { text } from "../../../i18n/text.ts";
import { formatInstant } from "../../../i18n/times.ts";
import { conversionOf, lastDigitOf, type UnitChoices } from "../../../i18n/units.ts";
import rows from "../../../ui/rows.module.css";

/** Of the stretch, on either side of it. */
const SHOWN_MARGIN = 0.25;

export function MendedList({ device, view }: { readonly device: Device; readonly view: TimeView }) {
  const { data: mends = [] } = useMends(device.id, device.mended?.changedMs);
  const choices = useStored(unitChoices);
  const mayUndo = useMay("operator");
  const undo = useUndoMend(device.id, () => announce(mendText.undone));
  if (mends.length === 0) return null;
  return (
    <section className="panel" aria-labelledby="mended">
      <h2 id="mended">{mendText.list}</h2>
      <p className="note">{mendText.listNote}</p>
      <ul className={rows["rows"]}>
        {mends.toReversed().map((mend) => {
          const what = whatOf(mend, device, choices);
          return (
            <li key={mend.id}>
              <div>
                <strong>{what}</strong>
                <p>{mendText.period(formatInstant(mend.from, SECOND_MS), formatInstant(mend.to, SECOND_MS))}</p>
                <p>{mendText.by(pageText.others.actor(mend.by), formatInstant(mend.at, SECOND_MS))}</p>
              </div>
              <div className={rows["buttons"]}>
                <button
                  type="button"
                  className="button small"
                  aria-label={mendText.showOf(what)}
                  onClick={() => show(mend, view)}
                >
                  {mendText.show}
                </button>
                {mayUndo && (
                  <button
                    type="button"
                    className="button small"
                    aria-label={mendText.undoOf(what)}
                    disabled={undo.isPending}
                    onClick={() => undo.mutate(mend.id)}
                  >
                    {mendText.undo}
                  </button>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      {undo.error && <p role="alert">{text.shell.notUndone(explain(undo.error))}</p>}
    </section>
  );
}

function show({ from, to }: Mend, view: TimeView): void {
  const margin = Math.max(SECOND_MS, (to - from) * SHOWN_MARGIN);
  view.show({ kind: "fixed", fromMs: Math.round(from - margin), toMs: Math.round(to + margin) });
}

function whatOf(mend: Mend, { metrics }: Device, choices: UnitChoices): string {
  const { metric: name, repair, least, greatest } = mend;
  const metric = metrics.find((one) => one.name === name) ?? { name };
  const sentUnit = "unit" in metric ? metric.unit : undefined;
  const { unit, isSame, shown, resolution } = conversionOf(sentUnit, choices);
  const written = (value: number) =>
    formatQuantity(shown(value), unit, isSame ? undefined : resolution(lastDigitOf(value)));
  const parts = [metricLabel(metric)];
  if (least !== undefined && greatest !== undefined) parts.push(mendText.between(written(least), written(greatest)));
  else if (least !== undefined) parts.push(mendText.above(written(least)));
  else if (greatest !== undefined) parts.push(mendText.below(written(greatest)));
  if (repair.kind === "hide") parts.push(mendText.done.hide);
  else if (repair.kind === "set") parts.push(mendText.done.set(written(repair.value)));
  else parts.push(mendText.done.scale(String(repair.factor), formatQuantity(repair.offset, sentUnit)));
  return parts.join(" · ");
}
