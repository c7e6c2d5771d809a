// Draws only what can be seen: whether an element is near the viewport, kept outside React, since scrolling must not render.
import { type RefObject, useEffect, useEffectEvent, useRef } from "react";

const NEAR = "200px";

/** True while `element` is near the viewport. `onEnter` is called whenever it comes near. */
export function useInView(element: RefObject<Element | null>, onEnter: () => void): RefObject<boolean> {
  const isInView = useRef(false);
  const enter = useEffectEvent(onEnter);
  useEffect(() => {
    if (element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        isInView.current = entries.at(-1)?.isIntersecting ?? false;
        if (isInView.current) enter();
      },
      { rootMargin: NEAR },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return isInView;
}
