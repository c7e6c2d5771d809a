// A field for a moment, to the second, as local time. What a person types stays as it is typed, though it changes what is shown.
import { useState } from "react";
import { localSecond } from "./local-minute.ts";

interface Props {
  readonly label: string;
  /** Of the label, which holds the field. */
  readonly className?: string | undefined;
  readonly ms: number | null;
  readonly isRequired?: boolean;
  /** Null where it is empty, or not typed to its end. */
  readonly onChange: (ms: number | null) => void;
}

export function MomentField({ label, className, ms, isRequired = false, onChange }: Props) {
  const [typed, setTyped] = useState<{
    readonly text: string;
    readonly ms: number | null;
    readonly before: number | null;
  } | null>(null);
  const isTyped = typed !== null && (typed.ms === ms || (typed.ms === null && typed.before === ms));
  function enter(text: string) {
    const entered = text === "" ? null : Date.parse(text);
    if (Number.isNaN(entered)) return;
    setTyped({ text, ms: entered, before: ms });
    onChange(entered);
  }
  return (
    <label className={className}>
      {label}
      <input
        type="datetime-local"
        step={1}
        required={isRequired}
        value={isTyped ? typed.text : localSecondOf(ms)}
        onChange={({ target }) => enter(target.value)}
      />
    </label>
  );
}

const localSecondOf = (ms: number | null): string => (ms === null ? "" : localSecond(ms));
