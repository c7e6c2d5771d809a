// Delays changes of a region while a person may be about to press something in it, so that nothing moves under pointer or focus.
import { type RefObject, useEffect, useRef, useState } from "react";

/** Delay of changes after the last movement in the region. */
const HOLD_MS = 2_000;

/**
 * `value`, or the previous one while the pointer moves or keys are pressed in `region`. `key` identifies a value.
 */
export function useSteady<Value>(value: Value, key: string, region: RefObject<Element | null>): Value {
  const [shown, setShown] = useState({ value, key });
  const busyUntilMs = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    const element = region.current;
    const onUse = () => {
      busyUntilMs.current = performance.now() + HOLD_MS;
    };
    const onLeave = () => {
      busyUntilMs.current = performance.now();
    };
    for (const type of USES) element?.addEventListener(type, onUse);
    element?.addEventListener("pointerleave", onLeave);
    return () => {
      for (const type of USES) element?.removeEventListener(type, onUse);
      element?.removeEventListener("pointerleave", onLeave);
    };
  }, [region]);

  useEffect(() => {
    if (key === shown.key) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = () => {
      const leftMs = busyUntilMs.current - performance.now();
      if (leftMs > 0) timer = setTimeout(show, Math.min(leftMs, 250));
      else setShown({ value, key });
    };
    show();
    return () => clearTimeout(timer);
  }, [value, key, shown.key]);

  return key === shown.key ? value : shown.value;
}

const USES = ["pointermove", "pointerdown", "keydown", "focusin"] as const;
