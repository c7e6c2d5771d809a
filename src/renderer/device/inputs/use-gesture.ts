// One gesture, one command: a pointer gesture ends on release, a keyboard gesture after a pause, both when the focus leaves.
import { useEffect, useRef } from "react";

/** Longer than people take between two presses of an arrow key. */
const KEY_PAUSE_MS = 700;

export interface Gesture {
  /** The gesture has ended. */
  end(): void;
  /** Ends the gesture after a pause without another key. */
  endAfterPause(): void;
}

/** `onEnd` is called once for each gesture, in its latest version. */
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
  const endAfterPause = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(end, KEY_PAUSE_MS);
  };
  return { end, endAfterPause };
}
