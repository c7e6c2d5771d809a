// On a page of 500 charts, only those near the viewport are loaded and drawn.
import { type RefObject, useEffect, useState } from "react";

/** Charts this far out of the viewport are drawn already. */
const MARGIN = "200px";
/** Debounces resizing, which would query every width. */
const WIDTH_STEP_PX = 100;

export interface Nearness {
  /** In CSS pixels, rounded up to steps of 100, once it has been near; undefined before. */
  readonly width: number | undefined;
  readonly isNear: boolean;
}

export function useNear(element: RefObject<Element | null>): Nearness {
  const [nearness, setNearness] = useState<Nearness>({ width: undefined, isNear: false });
  useEffect(() => {
    if (element.current === null) return;
    const onChange = (entries: readonly IntersectionObserverEntry[]) => {
      const entry = entries.at(-1);
      if (entry === undefined) return;
      const { isIntersecting: isNear, boundingClientRect } = entry;
      const width = Math.max(1, Math.ceil(boundingClientRect.width / WIDTH_STEP_PX)) * WIDTH_STEP_PX;
      setNearness((before) => {
        const next = { width: isNear ? width : before.width, isNear };
        return next.width === before.width && next.isNear === before.isNear ? before : next;
      });
    };
    const observer = new IntersectionObserver(onChange, { rootMargin: MARGIN });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return nearness;
}
