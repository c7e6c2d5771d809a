// The layout shift of a page while it loads and readings arrive: Chromium's layout-shift entries, summed as Cumulative Layout Shift
// (https://web.dev/articles/cls), without shifts caused by input.
import type { Page } from "@playwright/test";

/** Of the sum of all entries: a little below the eye's notice; 0.1 passes for good on the web. */
const MAX_LAYOUT_SHIFT = 0.02;

const WATCH = `
  globalThis.layoutShifts = [];
  globalThis.layoutShiftObserver = new PerformanceObserver((list) => layoutShifts.push(...list.getEntries()));
  layoutShiftObserver.observe({ type: "layout-shift", buffered: true });`;

const moved = (flowing: string) => `(() => {
  layoutShifts.push(...layoutShiftObserver.takeRecords());
  const flows = ({ node }) => ${flowing === "" ? "false" : `(node?.parentElement?.closest(${JSON.stringify(flowing)}) ?? null) !== null`};
  const counted = layoutShifts.filter(({ hadRecentInput, sources }) => !hadRecentInput && !(sources.length > 0 && sources.every(flows)));
  const place = ({ x, y, width, height }) => [x, y, width, height].map(Math.round).join(" ");
  const nameOf = (node) => (node === null ? "what is gone" : (node.outerHTML ?? node.textContent).slice(0, 120));
  const moves = counted.map(({ value, sources }) =>
    [value.toFixed(4), ...sources.map((one) => nameOf(one.node) + " from " + place(one.previousRect) + " to " + place(one.currentRect))]);
  return { sum: counted.reduce((sum, { value }) => sum + value, 0), moves: moves.map((lines) => lines.join("\\n  ")) };
})()`;

/** Call it before the page is opened; each document is counted by itself. */
export async function watchLayoutShifts(page: Page): Promise<void> {
  await page.addInitScript({ content: WATCH });
}

/** What moved since the document was opened, where it is too much; what is within `flowing`, a selector, is meant to move. */
export async function layoutShiftFaults(page: Page, flowing = ""): Promise<string[]> {
  const { sum, moves } = await page.evaluate<{ readonly sum: number; readonly moves: readonly string[] }>(
    moved(flowing),
  );
  return sum < MAX_LAYOUT_SHIFT ? [] : [`moves by itself by ${sum.toFixed(4)}:\n${moves.join("\n")}`];
}
