// The input for a control, one per kind. It shows `value` and reports what the person enters.
import { useEffect, useId, useState } from "react";
import type { Control, ControlValue } from "../../shared/control.ts";
import { controlLabel, valueText } from "../i18n/controls.ts";
import styles from "./control-input.module.css";

interface Props<Kind extends Control["kind"] = Control["kind"]> {
  readonly control: Extract<Control, { kind: Kind }>;
  /** The current value; undefined while it is unknown. */
  readonly value: ControlValue | undefined;
  readonly onChange: (value: ControlValue) => void;
}

export function ControlInput({ control, value, onChange }: Props) {
  switch (control.kind) {
    case "switch":
      return <Switch control={control} value={value} onChange={onChange} />;
    case "number":
      return <NumberInput control={control} value={value} onChange={onChange} />;
    case "select":
      return <Select control={control} value={value} onChange={onChange} />;
    case "button":
      return <Button control={control} value={value} onChange={onChange} />;
    case "text":
      return <Text control={control} value={value} onChange={onChange} />;
    case "color":
      return <Color control={control} value={value} onChange={onChange} />;
  }
}

function Switch({ control, value, onChange }: Props<"switch">) {
  return (
    <label className={styles["line"]}>
      <b>{controlLabel(control)}</b>
      <input
        type="checkbox"
        role="switch"
        aria-checked={value === true}
        className={styles["switch"]}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    </label>
  );
}

/** A slider where both limits are known. It reports on release, not while it moves. */
function NumberInput({ control, value, onChange }: Props<"number">) {
  const known = typeof value === "number" ? value : undefined;
  const [wanted, setWanted] = useState(known);
  useEffect(() => setWanted(known), [known]);
  const { min, max, step = "any" } = control;
  const isSlider = min !== undefined && max !== undefined;
  const send = () => {
    if (wanted !== undefined && wanted !== known) onChange(wanted);
  };
  return (
    <label className={isSlider ? styles["slider"] : styles["line"]}>
      <b>{controlLabel(control)}</b>
      {isSlider && <span>{wanted === undefined ? "–" : valueText(control, wanted)}</span>}
      <input
        type={isSlider ? "range" : "number"}
        className={isSlider ? undefined : styles["field"]}
        min={min}
        max={max}
        step={step}
        value={wanted ?? min ?? ""}
        onChange={(event) => setWanted(event.target.valueAsNumber)}
        onPointerUp={send}
        onBlur={send}
        onKeyUp={(event) => (isSlider || event.key === "Enter") && send()}
      />
    </label>
  );
}

function Select({ control, value, onChange }: Props<"select">) {
  return (
    <label className={styles["line"]}>
      <b>{controlLabel(control)}</b>
      <select
        className={styles["field"]}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.target.value)}
      >
        {typeof value !== "string" && <option value="">–</option>}
        {control.options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}

/** A control that wants confirmation takes a second press; losing the focus cancels the first. */
function Button({ control, onChange }: Props<"button">) {
  const [isArmed, setArmed] = useState(false);
  const press = () => {
    if (control.confirm && !isArmed) {
      setArmed(true);
      return;
    }
    setArmed(false);
    onChange(null);
  };
  return (
    <div className={styles["line"]}>
      <b>{controlLabel(control)}</b>
      <button
        type="button"
        className={`button small ${isArmed ? "primary" : ""}`}
        onClick={press}
        onBlur={() => setArmed(false)}
      >
        {isArmed ? "Press again" : "Press"}
      </button>
    </div>
  );
}

function Text({ control, value, onChange }: Props<"text">) {
  const [text, setText] = useState(typeof value === "string" ? value : "");
  const field = useId();
  return (
    <form
      className={styles["text"]}
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text);
      }}
    >
      <label htmlFor={field}>
        <b>{controlLabel(control)}</b>
      </label>
      <input
        id={field}
        className={styles["field"]}
        value={text}
        maxLength={control.max_length}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button small">
        Send
      </button>
    </form>
  );
}

/** A colour picker fires on every colour it passes, so the value is reported when it closes. */
function Color({ control, value, onChange }: Props<"color">) {
  const known = typeof value === "string" ? value : "#000000";
  const [wanted, setWanted] = useState(known);
  useEffect(() => setWanted(known), [known]);
  return (
    <label className={styles["line"]}>
      <b>{controlLabel(control)}</b>
      <input
        type="color"
        className={styles["color"]}
        value={wanted}
        onChange={(event) => setWanted(event.target.value)}
        onBlur={() => wanted !== known && onChange(wanted)}
      />
    </label>
  );
}
