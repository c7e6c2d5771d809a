// History from a file, by the window alone: dropped anywhere, understood, corrected, checked, imported, and imported again; and a
// long one that is cancelled half-way.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const ROWS = Array.from({ length: 48 }, (_, hour) => {
  const day = 1 + Math.floor(hour / 24);
  return `${String(day).padStart(2, "0")}.03.2025 ${String(hour % 24).padStart(2, "0")}:00;${(20 + hour / 10).toFixed(1).replace(".", ",")}`;
});
const LOGGER = ["Zeit;Temperatur [°C]", ...ROWS, "Summe;viel", ""].join("\r\n");

/** As a file manager does it, somewhere on the page. */
async function drop(page: Page, name: string, text: string) {
  const transfer = await page.evaluateHandle(
    ({ name, text }) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: "text/csv" }));
      return data;
    },
    { name, text },
  );
  for (const type of ["dragover", "drop"]) await page.dispatchEvent("main", type, { dataTransfer: transfer });
}

test("a file that is dropped is understood, checked and imported, and changes nothing a second time", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  // Only an administrator's page takes files.
  await page.getByRole("link", { name: "Import" }).waitFor();
  await drop(page, "cellar.csv", LOGGER);
  await expect(page.getByRole("heading", { level: 1, name: "Import" })).toBeVisible();

  const form = page.getByRole("group", { name: "How the file is understood" });
  await expect(form.getByLabel("Columns are separated by")).toHaveValue(";");
  await expect(form.getByLabel("Decimal sign")).toHaveValue(",");
  await expect(form.getByLabel("Times are written")).toHaveValue("day-first");
  await expect(form.getByLabel("Device, where a row names none")).toHaveValue("cellar");
  await form.getByLabel("Metric of Temperatur [°C]").fill("temperature");
  await form.getByLabel("Metric of Temperatur [°C]").blur();
  await expect(form.getByRole("region", { name: "First rows" })).toContainText("cellar · temperature = 20");

  await page.getByRole("button", { name: "Check", exact: true }).click();
  const checked = page.getByRole("region", { name: "Checked: nothing is stored yet" });
  await expect(checked).toContainText("New48");
  await expect(checked).toContainText("Line 50: ");
  expect((await (await hub.fetch("/api/v1/devices")).json()).devices).toEqual([]);

  await page.getByRole("button", { name: "Import", exact: true }).click();
  const stored = page.getByRole("region", { name: "Imported" });
  await expect(stored).toContainText("New48");
  await expect(stored).toContainText("Rows refused1");
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(stored).toContainText("There already48");
  await expect(stored).toContainText("New0");

  await page.goto(`${hub.file.http}/#/devices/cellar?range=all`);
  await expect(page.getByRole("region", { name: "Temperature", exact: true })).toContainText("min 20.0");
  await expect(page.getByRole("region", { name: "Temperature", exact: true })).toContainText("max 24.7");
});

test("a long import says how far it is, and can be cancelled; what was stored stays", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.goto(`${hub.file.http}/#/import`);
  const rows = Array.from({ length: 200_000 }, (_, at) => `${1_700_000_000 + at},pi,t,${at % 50}`);
  const buffer = Buffer.from(["time,device,metric,value", ...rows, ""].join("\n"));
  await page.getByLabel("Choose a file").setInputFiles({ name: "long.csv", mimeType: "text/csv", buffer });
  const button = page.getByRole("button", { name: "Import", exact: true });
  await expect(button).toBeEnabled();
  // As over a slow network: several pieces are on their way for a long time.
  const chrome = await page.context().newCDPSession(page);
  await chrome.send("Network.enable");
  await chrome.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: 200_000,
  });
  await button.click();
  await expect(page.getByRole("progressbar")).toHaveAttribute("aria-label", /Importing… [1-9]\d? %/);
  // It goes on while another page is open.
  const share = async () => Number.parseInt((await page.getByText(/Importing… /).textContent())?.slice(10) ?? "", 10);
  const before = await share();
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await expect(page.getByRole("searchbox")).toBeVisible();
  await page.getByRole("link", { name: "Import", exact: true }).click();
  await expect.poll(share).toBeGreaterThan(before);
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await expect(page.getByText("Cancelled. What was stored by then stays")).toBeVisible();
  await expect(page.getByRole("progressbar")).toHaveCount(0);
  const { devices } = await (await hub.fetch("/api/v1/devices")).json();
  expect(devices).toHaveLength(1);
  const last = devices[0].metrics[0].latest.ts;
  expect(last).toBeLessThan((1_700_000_000 + 199_999) * 1_000);
});

test("a change of the form that did not arrive goes before the import; one that stops says what stays", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Import" }).waitFor();
  const busy = { status: 503, json: { error: "busy", message: "It is busy." } };
  await page.route(/\/imports\/[^/]+$/, (route) => route.fulfill(busy));
  await drop(page, "cellar.csv", LOGGER);
  const device = page.getByLabel("Device, where a row names none");
  await device.fill("attic");
  await device.blur();
  const alert = page.getByRole("alert");
  await expect(alert).toHaveText("This change has not arrived. It is busy.");
  const asked = page.waitForRequest((request) => request.method() === "PATCH");
  const store = page.getByRole("button", { name: "Import", exact: true });
  await store.click();
  await asked;
  await expect(alert).toHaveText("This change has not arrived. It is busy.");
  await expect(device).toHaveValue("attic");

  await page.unrouteAll({ behavior: "wait" });
  await page.route(/\/pieces\?/, (route) => route.fulfill(busy));
  await store.click();
  await expect(alert).toContainText("What was stored by then stays");
  await page.unrouteAll({ behavior: "wait" });
  await store.click();
  await expect(page.getByRole("region", { name: "Imported" })).toContainText("New48");
  const { devices } = await (await hub.fetch("/api/v1/devices")).json();
  expect(devices.map(({ id }: { readonly id: string }) => id)).toEqual(["attic"]);
});

test("an import goes on as it was understood where the hub has forgotten it", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Import" }).waitFor();
  await drop(page, "cellar.csv", LOGGER);
  const device = page.getByLabel("Device, where a row names none");
  const changed = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await device.fill("attic");
  await device.blur();
  await changed;
  // Another administrator begins one, in its place.
  expect((await hub.fetch("/api/v1/imports?name=other.csv", { method: "POST", body: "time,t\n1,2\n" })).ok).toBe(true);
  await page.getByRole("button", { name: "Import", exact: true }).click();
  await expect(page.getByRole("region", { name: "Imported" })).toContainText("New48");
  const { devices } = await (await hub.fetch("/api/v1/devices")).json();
  expect(devices.map(({ id }: { readonly id: string }) => id)).toEqual(["attic"]);
});
