// The application's menu, whose keys work where it is not shown, too; and what of it a Mac has.
import { expect } from "@playwright/test";
import { menuTemplate } from "../../src/main/menu.ts";
import { loadLanguage, render } from "../../src/shared/messages/render.ts";
import { launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

test("the menu follows the window's language, and its settings open without loading the page anew", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { app, page } = desktop;
  const labels = () => app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label));
  await expect.poll(labels).toEqual(["File", "Edit", "View", "Window"]);
  const loadedAt = await page.evaluate(() => performance.timeOrigin);
  const settings = await app.evaluate(({ Menu }) => {
    const item = Menu.getApplicationMenu()?.items[0]?.submenu?.items[0];
    item?.click();
    return { label: item?.label, accelerator: item?.accelerator };
  });
  expect(settings).toEqual({ label: "Settings…", accelerator: "CommandOrControl+," });
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
  // Nor where they are open already.
  const loads = await app.evaluate(({ BrowserWindow, Menu }) => {
    Menu.getApplicationMenu()?.items[0]?.submenu?.items[0]?.click();
    return BrowserWindow.getAllWindows()[0]?.webContents.isLoading();
  });
  expect(loads).toBe(false);
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
  await page.getByRole("combobox", { name: "Language" }).first().selectOption("ko");
  await expect.poll(labels).toEqual(["파일", "편집", "보기", "창"]);
});

test("on a Mac the application's own menu has what every program has there, in Korean, too", async () => {
  await loadLanguage("ko");
  const [first, edit] = await menuTemplate({
    platform: "darwin",
    render: async (text) => render(text, "ko", "desktop"),
    openSettings: () => undefined,
  });
  const items = (menu: typeof first) => (Array.isArray(menu?.submenu) ? menu.submenu : []);
  expect(first?.label).toBe("Bramble");
  const names = items(first).map(({ role, type, accelerator }) => role ?? accelerator ?? type);
  expect(names.filter((name) => name !== "separator")).toEqual([
    "about",
    "CommandOrControl+,",
    "services",
    "hide",
    "hideOthers",
    "unhide",
    "quit",
  ]);
  // Without them no field of a page can be copied from or pasted into by keys.
  expect(items(edit).map(({ role }) => role)).toEqual(expect.arrayContaining(["copy", "cut", "paste", "selectAll"]));
  for (const { label, type } of [...items(first), ...items(edit)])
    if (type !== "separator") expect(label).toMatch(/[가-힣]/);
});
