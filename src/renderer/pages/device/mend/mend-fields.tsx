// The fields of a mend: the box around wrong readings, and what is to become of them.
import { MomentField } from "../../../charts/view/moment-field.tsx";
import { mendText } from "../../../i18n/later/mend-text.ts";
import form from "../../../ui/form.module.css";
import { Segmented } from "../../../ui/segmented.tsx";
import type { MendDraft, RepairDraft } from "./mend-draft.ts";
import styles from "./mend-panel.module.css";

const KIND_OPTIONS = [
  ["hide", mendText.hide],
  ["set", mendText.correct],
  ["scale", mendText.scale],
] as const;

interface Props<Draft> {
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
  /** Of the values. */
  readonly unit: string | undefined;
}

export function BoxFields({ draft, onDraft, unit }: Props<MendDraft>) {
  const { fromMs, toMs, least, greatest } = draft;
  return (
    <div className={styles["fields"]}>
      <TimeField label={mendText.from} ms={fromMs} onChange={(ms) => onDraft({ ...draft, fromMs: ms })} />
      <TimeField label={mendText.to} ms={toMs} onChange={(ms) => onDraft({ ...draft, toMs: ms })} />
      <NumberField
        label={inUnit(mendText.least, unit)}
        typed={least}
        placeholder={mendText.any}
        onChange={(typed) => onDraft({ ...draft, least: typed })}
      />
      <NumberField
        label={inUnit(mendText.greatest, unit)}
        typed={greatest}
        placeholder={mendText.any}
        onChange={(typed) => onDraft({ ...draft, greatest: typed })}
      />
    </div>
  );
}

export function RepairFields({ draft, onDraft, unit }: Props<RepairDraft>) {
  const { kind, value, factor, offset } = draft;
  return (
    <div className={styles["fields"]}>
      <div className={styles["kinds"]}>
        <Segmented
          legend={mendText.what}
          options={KIND_OPTIONS}
          value={kind}
          onChange={(chosen) => onDraft({ ...draft, kind: chosen })}
        />
      </div>
      {kind === "set" && (
        <NumberField
          label={inUnit(mendText.value, unit)}
          typed={value}
          onChange={(typed) => onDraft({ ...draft, value: typed })}
        />
      )}
      {kind === "scale" && (
        <>
          <NumberField
            label={mendText.factor}
            typed={factor}
            onChange={(typed) => onDraft({ ...draft, factor: typed })}
          />
          <NumberField
            label={inUnit(mendText.offset, unit)}
            typed={offset}
            onChange={(typed) => onDraft({ ...draft, offset: typed })}
          />
        </>
      )}
    </div>
  );
}

const inUnit = (label: string, unit = ""): string => (unit === "" ? label : `${label} (${unit})`);

interface TimeProps {
  readonly label: string;
  readonly ms: number;
  readonly onChange: (ms: number) => void;
}

/** It cannot be empty. */
function TimeField({ label, ms, onChange }: TimeProps) {
  return (
    <MomentField
      label={label}
      className={form["field"]}
      ms={ms}
      isRequired={true}
      onChange={(entered) => entered !== null && onChange(entered)}
    />
  );
}

interface NumberProps {
  readonly label: string;
  readonly typed: string;
  readonly placeholder?: string;
  readonly onChange: (typed: string) => void;
}

function NumberField({ label, typed, placeholder = "", onChange }: NumberProps) {
  return (
    <label className={form["field"]}>
      {label}
      <input
        type="number"
        step="any"
        value={typed}
        placeholder={placeholder}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
