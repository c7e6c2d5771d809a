// What a person has entered and not saved yet. While nothing is entered, it follows what is known; what is entered stays whatever others
// do meanwhile.
import { useState } from "react";

export interface Draft<Value> {
  readonly value: Value;
  readonly isEdited: boolean;
  /** What is known was changed by somebody else since this was entered. */
  readonly isOvertaken: boolean;
  enter(value: Value): void;
  /** Takes what is known. */
  discard(): void;
  /** Its value is what is known now, or will be in a moment; what was entered since stays. */
  saved(): void;
}

export interface Entry<Value> {
  readonly value: Value;
  readonly before: Value;
}
type ChangeEntry<Value> = (change: (current: Entry<Value> | null) => Entry<Value> | null) => void;

export function useDraft<Value extends string | number | boolean | undefined>(known: Value): Draft<Value> {
  const [entry, setEntry] = useState<Entry<Value> | null>(null);
  return draftOf(known, entry, setEntry);
}

export function draftOf<Value>(known: Value, entry: Entry<Value> | null, setEntry: ChangeEntry<Value>): Draft<Value> {
  return {
    value: entry === null ? known : entry.value,
    isEdited: entry !== null,
    isOvertaken: entry !== null && known !== entry.before && known !== entry.value,
    enter: (value) => setEntry((current) => ({ value, before: current === null ? known : current.before })),
    discard: () => setEntry(() => null),
    saved: () => {
      if (entry === null) return;
      setEntry((current) =>
        current === null || current.value === entry.value ? null : { ...current, before: entry.value },
      );
    },
  };
}
