// The window as a person meets it: it opens, shows readings, survives the hub's death, remembers its place, saves files.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "@playwright/test";
import { launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

test("opens with something in it", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  await expect(desktop.page).toHaveTitle(/Bramble/);
  await expect(desktop.page.getByRole("heading").first()).toBeVisible();
  const colours = await desktop.app.evaluate(async ({ BrowserWindow }) => {
    const image = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage();
    return new Set(new Uint32Array(new Uint8Array(image?.toBitmap() ?? []).buffer)).size;
  });
  expect(colours).toBeGreaterThan(20);
});

test("asks whether a device may join, and lets it in", async () => {
  using profile = new Profile();
  // What the app does by itself; the other tests open the hub.
  await using desktop = await launch(profile, { BRAMBLE_JOINING: "" });
  const { page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  await page.getByRole("button", { name: "Approve raspi-01" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "raspi-01" })).toContainText("Temperature21.5");
});

test("shows a device as soon as it sends, and says so when the hub dies and is back", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
  await expect(page.getByText("21.5")).toBeVisible();
  const loadedAt = await page.evaluate(() => performance.timeOrigin);

  const killed = profile.hub.pid;
  process.kill(killed, "SIGKILL");
  await expect(page.getByText("The hub stopped and is starting again.")).toBeVisible();
  await desktop.untilHubRuns();
  await expect(page.getByText("The hub stopped and is starting again.")).toBeHidden();
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
  expect(profile.hub.pid).not.toBe(killed);

  await expect(async () => {
    await profile.post({ device_id: "raspi-01", temperature: 22.75 });
    await expect(page.getByText("22.75")).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(await page.evaluate(() => performance.timeOrigin)).toBe(loadedAt);
});

test("draws the band between least and greatest in the series' colour", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const now = Date.now();
  for (let minutes = 20; minutes <= 400; minutes += 20) {
    const ts = now - minutes * 60_000;
    for (const value of [10, 30]) await profile.post({ device_id: "raspi-01", temperature: value, ts: ts + value });
  }
  await desktop.page.getByRole("link", { name: "raspi-01" }).click();
  await desktop.page.getByText("7 d").click();
  await expect(desktop.page.getByText("min 10 · mean 20 · max 30")).toBeVisible();
  // A colour that the runtime's canvas does not understand is drawn as black.
  const countPixels = () =>
    desktop.page.evaluate(() => {
      const canvas = document.querySelector("canvas");
      const context = canvas?.getContext("2d");
      if (!canvas || !context) return { drawn: 0, black: 0 };
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      const pixels = Array.from({ length: data.length / 4 }, (_, index) => data.slice(4 * index, 4 * index + 4));
      const opaque = pixels.filter(([, , , alpha]) => alpha === 255);
      return { drawn: opaque.length, black: opaque.filter(([r, g, b]) => r === 0 && g === 0 && b === 0).length };
    });
  await expect.poll(async () => (await countPixels()).drawn).toBeGreaterThan(0);
  expect(await countPixels()).toMatchObject({ black: 0 });
});

test("fills the screen for a wall, and leaves it by Escape", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
  await page.getByRole("button", { name: "Fill the screen" }).click();
  await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
});

test("saves an export where the person says, whole or not at all", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { app, page } = desktop;
  await profile.post({ device_id: "raspi-01", temperature: 21.5, humidity: 40 });
  const path = join(profile.path, "readings.csv");
  const suggested = await app.evaluateHandle(({ dialog }, filePath) => {
    const asked: (string | undefined)[] = [];
    dialog.showSaveDialog = async (...args: unknown[]) => {
      const options = args.at(-1) as Electron.SaveDialogOptions;
      asked.push(options.defaultPath);
      return { canceled: false, filePath };
    };
    return asked;
  }, path);

  await page.getByRole("link", { name: "raspi-01" }).click();
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Export as CSV" }).click();
  await expect(page.getByText(`Saved to ${path}`)).toBeVisible();

  const [header, ...rows] = readFileSync(path, "utf8").trim().split("\r\n");
  expect(header).toBe("time,device,metric,value");
  expect(rows.map((row) => row.split(",").slice(1).join())).toEqual([
    "raspi-01,humidity,40",
    "raspi-01,temperature,21.5",
  ]);
  expect((await suggested.jsonValue()).map((name) => basename(name ?? ""))).toEqual(["raspi-01.csv"]);
  expect(readdirSync(profile.path).filter((name) => name.endsWith(".part"))).toEqual([]);

  const nowhere = await page.evaluate(() => window.bramble?.saveCsv({ device: "raspi-01", tz: "No/Where" }, "x.csv"));
  expect(nowhere).toMatchObject({ kind: "failed", reason: expect.stringContaining("No/Where") });
  expect(readFileSync(path, "utf8")).toContain("raspi-01,humidity,40");
});

test("comes back where it was and as large", async () => {
  using profile = new Profile();
  const wanted = { x: 40, y: 30, width: 1010, height: 710 };
  {
    await using first = await launch(profile);
    await first.app.evaluate(
      ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
      wanted,
    );
    await expect.poll(() => first.page.evaluate(() => innerWidth)).toBe(wanted.width);
  }
  await using second = await launch(profile);
  expect(await second.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds())).toEqual(
    wanted,
  );
});
