// The scale of the wall view: as large as fits all devices, since a wall is not scrolled. Style sheets use rem, so the root's font
// size is changed. If everything would be too small, the controls are hidden first.
import { type RefObject, useLayoutEffect } from "react";

/** Of one size to the next smaller one. */
const STEP = 0.94;
/** With its controls a card is not made smaller than it is in a window. */
const MIN_PX_WITH_CONTROLS = 16;
/** Below this nothing is read from afar. */
const MIN_PX = 11;
/** Where there are more devices than fit, they are scrolled to. */
const WHERE_NONE_FITS: Size = { px: MIN_PX_WITH_CONTROLS, isReadOnly: true };
/** Hysteresis: steps of free space before it grows, so that a line that appears and disappears does not change the scale. */
const STEPS_OF_GROWTH = 3;

interface Size {
  readonly px: number;
  readonly isReadOnly: boolean;
}

/** Fits the page again when the size of `content` or of the window changes. The root must have `data-wall` by then. */
export function useWallSize(content: RefObject<HTMLElement | null>): void {
  useLayoutEffect(() => {
    const root = document.documentElement;
    let sizes: readonly Size[] = [];
    let at = 0;
    const show = (index: number): boolean => {
      const { px, isReadOnly } = sizes[index] ?? WHERE_NONE_FITS;
      root.dataset["wall"] = isReadOnly ? "read-only" : "";
      root.style.fontSize = `${px}px`;
      return root.scrollHeight <= window.innerHeight;
    };
    const firstFrom = (from: number): number => {
      for (let index = from; index < sizes.length; index++) if (show(index)) return index;
      return sizes.length;
    };
    const refit = () => {
      const isRoomy = at >= STEPS_OF_GROWTH && show(at - STEPS_OF_GROWTH);
      at = isRoomy ? firstFrom(0) : firstFrom(at);
      show(at);
    };
    const refitAll = () => {
      root.style.fontSize = "";
      sizes = sizesFrom(Number.parseFloat(getComputedStyle(root).fontSize));
      at = firstFrom(0);
      show(at);
    };
    refitAll();
    // Added or removed elements are fitted before the paint; resized ones in the next frame.
    const lines = new MutationObserver(refit);
    let frame = 0;
    const growth = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(refit);
    });
    if (content.current !== null) {
      lines.observe(content.current, { childList: true, subtree: true });
      growth.observe(content.current);
    }
    window.addEventListener("resize", refitAll);
    return () => {
      cancelAnimationFrame(frame);
      lines.disconnect();
      growth.disconnect();
      window.removeEventListener("resize", refitAll);
      root.style.fontSize = "";
    };
  }, [content]);
}

/** From the largest on. */
function sizesFrom(largestPx: number): Size[] {
  const steps = (fromPx: number, toPx: number, isReadOnly: boolean): Size[] => {
    const count = Math.max(0, Math.floor(Math.log(toPx / fromPx) / Math.log(STEP)));
    return Array.from({ length: count + 1 }, (_, step) => ({ px: fromPx * STEP ** step, isReadOnly }));
  };
  return [...steps(largestPx, MIN_PX_WITH_CONTROLS, false), ...steps(largestPx, MIN_PX, true)];
}
