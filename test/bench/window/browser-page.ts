// A browser of its own with a page that is signed in to a hub.
import { type BrowserContextOptions, chromium, type Page } from "@playwright/test";
import { linkOf } from "../../e2e/support/page.ts";
import { chromiumLaunchOptions } from "../../support/browser/chromium.ts";
import type { TestHub } from "../../support/hub.ts";

const DESK = { width: 1_280, height: 800 };
const WHEEL_PX = 240;
const BETWEEN_WHEELS_MS = 80;

export interface BrowserPage extends AsyncDisposable {
  readonly page: Page;
  /** Where the hub serves it. */
  readonly address: string;
}

export async function openPage(hub: TestHub, options: BrowserContextOptions = {}): Promise<BrowserPage> {
  const browser = await chromium.launch(chromiumLaunchOptions());
  const page = await browser.newPage({ viewport: DESK, ...options });
  await page.goto(linkOf(hub));
  await page.getByRole("heading", { level: 1, name: "Overview" }).waitFor();
  return { page, address: hub.file.http, [Symbol.asyncDispose]: () => browser.close() };
}

/** By the wheel, to the end of the page and back. */
export async function scrollThrough(page: Page): Promise<void> {
  const box = page.viewportSize() ?? DESK;
  await page.mouse.move(box.width / 2, box.height / 2);
  const pixels = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
  for (const direction of [1, -1])
    for (let done = 0; done < pixels; done += WHEEL_PX) {
      await page.mouse.wheel(0, direction * WHEEL_PX);
      await page.waitForTimeout(BETWEEN_WHEELS_MS);
    }
}
