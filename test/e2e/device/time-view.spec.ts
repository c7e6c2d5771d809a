// The time that a device's charts show: ranges in the address, zoom and pan by pointer and keys, one mark over all charts,
// comparison, table, and the way from an empty chart to the readings.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

async function send(hub: TestHub, count: number, everyMs: number, agoMs = 0, value = 20) {
  const endMs = Date.now() - agoMs;
  const rows = Array.from({ length: count }, (_, index) => ({
    device_id: "pi",
    ts: endMs - index * everyMs,
    temperature: value + (index % 10) / 10,
    humidity: 50,
  }));
  expect((await hub.post(rows)).status).toBe(200);
}

async function open(page: Page, hub: TestHub, parameters = "") {
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.goto(`${hub.file.http}/#/devices/pi${parameters}`);
  return page.getByRole("region", { name: "Temperature", exact: true });
}

test("the range is in the address, opens from it, and is the next page's", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 100, 10 * MINUTE_MS);
  const chart = await open(page, hub, "?range=24h");
  await expect(page.getByRole("radio", { name: "24 h" })).toBeChecked();
  await expect(chart).toContainText("max 20.9");
  await page.getByText("7 d", { exact: true }).click();
  await expect(page).toHaveURL(/range=7d$/);
  await page.goto(`${hub.file.http}/#/`);
  await page.getByRole("link", { name: "pi", exact: true }).click();
  await expect(page.getByRole("radio", { name: "7 d" })).toBeChecked();
});

test("all shows from the first reading on", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 10, MINUTE_MS);
  await send(hub, 1, 1, 400 * DAY_MS, 7);
  const chart = await open(page, hub);
  await page.getByText("1 y", { exact: true }).click();
  await expect(chart).toContainText("min 20.0");
  await page.getByText("All", { exact: true }).click();
  await expect(chart).toContainText("min 7.0");
  // Chosen again, it reaches back as far, and to what was brought in since.
  await page.getByText("1 h", { exact: true }).click();
  await expect(chart).toContainText("min 20.0");
  await send(hub, 1, 1, 500 * DAY_MS, 5);
  await page.getByText("All", { exact: true }).click();
  await expect(chart).toContainText("min 5.0");
});

test("a drag zooms in, keys move and zoom, and there is a way back", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 60, MINUTE_MS);
  const chart = await open(page, hub, "?range=1h");
  await expect(chart).toContainText("max 20.9");
  const canvas = chart.getByRole("img");
  const box = await canvas.boundingBox();
  if (box === null) throw new Error("the chart has no place");
  const at = (share: number) => [box.x + box.width * share, box.y + box.height / 2] as const;
  await page.mouse.move(...at(0.4));
  await page.mouse.down();
  await page.mouse.move(...at(0.5));
  await page.mouse.move(...at(0.6));
  await page.mouse.up();
  await expect(page).toHaveURL(/from=.*&to=/);
  const spanMs = () => {
    const parameters = new URLSearchParams(page.url().split("?")[1]);
    return Date.parse(parameters.get("to") ?? "") - Date.parse(parameters.get("from") ?? "");
  };
  const zoomed = spanMs();
  expect(zoomed).toBeGreaterThan(8 * MINUTE_MS);
  expect(zoomed).toBeLessThan(20 * MINUTE_MS);
  await expect(page.getByLabel("From")).toBeVisible();

  await canvas.focus();
  await page.keyboard.press("-");
  await expect.poll(spanMs).toBeGreaterThan(zoomed);
  const wider = spanMs();
  await canvas.hover();
  await page.mouse.wheel(0, -300);
  await expect.poll(spanMs).toBeLessThan(wider);

  await page.getByRole("button", { name: "Back to live" }).click();
  await expect(page).toHaveURL(/range=1h$/);
  await expect(page.getByRole("button", { name: "Back to live" })).toBeHidden();
});

test("the wheel scrolls the page over an unfocused chart, and zooms with Ctrl", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 60, MINUTE_MS);
  const chart = await open(page, hub, "?range=1h");
  await expect(chart).toContainText("max 20.9");
  await chart.getByRole("img").hover();
  await page.mouse.wheel(0, 40);
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -200);
  await page.keyboard.up("Control");
  await expect(page).toHaveURL(/from=.*&to=/);
});

test("a moment that is pointed at is read out in every chart", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 60, MINUTE_MS);
  const chart = await open(page, hub, "?range=1h");
  await expect(chart).toContainText("max 20.9");
  await chart.getByRole("img").hover({ position: { x: 300, y: 60 } });
  await expect(chart).toContainText(/\d+:\d\d:\d\d [AP]M · 20\.\d/);
  await expect(page.getByRole("region", { name: "Humidity" })).toContainText(/\d+:\d\d:\d\d [AP]M · 50/);
  await page.mouse.move(5, 5);
  await expect(chart).toContainText("max 20.9");
});

test("an empty chart leads to the latest readings", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 30, MINUTE_MS, 5 * DAY_MS);
  const chart = await open(page, hub, "?range=1h");
  await chart.getByRole("button", { name: /^Show the latest/ }).click();
  await expect(chart).toContainText("max 20.9");
  await expect(page).toHaveURL(/from=.*&to=/);
});

