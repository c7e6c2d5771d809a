// What the desktop app does on this computer: it holds at once and after a restart; where it could not be saved a person learns
// so, and it is as it was.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
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

test("what is set holds at once, and after a restart", async () => {
  test.skip(process.platform !== "linux", "Windows and macOS keep what starts at login themselves.");
  using profile = new Profile();
  const config = join(profile.path, "config");
  const entry = join(config, "autostart", "bramble.desktop");
  const env = { XDG_CONFIG_HOME: config };
  const switchOf = (page: Page, name: string) => page.getByRole("switch", { name });
  {
    await using desktop = await launch(profile, env);
    const { app, page } = desktop;
    const isAwake = await app.evaluateHandle(({ powerSaveBlocker }) => {
      const kept = { count: 0 };
      const start = powerSaveBlocker.start.bind(powerSaveBlocker);
      const stop = powerSaveBlocker.stop.bind(powerSaveBlocker);
      powerSaveBlocker.start = (type) => {
        kept.count++;
        return start(type);
      };
      powerSaveBlocker.stop = (id) => {
        kept.count--;
        return stop(id);
      };
      return kept;
    });
    await page.goto("bramble://app/#/settings/desktop");
    await switchOf(page, "Keep this computer awake").click();
    await expect.poll(() => isAwake.jsonValue()).toEqual({ count: 1 });
    await switchOf(page, "Keep this computer awake").click();
    await expect.poll(() => isAwake.jsonValue()).toEqual({ count: 0 });
    await switchOf(page, "Start when you sign in to this computer").click();
    await expect.poll(() => existsSync(entry)).toBe(true);
    expect(readFileSync(entry, "utf8")).toContain("Exec=");
    await switchOf(page, "Icon in the tray").click();
    await expect(switchOf(page, "Icon in the tray")).not.toBeChecked();
    await page.getByRole("checkbox", { name: "Quiet hours" }).click();
    const heading = page.getByRole("heading", { name: "Notifications" });
    expect((await heading.boundingBox())?.height, "it is on one line").toBeLessThan(40);
    await page.getByLabel("From").fill("21:30");
    await expect
      .poll(() => page.evaluate(() => window.bramble?.noticeSettings()))
      .toMatchObject({ quiet: { from: "21:30", to: "07:00" } });
  }
  await using desktop = await launch(profile, env);
  const { page } = desktop;
  await page.goto("bramble://app/#/settings/desktop");
  await expect(switchOf(page, "Start when you sign in to this computer")).toBeChecked();
  await expect(switchOf(page, "Icon in the tray")).not.toBeChecked();
  await expect(page.getByLabel("From")).toHaveValue("21:30");
  await switchOf(page, "Start when you sign in to this computer").click();
  await expect.poll(() => existsSync(entry)).toBe(false);
});

test("settings that cannot be read are the usual ones, and stop nothing", async () => {
  using profile = new Profile();
  writeFileSync(join(profile.path, "settings.json"), '{"tray": "yes", "keepAwake"');
  writeFileSync(join(profile.path, "notices.json"), '{"settings": {"joining": "loud"}}');
  await using desktop = await launch(profile);
  const { page } = desktop;
  await page.goto("bramble://app/#/settings/desktop");
  await expect(page.getByRole("switch", { name: "Icon in the tray" })).toBeChecked();
  await expect(page.getByRole("checkbox", { name: /join/ })).toBeChecked();
});

test("what starts at login is what the system says: taken away there, moved, and with the flags of the hub", async () => {
  test.skip(process.platform !== "linux", "Windows and macOS keep what starts at login themselves.");
  using profile = new Profile();
  const config = join(profile.path, "config");
  const entry = join(config, "autostart", "bramble.desktop");
  const env = { XDG_CONFIG_HOME: config };
  const image = join(profile.path, "Bramble-0.1.AppImage");
  writeFileSync(image, "");
  {
    await using desktop = await launch(profile, { ...env, APPIMAGE: image }, ["--joining=closed"]);
    const { page } = desktop;
    await page.goto("bramble://app/#/settings/desktop");
    const atLogin = page.getByRole("switch", { name: "Start when you sign in to this computer" });
    await atLogin.click();
    await expect.poll(() => existsSync(entry)).toBe(true);
    expect(readFileSync(entry, "utf8")).toContain('"--joining=closed"');
    expect(readFileSync(entry, "utf8")).toContain(`Path=${process.cwd()}\n`);
    writeFileSync(entry, readFileSync(entry, "utf8").concat("Hidden=true\n"));
    await page.reload();
    await expect(atLogin).not.toBeChecked();
    await atLogin.click();
    await expect(atLogin).toBeChecked();
    expect(readFileSync(entry, "utf8")).not.toContain("Hidden");
  }
  // A new version has another name.
  rmSync(image);
  const renamed = join(profile.path, "Bramble-0.2.AppImage");
  writeFileSync(renamed, "");
  await using desktop = await launch(profile, { ...env, APPIMAGE: renamed });
  expect(readFileSync(entry, "utf8")).toContain(`TryExec=${renamed}\n`);
  rmSync(entry);
  expect(await desktop.page.evaluate(() => window.bramble?.desktopSettings())).toMatchObject({ atLogin: false });
});
