// The settings page, as a person uses it: finding a setting, changing it, backing up, a change of the network on trial, and the
// set-up as a file.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";
import { untilDrawn } from "../support/page.ts";

const uiFolder = fileURLToPath(new URL("../../../out/renderer", import.meta.url));

async function open(hub: HubInside, page: Page): Promise<void> {
  await page.goto(hub.link);
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeFocused();
}

test("settings are found by what people call them, and a change is in force at once", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const name = page.getByRole("textbox", { name: "Name of the hub" });
  await name.fill("Greenhouse");
  await name.press("Enter");
  await expect(page.getByRole("contentinfo").getByText("Greenhouse")).toBeVisible();

  await page.getByRole("button", { name: "Make a code" }).click();
  await expect(page.getByRole("img", { name: "Code that signs a phone in" })).toBeVisible();

  await page.getByRole("searchbox", { name: "Search the settings" }).fill("dark");
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(["Language and look"]);
  await page.getByRole("region", { name: "Colours" }).getByRole("combobox").selectOption("Dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("searchbox").fill("nothing like it");
  await expect(page.getByText("No setting is called “nothing like it”.")).toBeVisible();

  await page.getByRole("searchbox").fill("programs may ask");
  await page.getByRole("link", { name: "What programs may ask the hub" }).click();
  await expect(page.getByRole("searchbox", { name: "Find" })).toBeVisible();
  await page.goBack();
  await page.getByRole("searchbox", { name: "Search the settings" }).fill("");
  for (const width of [390, 800, 1_280]) {
    await page.setViewportSize({ width, height: 844 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow, `at ${width} px`).toBeLessThanOrEqual(0);
  }
});

test("a backup is made, verified and listed, and restoring it restarts the hub", async ({ page }) => {
  let restarts = 0;
  await using hub = await startHubInside({ uiFolder, onRestart: () => restarts++ });
  await open(hub, page);
  const backups = page.getByRole("region", { name: "Backups", exact: true });
  await backups.getByRole("button", { name: "Back up now" }).click();
  await expect(backups.getByText("✓ verified")).toBeVisible();
  await backups.getByRole("button", { name: /^Restore the backup of / }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Restore and restart" }).click();
  await expect.poll(() => restarts).toBe(1);
});

test("a text that is typed stays when another person sets one, which is told and can be taken", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const folder = page.getByRole("textbox", { name: "Folder of the backups" });
  const [own, others] = [join(hub.path, "own"), join(hub.path, "others")];
  await folder.fill(own);
  const headers = { "Content-Type": "application/json" };
  await hub.fetch("/api/v1/backups", { method: "PATCH", headers, body: JSON.stringify({ folder: others }) });
  // Its answer has the folder, too.
  await page.getByRole("button", { name: "Back up now" }).click();
  const told = page.getByText(`Somebody else has changed this meanwhile, to “${others}”.`);
  await expect(told).toBeVisible();
  await expect(folder).toHaveValue(own);
  await page.getByRole("button", { name: "Take that" }).click();
  await expect(folder).toHaveValue(others);
  await expect(told).toBeHidden();

  await folder.fill(` ${own} `);
  await folder.press("Enter");
  await expect(folder).toHaveValue(own);
  await expect(page.getByText("Somebody else")).toHaveCount(0);
});

test("a change of the network undoes itself unless the window keeps it", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await page.goto(hub.link);
  await page.getByRole("link", { name: "Access", exact: true }).click();
  const networks = page.getByRole("textbox", { name: /^Networks that are let in/ });
  const notice = page.getByRole("region", { name: "Still here?" });
  await networks.fill("203.0.113.0/24");
  await page.getByRole("button", { name: "Save networks" }).click();
  await notice.getByRole("button", { name: "Undo it now" }).click();
  await expect(notice).toBeHidden();
  const allowed = async () => (await (await hub.fetch("/api/v1/access")).json()).allow;
  expect(await allowed()).toEqual([]);

  await expect(networks, "what was undone").toHaveValue("");
  await networks.fill("198.51.100.0/24");
  await page.getByRole("button", { name: "Save networks" }).click();
  // Who takes it for kept would be cut off.
  await page.route("**/api/v1/trial/keep", (route) => route.abort());
  await notice.getByRole("button", { name: "Keep the change" }).click();
  await expect(notice.getByRole("alert").filter({ hasText: "does not answer" })).toBeVisible();
  await page.unroute("**/api/v1/trial/keep");
  await notice.getByRole("button", { name: "Keep the change" }).click();
  await expect(notice).toBeHidden();
  hub.clock.advance(61_000);
  expect(await allowed()).toEqual(["198.51.100.0/24"]);

  await networks.fill("192.0.2.0/24");
  await page.getByRole("button", { name: "Save networks" }).click();
  await expect(notice).toBeVisible();
  hub.clock.advance(61_000);
  await expect(networks, "what undid itself").toHaveValue("198.51.100.0/24");
});

