// Answers of the hub that come late or fail: the page says so, and keeps what is in hand.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

/** Of a refusal that is not tried again. */
const BROKEN = { status: 400, json: { error: "broken", message: "It is broken." } };

test("a failure stays, and keeps the focus, while the page asks again by itself", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByText("Waiting for the first reading…").waitFor();
  let asked = 0;
  await page.route("**/api/v1/clients", (route) => {
    asked++;
    return route.fulfill(BROKEN);
  });
  await page.goto(`${hub.file.http}#/access/clients`);
  const again = page.getByRole("button", { name: "Try again" });
  await again.focus();
  const before = asked;
  // The list of clients is polled.
  await expect.poll(() => asked, { timeout: 15_000 }).toBeGreaterThan(before + 1);
  await expect(again).toBeFocused();
  await page.unrouteAll({ behavior: "wait" });
  await again.press("Enter");
  await expect(page.getByText("No client is connected")).toBeVisible();
  await expect(again).toBeHidden();
});

test("what fails without a place of its own is told at the page's end, and tried again", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).waitFor();
  await page.route(/\/api\/v1\/(annotations|hub\/pauses)$/, (route) => route.fulfill(BROKEN));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  const notice = page.getByRole("region", { name: "Some of what this page shows could not be loaded" });
  await expect(notice).toContainText("It is broken.");
  await page.unrouteAll({ behavior: "wait" });
  await notice.getByRole("button", { name: "Try again" }).click();
  await expect(notice).toBeHidden();
});
