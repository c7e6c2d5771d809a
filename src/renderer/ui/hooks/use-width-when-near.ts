// A page of 500 charts mounts only those that were scrolled near, each as fine as it is wide.
import { type RefObject, useEffect, useState } from "react";

/** The element's width from when it first comes near the visible part of the page; undefined before. */
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
