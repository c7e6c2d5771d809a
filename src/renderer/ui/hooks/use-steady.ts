// Nothing moves under a pointer or a focus: keeps what is drawn for as long as someone is about to press something in it.
import { type RefObject, useEffect, useRef, useState } from "react";

/** From the last movement in the region until it may change. */
const HOLD_MS = 2_000;

/**
 * `value`, or what it was before for as long as the pointer moves or keys are pressed in `region`. `key` tells two values apart.
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
