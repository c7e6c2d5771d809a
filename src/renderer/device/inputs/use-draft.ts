// What a person has entered for a control and not sent yet. While nothing is entered, it follows the device.
import { useState } from "react";

export interface Draft<Value> {
  readonly value: Value;
  readonly isEdited: boolean;
  enter(value: Value): void;
  /** Resets to the device's value. */
  discard(): void;
}

export function useDraft<Value>(known: Value): Draft<Value> {
  const [entered, setEntered] = useState<{ readonly value: Value } | null>(null);
  return {
    value: entered === null ? known : entered.value,
    isEdited: entered !== null,
    enter: (value) => setEntered({ value }),
    discard: () => setEntered(null),
  };
}
