// What a browser loads before it draws the overview: little, and compressed.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

/** Of scripts, compressed. */
const MAX_SCRIPT_BYTES = 120_000;

test("the overview is drawn by at most 120 kB of script, without the chart library", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  const scripts: string[] = [];
  page.on("response", async (response) => {
    if (response.request().resourceType() === "script") scripts.push(response.headers()["content-encoding"] ?? "none");
  });
  await page.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector("[data-device=pi]") === null) return;
      performance.mark("drawn");
      observer.disconnect();
    });
    observer.observe(document, { subtree: true, childList: true });
  });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  // What else there is comes when nothing else is to be done.
  const bytes = await page.evaluate(() => {
    const drawnMs = performance.getEntriesByName("drawn")[0]?.startTime ?? Number.POSITIVE_INFINITY;
    return performance
      .getEntriesByType("resource")
      .filter(({ name, startTime }) => name.endsWith(".js") && startTime < drawnMs)
      .map((entry) => (entry instanceof PerformanceResourceTiming ? entry.encodedBodySize : 0));
  });
  const sum = bytes.reduce((total, one) => total + one, 0);
  expect(sum).toBeGreaterThan(50_000);
  expect(sum).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
  expect(scripts).toContain("br");

  await page.getByRole("link", { name: "pi", exact: true }).click();
  await expect(page.getByRole("img").first()).toBeVisible();
});
