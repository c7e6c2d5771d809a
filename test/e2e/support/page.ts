// The sign-in link that the hub printed, which a test opens as a person does; and when a page has all that it asked for.
import { expect, type Locator, type Page, type Request } from "@playwright/test";
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

/** It does not move while something happens, and the pointer moves on it as before a press. */
export async function staysUnderPointer(target: Locator, happen: () => Promise<unknown>): Promise<void> {
  await target.hover({ position: { x: 5, y: 5 } });
  const before = await target.boundingBox();
  let isOver = false;
  const happening = happen().finally(() => {
    isOver = true;
  });
  for (let step = 0; !isOver || step < 5; step = isOver ? step + 1 : 0) {
    await target.hover({ position: { x: 5 + (step % 2), y: 5 } });
    expect(await target.boundingBox()).toEqual(before);
  }
  await happening;
}

/** To be called before the page is opened. Resolves once its live connection has brought `text`. */
export function untilFrame(page: Page, text: string): Promise<void> {
  return new Promise((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).includes(text)) resolve();
      }),
    );
  });
}
