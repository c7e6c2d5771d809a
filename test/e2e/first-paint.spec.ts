// What a browser loads before it draws the overview: little, and compressed.
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

/** Of scripts, by gzip; browsers that know Brotli get less. */
const MAX_SCRIPT_BYTES = 120_000;

test("the overview is drawn by at most 120 kB of script, without the chart library", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  const encodings: string[] = [];
  const bodies = new Map<string, Promise<Buffer>>();
  page.on("response", (response) => {
    if (response.request().resourceType() !== "script") return;
    encodings.push(response.headers()["content-encoding"] ?? "none");
    bodies.set(response.url(), response.body());
  });
  await page.addInitScript(() => {
    // What loads when the browser is idle is not needed for the first paint, and on a slow machine it would come before that.
    const whenIdle = window.requestIdleCallback.bind(window);
    const waiting: IdleRequestCallback[] = [];
    window.requestIdleCallback = (callback) => waiting.push(callback);
    const observer = new MutationObserver(() => {
      if (document.querySelector("[data-device=pi]") === null) return;
      performance.mark("drawn");
      observer.disconnect();
      window.requestIdleCallback = whenIdle;
      for (const callback of waiting) whenIdle(callback);
    });
    observer.observe(document, { subtree: true, childList: true });
  });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  const urls = await page.evaluate(() => {
    const drawnMs = performance.getEntriesByName("drawn")[0]?.startTime ?? Number.POSITIVE_INFINITY;
    const resources = performance.getEntriesByType("resource");
    return resources.flatMap(({ name, startTime }) => (name.endsWith(".js") && startTime < drawnMs ? [name] : []));
  });
  const scripts = await Promise.all(
    urls.map((url) => bodies.get(url) ?? Promise.reject(new Error(`${url} came unseen`))),
  );
  const bytes = scripts.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
  expect(encodings).toContain("br");

  await page.getByRole("link", { name: "pi", exact: true }).click();
  await expect(page.getByRole("img").first()).toBeVisible();
});
