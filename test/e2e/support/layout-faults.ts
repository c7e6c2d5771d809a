// Layout faults that axe does not find: horizontal overflow, clipped text without an ellipsis, text squeezed into a few letters a line,
// what is used outside of its card, and on a phone small targets.
import type { Page } from "@playwright/test";

/** Of a finger; a target within a line of text may be smaller. */
const FINGER_PX = 44;
const PHONE_WIDTH_PX = 760;

export async function layoutFaults(page: Page): Promise<string[]> {
  const isPhone = (page.viewportSize()?.width ?? 0) <= PHONE_WIDTH_PX;
  return page.evaluate(
    ({ fingerPx }) => {
      const faults: string[] = [];
      const root = document.querySelector("dialog:modal") ?? document.body;
      const wide = document.documentElement.scrollWidth - innerWidth;
      if (wide > 0) faults.push(`the page is wider than its window by ${wide} px`);
      if (root.scrollWidth > root.clientWidth + 1 && root !== document.body)
        faults.push("the dialog is wider than its frame");
      const isShown = (element: Element) =>
        element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      const nameOf = (element: Element) => element.outerHTML.slice(0, 160);
      for (const element of root.querySelectorAll("*")) {
        if (!(element instanceof HTMLElement) || !isShown(element) || element.closest(".unseen, svg, canvas")) continue;
        const { overflowX, textOverflow, position } = getComputedStyle(element);
        const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1;
        if (
          isCut &&
          overflowX === "hidden" &&
          textOverflow !== "ellipsis" &&
          position !== "absolute" &&
          element.textContent !== ""
        )
          faults.push(`cut off: ${nameOf(element)}`);
        const words = [...element.childNodes].map((node) => (node instanceof Text ? node.data.trim() : "")).join(" ");
        const { fontSize, lineHeight } = getComputedStyle(element);
        const { width, height } = element.getBoundingClientRect();
        if (
          words.length > 20 &&
          width > 1 &&
          width < 4 * Number.parseFloat(fontSize) &&
          height > 4 * Number.parseFloat(lineHeight)
        )
          faults.push(`squeezed: ${nameOf(element)}`);
      }
      const targets = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=option]";
      /** What it leaves that holds it: what is scrolled, or ends in an ellipsis, stands for what is in it. */
      const leaves = (element: Element): string | null => {
        let { left, right, top, bottom } = element.getBoundingClientRect();
        for (let outer = element.parentElement; outer !== null; outer = outer.parentElement) {
          const { overflowX, overflowY, textOverflow } = getComputedStyle(outer);
          const box = outer.getBoundingClientRect();
          const holds = outer.matches(".panel, dialog, main, nav, fieldset, form");
          const isWider = left < box.left - 1 || right > box.right + 1;
          if (/auto|scroll/.test(overflowX) || textOverflow === "ellipsis") [left, right] = [box.left, box.right];
          else if (isWider && (holds || overflowX !== "visible")) return nameOf(outer);
          if (/auto|scroll/.test(overflowY)) [top, bottom] = [box.top, box.bottom];
          else if (holds && (top < box.top - 1 || bottom > box.bottom + 1)) return nameOf(outer);
          if (outer instanceof HTMLDialogElement) break;
        }
        return left < -1 || right > innerWidth + 1 ? "the window" : null;
      };
      for (const element of root.querySelectorAll(`${targets}, label:has(input), canvas[tabindex]`)) {
        const { position } = getComputedStyle(element);
        if (!isShown(element) || element.closest(".unseen") || position === "fixed") continue;
        const left = leaves(element);
        if (left !== null) faults.push(`${nameOf(element)} leaves ${left}`);
        const { scrollWidth, clientWidth } = element;
        if (element.matches("button, .button, summary") && clientWidth > 1 && scrollWidth > clientWidth + 1)
          faults.push(`its words leave ${nameOf(element)}`);
      }
      if (fingerPx === 0) return faults;
      for (const element of root.querySelectorAll(targets)) {
        if (!isShown(element) || element.closest(".unseen")) continue;
        if (getComputedStyle(element).display === "inline" && element.tagName === "A") continue;
        const target = element.closest("label") ?? element;
        element.scrollIntoView({ block: "center", inline: "center" });
        const box = target.getBoundingClientRect();
        if (box.width <= 1 || box.height <= 1) continue;
        const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
        /** So many pixels further it is still met. */
        const reach = (direction: number) => {
          let px = 0;
          while (px < fingerPx && target.contains(document.elementFromPoint(x, y + direction * (px + 1)))) px += 1;
          return px;
        };
        if (box.height >= fingerPx - 1 || reach(-1) + reach(1) >= fingerPx - 2) continue;
        faults.push(`only ${Math.round(box.width)} × ${Math.round(box.height)} px: ${nameOf(element)}`);
      }
      return faults;
    },
    { fingerPx: isPhone ? FINGER_PX : 0 },
  );
}
