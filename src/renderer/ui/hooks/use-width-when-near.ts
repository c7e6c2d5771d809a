// Lazy mounting: a page of 500 charts loads only those near the viewport, each at the resolution of its width.
import { type RefObject, useEffect, useState } from "react";

/** The element's width in CSS pixels once it has come within 300 px of the viewport; undefined before. */
export function useWidthWhenNear(element: RefObject<Element | null>): number | undefined {
  const [width, setWidth] = useState<number>();
  useEffect(() => {
    if (element.current === null || width !== undefined) return;
    const onChange = (entries: readonly IntersectionObserverEntry[]) =>
      setWidth(entries.find((entry) => entry.isIntersecting)?.boundingClientRect.width);
    const observer = new IntersectionObserver(onChange, { rootMargin: "300px" });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, width]);
  return width;
}
