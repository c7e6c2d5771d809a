// One metric in the form: moved up and down, shown or not, label, unit, decimals and kind.
import { ArrowDown, ArrowUp } from "lucide-react";
import { useLayoutEffect, useRef } from "react";
import { metricLabel } from "../../i18n/names.ts";
import { pageText } from "../../i18n/page-text.ts";
import { ChangedMeanwhile } from "../../ui/changed-meanwhile.tsx";
import type { Draft } from "../../ui/hooks/use-draft.ts";
import { textField } from "./edit-form.tsx";
import { METRIC_KINDS, type MetricDraft } from "./metric-drafts.ts";
import styles from "./metrics-form.module.css";

const t = pageText.editDevice;
const DECIMALS = ["0", "1", "2", "3", "4", "5", "6"];
const SHOWN = "shown";

type Field = "label" | "unit" | "decimals" | "kind" | "shown";
type MetricFields = Readonly<Record<Field, Draft<string>>>;

/** `draft` gives a field's draft by its key. */
export function fieldsOf(
  { name, label, unit, decimals, kind, isShown }: MetricDraft,
  draft: (key: string, known: string) => Draft<string>,
): MetricFields {
  const field = (key: Field, known: string) => draft(`${key} ${name}`, known);
  return {
    label: field("label", label),
    unit: field("unit", unit),
    decimals: field("decimals", decimals),
    kind: field("kind", kind),
    shown: field("shown", isShown ? SHOWN : ""),
  };
}

export function draftOf(name: string, { label, unit, decimals, kind, shown }: MetricFields): MetricDraft {
  return {
    name,
    label: label.value,
    unit: unit.value,
    decimals: decimals.value,
    kind: METRIC_KINDS.find((one) => one === kind.value) ?? "",
    isShown: shown.value === SHOWN,
  };
}

interface Props {
  readonly known: MetricDraft;
  readonly fields: MetricFields;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isSaving: boolean;
  readonly onMove: (by: number) => void;
}

export function MetricRow({ known, fields, isFirst, isLast, isSaving, onMove }: Props) {
  const { name } = known;
  const { label, unit, decimals, kind, shown } = fields;
  return (
    <li>
      <Moves name={name} isFirst={isFirst} isLast={isLast} onMove={onMove} />
      <label className={styles["shown"]}>
        <input
          type="checkbox"
          aria-label={t.shownOf(name)}
          checked={shown.value === SHOWN}
          onChange={({ target }) => shown.enter(target.checked ? SHOWN : "")}
        />
        <code className="cut" title={name}>
          {name}
        </code>
      </label>
      <label>
        {t.label}
        <input aria-label={t.labelOf(name)} {...textField(label)} maxLength={64} placeholder={metricLabel({ name })} />
      </label>
      <label className={styles["short"]}>
        {t.unit}
        <input aria-label={t.unitOf(name)} {...textField(unit)} maxLength={32} />
      </label>
      <label className={styles["short"]}>
        {t.decimals}
        <select aria-label={t.decimalsOf(name)} {...textField(decimals)}>
          <option value="">{t.automatic}</option>
          {DECIMALS.map((count) => (
            <option key={count}>{count}</option>
          ))}
        </select>
      </label>
      <label>
        {t.kind}
        <select aria-label={t.kindOf(name)} {...textField(kind)}>
          <option value="">{t.automatic}</option>
          {METRIC_KINDS.map((one) => (
            <option key={one} value={one}>
              {t[one]}
            </option>
          ))}
        </select>
      </label>
      <Overtaken label={t.label} draft={label} now={known.label} isSaving={isSaving} />
      <Overtaken label={t.unit} draft={unit} now={known.unit} isSaving={isSaving} />
      <Overtaken label={t.decimals} draft={decimals} now={known.decimals || t.automatic} isSaving={isSaving} />
      <Overtaken label={t.kind} draft={kind} now={t[known.kind || "automatic"]} isSaving={isSaving} />
    </li>
  );
}

interface MovesProps extends Pick<Props, "isFirst" | "isLast" | "onMove"> {
  readonly name: string;
}

function Moves({ name, isFirst, isLast, onMove }: MovesProps) {
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
    <span className={styles["moves"]}>
      <button ref={up} type="button" aria-label={t.up(name)} disabled={isFirst} onClick={() => move(-1)}>
        <ArrowUp className="icon" aria-hidden="true" />
      </button>
      <button ref={down} type="button" aria-label={t.down(name)} disabled={isLast} onClick={() => move(1)}>
        <ArrowDown className="icon" aria-hidden="true" />
      </button>
    </span>
  );
}

interface OvertakenProps {
  readonly label: string;
  readonly draft: Draft<string>;
  readonly now: string;
  readonly isSaving: boolean;
}

/** Below the fields of its metric, whose name it says; a device may have hundreds of fields that nobody edits. */
function Overtaken({ label, draft, now, isSaving }: OvertakenProps) {
  return draft.isEdited && <ChangedMeanwhile draft={draft} now={now && `${label}: ${now}`} isSaving={isSaving} />;
}
