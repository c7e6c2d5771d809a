// A person without a mouse: a device joins, a command is sent, readings are exported and series compared by keys alone, all reached by
// Tab. Mending by keys is a test of mend.spec.ts.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

/** A page has fewer. */
const MAX_STOPS = 80;

async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let stops = 0; stops < MAX_STOPS; stops++) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`${target} is not reached by Tab`);
}

test("joining, a command, an export and a comparison need no mouse", async ({ page }) => {
  await using hub = await startTestHub("--joining", "ask");
  await page.goto(linkOf(hub));
  await tabTo(page, page.getByRole("button", { name: "Simulate five Pis" }));
  await page.keyboard.press("Enter");
  await hub.post({ device_id: "stranger", temperature: 21.5 });

  await tabTo(page, page.getByRole("button", { name: "Approve stranger" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "stranger" })).toBeVisible();

  const heating = page.getByRole("switch", { name: "Heating" });
  await tabTo(page, heating);
  await page.keyboard.press("Space");
  await expect(heating).toBeChecked();

  await tabTo(page, page.getByRole("link", { name: "Greenhouse" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Greenhouse" })).toBeFocused();
  const open = page.getByRole("button", { name: "Export" });
  await tabTo(page, open);
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Export as CSV" }));
  const downloading = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  await downloading;
  await page.keyboard.press("Escape");
  await expect(open).toBeFocused();

  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox", { name: "Find anything" })).toBeFocused();
  await page.keyboard.type("compare");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Compare" })).toBeFocused();
  await tabTo(page, page.getByLabel("Series", { exact: true }));
  for (const keys of [["ArrowDown"], ["ArrowDown", "ArrowDown"]])
    for (const key of [...keys, "Enter"]) await page.keyboard.press(key);
  await expect(page.getByRole("region", { name: "2 series over time" }).getByRole("listitem")).toHaveCount(2);
});
