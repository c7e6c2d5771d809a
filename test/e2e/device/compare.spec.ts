// Series of several devices over one another, in the address and as a named view in the side bar.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

test("series of two devices are compared, named, opened from the side bar, shared and forgotten", async ({
  browser,
  page,
}) => {
  await using hub = await startTestHub();
  const now = Date.now();
  for (const [device_id, value] of [
    ["north", 20],
    ["south", 30],
  ] as const) {
    const rows = Array.from({ length: 30 }, (_, index) => ({
      device_id,
      ts: now - index * 60_000,
      t: value + index / 10,
    }));
    await hub.post(rows);
  }
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Compare" }).click();
  await expect(page.getByText("Choose series of any devices")).toBeVisible();
  const add = page.getByLabel("Series", { exact: true });
  await add.selectOption("north/t");
  await add.selectOption("south/t");
  const legend = page.getByRole("region", { name: "2 series over time" }).getByRole("listitem");
  await expect(legend.nth(0)).toContainText(/north · T.*max 22\.9/);
  await expect(legend.nth(1)).toContainText(/south · T.*max 32\.9/);
  await expect(page).toHaveURL(/series=north%2Ft&series=south%2Ft/);

  await page.getByText("1 h", { exact: true }).click();
  await page.getByLabel("Name").fill("Greenhouse");
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Greenhouse" })).toBeVisible();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("link", { name: "Greenhouse" }).click();
  await expect(page.getByRole("radio", { name: "1 h" })).toBeChecked();
  await expect(legend).toHaveCount(2);
  await page.getByRole("img", { name: "2 series over time" }).hover();
  await expect(legend.nth(0)).toContainText(/\d+:\d\d:\d\d [AP]M · (?:2\d\.\d|no readings)|no readings from/);

  // Changed, it stays the same view, for as much time as there is.
  await page.getByText("All", { exact: true }).click();
  await page.getByRole("button", { name: "Remove south · T" }).click();
  await page.getByRole("button", { name: "Save view" }).click();
  await expect(page.locator("[data-announcer=visible]")).toHaveText("The view Greenhouse is saved.");
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("link", { name: "Greenhouse" }).click();
  await expect(page.getByRole("radio", { name: "All" })).toBeChecked();
  const only = page.getByRole("region", { name: "1 series over time" }).getByRole("listitem");
  await expect(only).toContainText(/north · T.*max 22\.9/);
  await add.selectOption("south/t");
  const changed = page.waitForResponse((response) => response.request().method() === "PUT");
  await page.getByRole("button", { name: "Save view" }).click();
  expect((await changed).status()).toBe(200);

  await page.getByRole("button", { name: "Share" }).click();
  const dialog = page.getByRole("dialog", { name: "Share Greenhouse" });
  await dialog.getByRole("button", { name: "Make a link" }).click();
  const link = (await dialog.locator("code").textContent()) ?? "";
  const guest = await (await browser.newContext()).newPage();
  await guest.goto(`${hub.file.http}/${new URL(link).hash}`);
  await expect(guest.getByRole("heading", { level: 1, name: "Greenhouse" })).toBeVisible();
  await expect(guest.getByRole("region", { name: "2 series over time" }).getByRole("listitem")).toHaveCount(2);
  await expect(guest.getByRole("link", { name: "Overview" })).toBeHidden();
  await expect(guest.getByRole("button", { name: "Forget view" })).toBeHidden();
  await dialog.getByRole("button", { name: "Close" }).click();

  await page.getByRole("button", { name: "Forget view" }).click();
  await expect(page.getByRole("link", { name: "Greenhouse" })).toBeHidden();
  // Its session has ended with the view, which a guest is told rather than asked for a password.
  await guest.reload();
  await expect(guest.getByRole("heading", { name: "This link shows nothing any more" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Greenhouse" })).toBeVisible();
});

test("all of the time reaches back to the first reading of a series that is added", async ({ page }) => {
  await using hub = await startTestHub();
  const now = Date.now();
  await hub.post([
    { device_id: "north", ts: now - 3_600_000, t: 20 },
    { device_id: "north", ts: now, t: 21 },
    { device_id: "south", ts: now - 400 * 24 * 3_600_000, t: 7 },
    { device_id: "south", ts: now, t: 30 },
  ]);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Compare" }).click();
  const add = page.getByLabel("Series", { exact: true });
  await add.selectOption("north/t");
  const legend = page.getByRole("region", { name: /series over time/ }).getByRole("listitem");
  await expect(legend.nth(0)).toContainText("min 20");
  const drawn = page.waitForResponse(/points=/);
  await page.getByText("All", { exact: true }).click();
  await drawn;
  await add.selectOption("south/t");
  await expect(legend.nth(1)).toContainText("min 7");
});

test("a link that is opened in place changes what is compared, and what was removed is not in the address", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await hub.post([
    { device_id: "north", t: 20 },
    { device_id: "south", t: 30 },
  ]);
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "north", exact: true })).toBeVisible();
  await page.goto(`${hub.file.http}/#/compare?series=north%2Ft`);
  const row = page.getByRole("region", { name: "1 series over time" }).getByRole("listitem");
  await expect(row).toContainText("north · T");
  await page.goto(`${hub.file.http}/#/compare?series=south%2Ft`);
  await expect(row).toContainText("south · T");
  await page.goBack();
  await expect(row).toContainText("north · T");
  await page.getByRole("button", { name: "Remove north · T" }).click();
  await expect(page.getByText("Choose series of any devices")).toBeVisible();
  await expect(page).not.toHaveURL(/series=/);
});

