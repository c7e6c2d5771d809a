// The sign-in link that the hub printed, which a test opens as a person does; and when a page has all that it asked for.
import { expect, type Page, type Request } from "@playwright/test";
import type { TestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

export function linkOf(hub: TestHub): string {
  const link = /http:\/\/127\.0\.0\.1:\d+\/#link=\S+/.exec(hub.output)?.[0];
  if (link === undefined) throw new Error(`the hub printed no link: ${hub.output}`);
  return link;
}

/** What a page does when it is idle may lead to more of that. */
const IDLE_TURNS = 3;

/** Resolves when the page has drawn what can be drawn without another answer. */
export async function untilDrawn(page: Page): Promise<void> {
  await page.evaluate(async (turns) => {
    for (let turn = 0; turn < turns; turn++) await new Promise((idle) => requestIdleCallback(idle));
  }, IDLE_TURNS);
}

/** Resolves when the charts are as wide as their cards: they follow a moment after the window's width has changed. */
export async function untilChartsFollow(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    [...document.querySelectorAll("canvas")].every(
      ({ clientWidth, parentElement }) => Math.abs(clientWidth - (parentElement?.clientWidth ?? 0)) <= 1,
    ),
  );
}

/** Call it before the page is opened. What it returns resolves when the page has all that it asked for, and shows it. */
export function watchRequests(page: Page): () => Promise<void> {
  const open = new Set<Request>();
  page.on("request", (request) => open.add(request));
  page.on("requestfinished", (request) => open.delete(request));
  page.on("requestfailed", (request) => open.delete(request));
  // What is still loading is drawn as a skeleton, or is said to be busy.
  const loading = page.locator('.skeleton, [aria-busy="true"]');
  return async () => {
    do {
      await expect(loading).toHaveCount(0);
      await until("every request has ended", async () => open.size === 0 || undefined);
      await untilDrawn(page);
    } while (open.size > 0 || (await loading.count()) > 0);
  };
}
