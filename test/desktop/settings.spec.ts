// What the desktop app does on this computer: a person learns that a setting could not be saved, and it is as it was.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

test("settings that cannot be saved say so, and are not in force", async () => {
  using profile = new Profile();
  for (const name of ["settings.json.new", "notices.json.new"]) mkdirSync(join(profile.path, name));
  await using desktop = await launch(profile);
  const { page } = desktop;
  await page.goto("bramble://app/#/settings/desktop");
  const tray = page.getByRole("switch", { name: "Icon in the tray" });
  await tray.click();
  await expect(page.getByRole("alert")).toHaveText("This could not be saved.");
  await expect(tray).toBeChecked();
  const joining = page.getByRole("checkbox", { name: /join/ });
  await expect(joining).toBeChecked();
  await joining.click();
  await expect(page.getByRole("alert")).toHaveCount(2);
  await expect(joining).toBeChecked();
  expect(await page.evaluate(() => window.bramble?.noticeSettings())).toMatchObject({ joining: true });
});