test("an exception that keeps readings longer goes only once a person agrees to what that removes", async ({
  page,
}) => {
  await using hub = await startHubInside({ uiFolder });
  await hub.post({ device_id: "pi", t: 1 });
  const rules = [{ keepDays: 30 }, { device: "pi", keepDays: null }];
  const headers = { "Content-Type": "application/json" };
  await hub.fetch("/api/v1/retention", { method: "PUT", headers, body: JSON.stringify({ rules }) });
  await open(hub, page);
  await page.getByRole("button", { name: "Remove the exception for pi" }).click();
  const dialog = page.getByRole("dialog", { name: "Keep the readings of pi for 30 days only, as all others?" });
  const kept = async () => (await (await hub.fetch("/api/v1/retention")).json()).rules;
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await kept()).toEqual(rules);
  await page.getByRole("button", { name: "Remove the exception for pi" }).click();
  await dialog.getByRole("button", { name: "Remove what is older" }).click();
  await expect(page.getByRole("button", { name: "Remove the exception for pi" })).toBeHidden();
  expect(await kept()).toEqual([{ keepDays: 30 }]);
});

test("the set-up is saved as a file, and applied once its changes were seen", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await hub.post({ device_id: "pi", t: 1 });
  await open(hub, page);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the set-up" }).click();
  const saved = JSON.parse(readFileSync(await (await download).path(), "utf8"));
  const changed = JSON.stringify({ ...saved, devices: { pi: { name: "Attic" } } });
  const file = { name: "set-up.json", mimeType: "application/json", buffer: Buffer.from(changed) };
  await page.getByLabel("Apply a file…").and(page.locator("input")).setInputFiles(file);
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem")).toHaveText("devices.pi.name: nothing → Attic");
  await dialog.getByRole("button", { name: "Apply" }).click();
  await expect(page.getByText("One value was changed.")).toBeVisible();
  const { devices } = await (await hub.fetch("/api/v1/devices")).json();
  expect(devices).toMatchObject([{ id: "pi", name: "Attic" }]);
});

test("an exception that another person makes meanwhile stays when all other readings are kept for less", async ({
  page,
}) => {
  await using hub = await startHubInside({ uiFolder });
  await hub.post({ device_id: "pi", t: 1 });
  await open(hub, page);
  const body = JSON.stringify({ rules: [{ device: "pi", keepDays: null }] });
  await hub.fetch("/api/v1/retention", { method: "PUT", body });
  await page.getByRole("combobox", { name: "Keep readings" }).selectOption("a year");
  await page.getByRole("dialog").getByRole("button", { name: "Remove what is older" }).click();
  await expect(page.getByRole("button", { name: "Remove the exception for pi" })).toBeVisible();
  const { rules } = await (await hub.fetch("/api/v1/retention")).json();
  expect(rules).toEqual([{ keepDays: 365 }, { device: "pi", keepDays: null }]);
});

test("by keyboard a choice is gone through", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const hour = page.getByRole("combobox", { name: "At", exact: true });
  await hour.focus();
  for (const next of ["4", "5", "6"]) {
    await page.keyboard.press("ArrowDown");
    await expect(hour).toHaveValue(next);
  }
  await expect.poll(async () => (await (await hub.fetch("/api/v1/backups")).json()).hour).toBe(6);
  await expect(hour).toBeFocused();
});

test("a button that was disabled while it worked has the focus again", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const make = page.getByRole("button", { name: "Back up now" });
  await make.press("Enter");
  await expect(page.getByText("✓ verified")).toBeVisible();
  await expect(make).toBeFocused();
});

test("an answer that was on its way does not hide a later change", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const nightly = page.getByRole("switch", { name: "Back up every night" });
  await expect(nightly).toBeChecked();
  await page.getByRole("link", { name: "Overview" }).click();
  const isChanged = Promise.withResolvers<void>();
  const isAsked = Promise.withResolvers<void>();
  await page.route("**/api/v1/backups", async (route) => {
    if (route.request().method() !== "GET") return route.continue();
    const response = await route.fetch();
    isAsked.resolve();
    await isChanged.promise;
    await route.fulfill({ response });
  });
  await page.getByRole("link", { name: "Settings" }).click();
  await isAsked.promise;
  const changed = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await nightly.click();
  await changed;
  await expect(nightly).not.toBeChecked();
  isChanged.resolve();
  await page.unrouteAll({ behavior: "wait" });
  await untilDrawn(page);
  await expect(nightly).not.toBeChecked();
});

test("a section that is chosen takes the focus, and a second time, too", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const link = page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Backups" });
  const heading = page.getByRole("heading", { level: 2, name: "Backups" });
  for (const _ of ["first", "second"]) {
    await link.press("Enter");
    await expect(heading).toBeFocused();
    await expect(heading).toBeInViewport();
    await page.evaluate(() => scrollTo(0, 0));
  }
});

test("what another administrator sets is seen on a page that stays open", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await open(hub, page);
  const [name, kept] = [page.getByLabel("Name of the hub"), page.getByRole("combobox", { name: "Keep readings" })];
  await expect(kept).toHaveValue("");
  await hub.fetch("/api/v1/settings", { method: "PATCH", body: JSON.stringify({ name: "Attic" }) });
  await hub.fetch("/api/v1/retention", { method: "PUT", body: JSON.stringify({ rules: [{ keepDays: 30 }] }) });
  // It is asked for every fifteen seconds.
  await expect(name.and(page.getByRole("textbox"))).toHaveValue("Attic");
  await expect(kept).toHaveValue("30");
});
