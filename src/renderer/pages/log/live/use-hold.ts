// Whether a person is about to press something in a list, so that its rows must not move.
import { type RefObject, useEffect, useState } from "react";

/** From the last movement of the pointer. */
const HOLD_MS = 2_000;

/** True while the pointer moves in `region`, or the keyboard's focus is in it. */
export function useHold(region: RefObject<HTMLElement | null>): boolean {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    const { current: element } = region;
    if (element === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const release = () => {
      clearTimeout(timer);
      setHeld(element.querySelector(":focus-visible") !== null);
    };
    const hold = () => {
      clearTimeout(timer);
      timer = setTimeout(release, HOLD_MS);
      setHeld(true);
    };
    // The new focus is known only after the event.
    const onFocus = () => {
      clearTimeout(timer);
      timer = setTimeout(release, 0);
    };
    element.addEventListener("pointermove", hold);
    element.addEventListener("pointerleave", release);
    element.addEventListener("focusin", onFocus);
    element.addEventListener("focusout", onFocus);
    return () => {
      clearTimeout(timer);
      element.removeEventListener("pointermove", hold);
      element.removeEventListener("pointerleave", release);
      element.removeEventListener("focusin", onFocus);
      element.removeEventListener("focusout", onFocus);
    };
  }, [region]);
  return isHeld;
}
