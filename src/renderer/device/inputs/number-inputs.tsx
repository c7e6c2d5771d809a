// Numbers: a slider where both limits are known, else a field with a button that sets it. A slider reports when it is
// released, and after a pause where arrow keys move it.
import type { SubmitEvent } from "react";
import { controlLabel, valueText } from "../../i18n/controls.ts";
import { text } from "../../i18n/text.ts";
import { useDraft } from "../../ui/hooks/use-draft.ts";
import { ControlName } from "./control-name.tsx";
import type { InputProps } from "./input-props.ts";
import styles from "./inputs.module.css";
import { useGesture } from "./use-gesture.ts";

interface SliderProps extends InputProps<"number"> {
  readonly min: number;
  readonly max: number;
}

export function SliderInput({ control, value, isPending, onChange, min, max }: SliderProps) {
  const known = typeof value === "number" ? value : undefined;
  const draft = useDraft(known);
  const gesture = useGesture(() => {
    if (!draft.isEdited) return;
    draft.discard();
    if (draft.value !== undefined && draft.value !== known) void onChange(draft.value);
  });
  return (
    <label className={styles["slider"]}>
      <ControlName control={control} isPending={isPending} />
      <span>{draft.value === undefined ? "–" : valueText(control, draft.value)}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={control.step ?? "any"}
        value={draft.value ?? min}
        onChange={(event) => draft.enter(event.target.valueAsNumber)}
        onPointerUp={gesture.end}
        onPointerCancel={gesture.end}
        onKeyUp={gesture.endAfterPause}
        onBlur={gesture.end}
      />
    </label>
  );
}

export function NumberInput({ control, value, isPending, onChange }: InputProps<"number">) {
  const draft = useDraft(typeof value === "number" ? String(value) : "");
  const { min, max, step = "any", unit } = control;
  async function submit(event: SubmitEvent) {
    event.preventDefault();
    if (await onChange(Number(draft.value))) draft.saved();
  }
  return (
    <form className={styles["entry"]} onSubmit={(event) => void submit(event)}>
      <label>
        <ControlName control={control} isPending={isPending} />
        <input
          type="number"
          className={styles["field"]}
          required={true}
          min={min}
          max={max}
          step={step}
          placeholder="–"
          value={draft.value}
          onChange={(event) => draft.enter(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && draft.discard()}
        />
      </label>
      {unit !== undefined && <span>{unit}</span>}
      <button type="submit" className="button small" aria-label={text.controls.setControl(controlLabel(control))}>
        {text.controls.set}
      </button>
    </form>
  );
}