test("yesterday is drawn behind today, and a chart is also a table", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 60, MINUTE_MS);
  await send(hub, 60, MINUTE_MS, DAY_MS, 30);
  const chart = await open(page, hub, "?range=1h");
  await expect(chart).toContainText("max 20.9");
  const asked = page.waitForResponse(async (answer) => {
    if (!answer.url().includes("metric=temperature")) return false;
    const { buckets } = await answer.json();
    return buckets.some(({ max }: { readonly max: number }) => max > 30);
  });
  await page.getByLabel("Compare with").selectOption("+ yesterday");
  await asked;
  await chart.getByRole("button", { name: "Table: Temperature" }).click();
  const table = chart.getByRole("table", { name: "Temperature" });
  await expect(table.getByRole("columnheader")).toHaveText(["Time", "Min", "Mean", "Max", "Readings"]);
  await expect(table.getByRole("row")).toHaveCount(51);
  const downloading = page.waitForEvent("download");
  await page.evaluate(() => {
    const { fillText } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillText = function write(words, ...place) {
      document.documentElement.dataset["written"] += `|${words}`;
      fillText.call(this, words, ...place);
    };
  });
  await chart.getByRole("button", { name: "PNG: Temperature" }).click();
  await expect(page.locator("html"), "the dashed line has a name").toHaveAttribute("data-written", /\|yesterday\|/);
  expect((await downloading).suggestedFilename()).toBe("pi-Temperature.png");
});

test("a table is in the unit of its chart: the one that a person chose, and the one that was sent while that is mended", async ({
  page,
}) => {
  await using hub = await startTestHub();
  const endMs = Date.now();
  const rows = [0, 1, 2].map((ago) => ({ device_id: "pi", ts: endMs - ago * MINUTE_MS, temperature: "20.0 °C" }));
  expect((await hub.post(rows)).status).toBe(200);
  const chart = await open(page, hub, "?range=1h");
  await expect(chart).toContainText("max 20");
  await chart.getByRole("button", { name: "Table: Temperature" }).click();
  const cellIn = (unit: string) =>
    chart
      .getByRole("table", { name: `Temperature, ${unit}` })
      .getByRole("cell")
      .first();
  await expect(cellIn("°C")).toHaveText(/^20/);

  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill("temperatures in °F");
  await page.keyboard.press("Enter");
  await expect(chart).toContainText("max 68");
  await expect(cellIn("°F")).toHaveText(/^68/);
  await chart.getByRole("button", { name: "Mend: Temperature" }).click();
  await expect(cellIn("°C")).toHaveText(/^20/);
});

test.describe("the ends of a time that is chosen", () => {
  // Its local mean time, which holds for what is typed of a year so far, has seconds.
  test.use({ timezoneId: "Asia/Seoul" });

  test("are exact to the second, and what is typed of one leaves the other as it is", async ({ page }) => {
    await using hub = await startTestHub();
    await send(hub, 60, MINUTE_MS);
    const chart = await open(page, hub, "?from=2026-11-02T03:04:10.250Z&to=2026-11-02T03:04:40.750Z");
    await expect(chart).toContainText("No readings in this time.");
    await expect(page.getByLabel("From")).toHaveValue("2026-11-02T12:04:10");
    await expect(page.getByText("The first moment has to be before the last.")).toBeHidden();

    await page.getByLabel("To", { exact: true }).fill("2026-11-02T12:05:00");
    await expect(page).toHaveURL(/from=2026-11-02T03%3A04%3A10\.250Z&to=2026-11-02T03%3A05%3A00\.000Z/);
    await page.getByLabel("From").fill("2026-11-02T12:06:00");
    await expect(page.getByText("The first moment has to be before the last.")).toBeVisible();
    await page.getByLabel("To", { exact: true }).fill("2026-11-02T12:07:00");
    await expect(page.getByText("The first moment has to be before the last.")).toBeHidden();
    await expect(page).toHaveURL(/from=2026-11-02T03%3A06%3A00\.000Z&to=2026-11-02T03%3A07%3A00\.000Z/);
  });

  test("can be typed key by key", async ({ page }) => {
    await using hub = await startTestHub();
    await send(hub, 60, MINUTE_MS);
    const chart = await open(page, hub, "?from=2026-11-02T03:04:00.000Z&to=2026-11-02T03:09:00.000Z");
    await expect(chart).toContainText("No readings in this time.");
    await page.getByLabel("From").focus();
    await page.keyboard.type("10312025");
    await expect(page).toHaveURL(/from=2025-10-31T03%3A04%3A00\.000Z/);
    await expect(page.getByLabel("From")).toHaveValue(/^2025-10-31T12:04(?::00)?$/);

    await chart.getByRole("button", { name: "Mend: Temperature" }).click();
    const field = page.getByRole("form", { name: "Mend readings of Temperature" }).getByLabel("From");
    await field.focus();
    await page.keyboard.type("10302025");
    await expect(field).toHaveValue(/^2025-10-30T12:04(?::00)?$/);
  });
});

test("a table follows its chart to another time", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, 40, 10 * MINUTE_MS);
  const chart = await open(page, hub, "?range=1h");
  await expect(chart).toContainText("max 20");
  await chart.getByRole("button", { name: "Table: Temperature" }).click();
  const rows = chart.getByRole("table").getByRole("row");
  await expect(rows).toHaveCount(7);
  await page.getByText("24 h", { exact: true }).click();
  await expect(rows).toHaveCount(41);
  await page.getByRole("button", { name: "Zoom in" }).click();
  await expect(rows).not.toHaveCount(41);
});
