// A device's page: charts that follow live readings, and the export.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { startTestHub } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { linkOf } from "../support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

const uiFolder = fileURLToPath(new URL("../../../out/renderer", import.meta.url));
const HOUR_MS = 3_600_000;

test("a new device's chart follows readings as they come, and shows other ranges", async ({ page }) => {
  await using hub = await startTestHub();
  const now = Date.now();
  await hub.post([
    { device_id: "raspi-01", temperature: 10, ts: now - 5 * HOUR_MS },
    { device_id: "raspi-01", temperature: 20, ts: now - 1_000 },
  ]);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "raspi-01" }).click();
  await expect(page.getByRole("radio", { name: "Live" })).toBeChecked();
  const chart = page.getByRole("region", { name: "Temperature" });
  await expect(chart).toContainText("min 20 · mean 20 · max 20");

  await hub.post({ device_id: "raspi-01", temperature: 30 });
  await expect(chart).toContainText("min 20 · mean 25 · max 30");

  await page.getByText("24 h").click();
  await expect(chart).toContainText("min 10 · mean 20 · max 30");
});

test("a device known for a while opens on its last hour", async ({ page }) => {
  await using hub = await startHubInside({ nowMs: Date.now() - HOUR_MS / 3, uiFolder });
  await hub.post({ device_id: "raspi-01", temperature: 20 });
  await page.goto(hub.link);
  await page.getByRole("link", { name: "raspi-01" }).click();
  await expect(page.getByRole("radio", { name: "1 h" })).toBeChecked();
  await expect(page.getByRole("region", { name: "Temperature" })).toContainText("min 20 · mean 20 · max 20");
});

test("a reading that arrives while the hub answers is in the chart", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 10 });
  await page.goto(linkOf(hub));
  await expect(page.getByText("readings/s")).toBeVisible();

  const answered = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  // Of the chart, and not of what counts them.
  await page.route(/\/readings\?.*points=\d{2,}/, async (route) => {
    const response = await route.fetch();
    answered.resolve();
    await released.promise;
    await route.fulfill({ response });
  });
  await page.getByRole("link", { name: "raspi-01" }).click();
  await answered.promise;
  await hub.post({ device_id: "raspi-01", temperature: 20 });
  const chart = page.getByRole("region", { name: "Temperature" });
  await expect(chart).toContainText("20");
  released.resolve();
  await expect(chart).toContainText("min 10 · mean 15 · max 20");
});

test("a reading that is sent twice counts once", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "raspi-01" }).click();
  const chart = page.getByRole("region", { name: "Temperature" });
  await expect(chart).toContainText("mean 20");
  await expect(page.getByRole("complementary")).toContainText("Stored1 reading");
  const ts = Date.now();
  await hub.post({ device_id: "raspi-01", temperature: 30, ts });
  await expect(chart).toContainText("mean 25");

  // The second metric shows when the page has received the message.
  await hub.post({ device_id: "raspi-01", temperature: 30, humidity: 50, ts });
  await expect(page.getByRole("region", { name: "Humidity" })).toBeVisible();
  await hub.post({ device_id: "raspi-01", temperature: 70 });
  await expect(chart).toContainText("min 20 · mean 40 · max 70");
});

test("an export contains the selected metrics and period", async ({ page }) => {
  await using hub = await startTestHub();
  const ts = Date.UTC(2026, 0, 2, 3, 4, 5);
  await hub.post({ device_id: "raspi-01", temperature: 25.5, humidity: 60, ts });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "raspi-01" }).click();
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("All", { exact: true }).click();
  await expect(dialog.getByRole("status")).toHaveText("2 readings");
  await dialog.getByRole("checkbox", { name: "Humidity" }).uncheck();
  await expect(dialog.getByRole("status")).toHaveText("1 reading");
  await page.route("**/readings?*", (route) => route.abort());
  await dialog.getByText("1 y", { exact: true }).click();
  await expect(dialog.getByRole("status")).toHaveText("The readings could not be counted. The hub does not answer.");
  await page.unrouteAll({ behavior: "wait" });
  await dialog.getByText("All", { exact: true }).click();
  await expect(dialog.getByRole("status")).toHaveText("1 reading");
  await dialog.getByText("Spreadsheet (25,5)").click();

  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as CSV" }).click();
  const csv = await readFile(await (await downloading).path(), "utf8");
  expect(csv).toMatch(/\r\n2026-01-0[123] \d\d:\d\d:05,000;raspi-01;temperature;25,5\r\n$/);
  // Without the mark Excel reads “°C” and “온도” in the code page of its system.
  expect(csv.startsWith("\ufeff")).toBe(true);
  expect(csv).not.toContain("60");
  await expect(dialog.getByRole("status")).toContainText("Saved: 1 row,");
});

test("an export takes other devices along, with what they alone have", async ({ page }) => {
  await using hub = await startTestHub();
  const ts = Date.UTC(2026, 0, 2, 3, 4, 5);
  await hub.post({ device_id: "raspi-01", temperature: 25.5, ts });
  await hub.post({ device_id: "raspi-02", temperature: 20, humidity: 60, ts });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "raspi-01" }).click();
  await page.getByRole("button", { name: "Export" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("All", { exact: true }).click();
  await expect(dialog.getByRole("checkbox", { name: "Humidity" })).toBeHidden();
  await dialog.getByText("Of other devices, too").click();
  await dialog.getByRole("checkbox", { name: "raspi-02" }).check();
  await expect(dialog.getByRole("heading", { name: "Export readings of 2 devices" })).toBeVisible();
  await expect(dialog.getByRole("checkbox", { name: "Humidity" })).toBeChecked();
  await expect(dialog.getByRole("status")).toHaveText("3 readings");
  await dialog.getByText("Program", { exact: true }).click();
  await dialog.getByText("A column per metric").click();
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export as CSV" }).click();
  const download = await downloading;
  expect(download.suggestedFilename()).toBe("readings.csv");
  const rows = (await readFile(await download.path(), "utf8")).trim().split("\r\n");
  expect(rows.map((row) => row.split(",").slice(1).join(","))).toEqual([
    "device,humidity,temperature",
    "raspi-01,,25.5",
    "raspi-02,60,20",
  ]);
});

test("an unknown device has a page that says so", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
  await page.goto(`${hub.file.http}/#/devices/nobody`);
  await expect(page.getByRole("heading", { name: "There is no device “nobody”" })).toBeVisible();
});

test("without the hub the page says so and keeps its content", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 25.5 });
  await page.goto(linkOf(hub));
  await expect(page.getByText("1 of 1 online")).toBeVisible();

  await hub.end("SIGKILL");
  await expect(page.getByText("Not connected to the hub. Trying again…")).toBeVisible();
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
});
