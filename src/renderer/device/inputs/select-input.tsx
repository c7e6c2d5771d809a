// One of several options. Arrow keys on a closed list pass options on their way, so a choice by keys is reported after a pause.
import { useRef } from "react";
import { useDraft } from "../../ui/hooks/use-draft.ts";
import { ControlName } from "./control-name.tsx";
import type { InputProps } from "./input-props.ts";
import styles from "./inputs.module.css";
import { useGesture } from "./use-gesture.ts";

export function SelectInput({ control, value, isPending, onChange }: InputProps<"select">) {
  const known = typeof value === "string" ? value : "";
  const draft = useDraft(known);
  const isByKeys = useRef(false);
  const gesture = useGesture(() => {
    if (!draft.isEdited) return;
    draft.discard();
    if (draft.value !== "" && draft.value !== known) void onChange(draft.value);
  });
  return (
    <label className={styles["line"]}>
      <ControlName control={control} isPending={isPending} />
      <select
        className={styles["field"]}
        value={draft.value}
        onPointerDown={() => {
          isByKeys.current = false;
        }}
        onKeyDown={({ key }) => {
          if (key === "Enter") gesture.end();
          else if (key === "Escape") draft.discard();
          else isByKeys.current = true;
        }}
        onChange={(event) => {
          const chosen = event.target.value;
          if (isByKeys.current) {
            draft.enter(chosen);
            gesture.endAfterPause();
          } else if (chosen !== "") {
            draft.discard();
            if (chosen !== known) void onChange(chosen);
          }
        }}
        onBlur={() => {
          isByKeys.current = false;
          gesture.end();
        }}
      >
        {known === "" && <option value="">–</option>}
        {control.options.map((option) => (
          <option key={option}>{option}</option>
        ))}
      </select>
    </label>
  );
}
