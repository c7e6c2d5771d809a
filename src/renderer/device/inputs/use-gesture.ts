// One gesture, one command: a pointer's gesture ends when it is released, one of keys after a pause, both when the focus leaves.
import { useEffect, useRef } from "react";

/** Longer than people take between two presses of an arrow key. */
const KEY_PAUSE_MS = 700;

export interface Gesture {
  /** The gesture has ended. */
  end(): void;
  /** It ends unless another key is pressed soon. */
  endSoon(): void;
}

/** `onEnd` is called once for each gesture, as it was rendered last. */
export function useGesture(onEnd: () => void): Gesture {
  const last = useRef(onEnd);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    last.current = onEnd;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const end = () => {
    clearTimeout(timer.current);
    last.current();
  };
  const endSoon = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(end, KEY_PAUSE_MS);
  };
  return { end, endSoon };
}
