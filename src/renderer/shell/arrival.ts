// Focus and scrolling on navigation: the focus moves to the page's heading, which a screen reader then reads, and the page starts at
// its top; going back restores the position. Browsers do neither for client-side routing.
import { createContext, type RefObject, use, useEffect, useRef } from "react";

/** True from the moment that a page was opened until its heading has taken the focus. */
export const ArrivalContext = createContext<RefObject<boolean>>({ current: false });

/** For a page's heading, which may be drawn later than its page was opened. */
export function useArrivalFocus(heading: RefObject<HTMLElement | null>): void {
  const isDue = use(ArrivalContext);
  useEffect(() => {
    if (isDue.current) takeFocus(heading.current, isDue);
  }, [heading, isDue]);
}

/** For the shell: focuses the heading of a newly opened page, and sets the scroll position. */
export function useArrivals(page: string, main: RefObject<HTMLElement | null>): RefObject<boolean> {
  const isDue = useRef(false);
  const shown = useRef(page);
  const positions = useRef(new Map<string, number>());

  useEffect(() => {
    history.scrollRestoration = "manual";
    const remember = () => positions.current.set(entryId(), window.scrollY);
    window.addEventListener("scroll", remember, { passive: true });
    return () => window.removeEventListener("scroll", remember);
  }, []);

  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    isDue.current = true;
    const heading = main.current?.querySelector("h1") ?? null;
    if (heading !== null) takeFocus(heading, isDue);
    const position = positions.current.get(entryId()) ?? 0;
    // Cards of a cached list are rendered by now, with their heights.
    requestAnimationFrame(() => window.scrollTo(0, position));
  }, [page, main]);
  return isDue;
}

function takeFocus(heading: HTMLElement | null, isDue: RefObject<boolean>): void {
  if (heading === null) return;
  isDue.current = false;
  heading.focus({ preventScroll: true });
}

/** The key of the current history entry; a new entry gets one. */
function entryId(): string {
  const state: unknown = history.state;
  if (typeof state === "object" && state !== null && "entry" in state && typeof state.entry === "string")
    return state.entry;
  const entry = String(performance.now());
  history.replaceState({ entry }, "");
  return entry;
}
