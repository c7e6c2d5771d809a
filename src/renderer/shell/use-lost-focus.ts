// Restores the focus when the focused element is removed, such as an approved request or a submitted form, or was disabled, as a
// button is while it works; the browser would reset it to the top of the window. The focus moves from a removed one to the enclosing
// part of the page, else to the page's heading: never to a button, which a second press of the same key would trigger.
import { type RefObject, useEffect } from "react";

const PARTS = ["section", "form", "aside"].join();

export function useLostFocus(main: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = main.current;
    if (root === null) return;
    /** The focused element and its ancestors, innermost first. */
    let path: readonly Element[] = [];
    let wasDisabled = false;
    const remember = ({ target }: FocusEvent) => {
      path = target instanceof Element ? pathTo(target, root) : [];
      wasDisabled = false;
    };
    const observer = new MutationObserver(() => {
      const [focused] = path;
      if (focused === undefined) return;
      const active = document.activeElement;
      const isFree = active === null || active === document.body;
      if (isGone(focused)) {
        const left = path.find((element) => !isGone(element));
        path = [];
        // What is hidden keeps the focus until the browser draws.
        if (isFree || isGone(active)) focusIn(left, root);
      } else if (focused.matches(":disabled")) wasDisabled = true;
      else if (wasDisabled) {
        wasDisabled = false;
        if (isFree && focused instanceof HTMLElement) focused.focus({ preventScroll: true });
      }
    });
    document.addEventListener("focusin", remember);
    observer.observe(root, { childList: true, subtree: true, attributeFilter: ["disabled"] });
    return () => {
      document.removeEventListener("focusin", remember);
      observer.disconnect();
    };
  }, [main]);
}

const isGone = (element: Element): boolean => !element.isConnected || element.closest("[hidden]") !== null;

/** Without `root`, and empty outside of it. */
function pathTo(target: Element, root: Element): Element[] {
  const path: Element[] = [];
  for (let element: Element | null = target; element !== root; element = element.parentElement) {
    if (element === null) return [];
    path.push(element);
  }
  return path;
}

function focusIn(left: Element | undefined, root: Element): void {
  const part = left?.closest<HTMLElement>(PARTS) ?? null;
  if (part !== null && root.contains(part)) {
    part.tabIndex = -1;
    part.focus({ preventScroll: true });
  } else root.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}
