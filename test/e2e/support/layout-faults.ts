// Layout faults that axe does not find: horizontal overflow, clipped text without an ellipsis, and on a phone small targets.
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
      }
      if (fingerPx === 0) return faults;
      const targets = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=option]";
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