test("what cannot be loaded is said, and can be tried again", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  const open = async (link: string) => {
    await page.goto("about:blank");
    await page.goto(`${hub.file.http}/${link}`);
  };
  await page.route("**/api/v1/views", (route) => route.abort());
  await open("#/compare/gone");
  await expect(page.getByText("The named comparisons could not be loaded.")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "There is no such view." })).toBeVisible();

  await page.route("**/api/v1/devices", (route) => route.abort());
  await open("#/compare?series=pi%2Ftemperature");
  await expect(page.getByText("The devices could not be loaded.")).toBeVisible();
  await expect(page.getByText("Choose series of any devices")).toBeHidden();
  await open("#/devices/pi");
  await expect(page.getByText("The device could not be loaded.")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("region", { name: "Temperature" })).toBeVisible();
});

test("a series says its unit, is not read out at each reading, and a seventh one is told from the first", async ({
  page,
}) => {
  await using hub = await startTestHub();
  const ids = Array.from({ length: 7 }, (_, index) => `pi-${index}`);
  await hub.post(ids.map((device_id, index) => ({ device_id, t: `${20 + index} °C` })));
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi-6", exact: true })).toBeVisible();
  await page.goto(`${hub.file.http}/#/compare?${ids.map((id) => `series=${id}%2Ft`).join("&")}`);
  const chart = page.getByRole("region", { name: "7 series over time" });
  const first = chart.getByRole("listitem").first();
  await expect(first).toContainText("pi-0 · T, °C");
  await expect(first.getByRole("status")).toHaveAttribute("aria-live", "off");
  await chart.getByRole("img").focus();
  await expect(first.getByRole("status")).toHaveAttribute("aria-live", "polite");
  await page.getByLabel("Series", { exact: true }).focus();
  await expect(first.getByRole("status")).toHaveAttribute("aria-live", "off");
  const swatches = await chart
    .locator("li > i")
    .evaluateAll((all) => all.map((one) => getComputedStyle(one).background));
  expect(new Set(swatches).size).toBe(7);
});

test("a series of a device that is gone is named, and can be removed", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "north", t: 20 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "north", exact: true })).toBeVisible();
  await page.goto(`${hub.file.http}/#/compare?series=gone%2Ft`);
  await expect(page.getByText("There are no readings of gone · T.")).toBeVisible();
  await expect(page.getByText("Choose series of any devices")).toBeHidden();
  await page.getByLabel("Series", { exact: true }).selectOption("north/t");
  await expect(page.getByRole("region", { name: "1 series over time" })).toContainText("north · T");
  await page.getByRole("button", { name: "Remove gone · T" }).click();
  await expect(page.getByText("There are no readings of")).toBeHidden();
  await expect(page).toHaveURL(/#\/compare\?(?!.*gone)/);
});
