// Notes on the time axis: written at a place of a chart, seen on every chart and in the list, changed and removed with a way
// back, by pointer and by keys; a CSV has them where that is asked for.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const MINUTE_MS = 60_000;

async function open(page: Page, hub: TestHub) {
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.goto(`${hub.file.http}/#/devices/pi?range=1h`);
  const chart = page.getByRole("region", { name: "Temperature", exact: true });
  await expect(chart).toContainText("max 20.9");
  return chart;
}

test("a note is pointed at, read on every chart, changed, removed and brought back", async ({ page }) => {
  await using hub = await startTestHub();
  const endMs = Date.now();
  const rows = Array.from({ length: 60 }, (_, index) => ({
    device_id: "pi",
    ts: endMs - index * MINUTE_MS,
    temperature: 20 + (index % 10) / 10,
    humidity: 50,
  }));
  expect((await hub.post(rows)).status).toBe(200);
  const chart = await open(page, hub);
  const canvas = chart.getByRole("img");
  const box = await canvas.boundingBox();
  if (box === null) throw new Error("the chart has no place");
  const at = (share: number) => [box.x + box.width * share, box.y + box.height / 2] as const;

  await page.getByRole("button", { name: "Add a note" }).click();
  const form = page.getByRole("form", { name: "Add a note" });
  await expect(form.getByLabel("Note", { exact: true })).toBeFocused();
  await form.getByLabel("Note", { exact: true }).fill("window open");
  const lower = (await canvas.boundingBox())?.y ?? 0;
  const drop = lower - box.y;
  await page.mouse.move(at(0.4)[0], at(0.4)[1] + drop);
  await page.mouse.down();
  await page.mouse.move(at(0.5)[0], at(0.5)[1] + drop);
  await page.mouse.move(at(0.6)[0], at(0.6)[1] + drop);
  await page.mouse.up();
  await expect(page).toHaveURL(/range=1h$/);
  await expect(form.getByLabel("Until (for a stretch)")).not.toHaveValue("");
  await form.getByRole("button", { name: "Save" }).click();
  const list = page.getByRole("region", { name: "Notes" });
  // What stands in an empty list says these words, too.
  await expect(list.getByRole("listitem")).toContainText("window open");
  // The form that offers the way back is gone when it fails.
  await page.route("**/api/v1/annotations/*", (route) => route.abort());
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(page.getByText("It was not undone.")).toBeVisible();
  await page.unroute("**/api/v1/annotations/*");
  const { annotations } = await (await hub.fetch("/api/v1/annotations")).json();
  expect(annotations[0].timeEnd - annotations[0].time).toBeGreaterThan(8 * MINUTE_MS);

  for (const name of ["Temperature", "Humidity"]) {
    const other = page.getByRole("region", { name, exact: true });
    await chart.getByRole("img").hover();
    await expect(other).toContainText("Note: window open");
  }

  await list.getByRole("button", { name: "Change “window open”" }).click();
  const change = page.getByRole("form", { name: "Change the note" });
  await change.getByLabel("Note", { exact: true }).fill("door open");
  await change.getByLabel("Note", { exact: true }).press("Enter");
  await expect(list).toContainText("door open");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(list.getByRole("listitem")).toContainText("window open");
  await page.route("**/api/v1/annotations/*", (route) => route.abort(), { times: 1 });
  await list.getByRole("button", { name: "Remove “window open”" }).click();
  await expect(list.getByRole("alert")).toHaveText("The note is still there. The hub does not answer.");
  await list.getByRole("button", { name: "Remove “window open”" }).click();
  await expect(list.getByRole("listitem")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(list.getByRole("listitem")).toContainText("window open");

  // By the keys alone: Enter takes the marked moment.
  await page.getByRole("button", { name: "Add a note" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("by keys");
  await canvas.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");
  await form.getByLabel("Note", { exact: true }).press("Enter");
  await expect(list).toContainText("by keys");

  const csv = await (await hub.fetch("/api/v1/export.csv?metric=temperature&notes=1")).text();
  expect(csv).toMatch(/^time,device,metric,value,note\r\n/);
  expect(csv.match(/window open/g)?.length).toBeGreaterThan(8);
});

test("what is announced twice with the same words is read twice", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 20 });
  const headers = { "Content-Type": "application/json" };
  for (const time of [Date.now() - 2_000, Date.now() - 1_000]) {
    const body = JSON.stringify({ time, text: "window open", device: "pi" });
    expect((await hub.fetch("/api/v1/annotations", { method: "POST", headers, body })).status).toBe(201);
  }
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  const remove = page.getByRole("button", { name: "Remove “window open”" });
  await expect(remove).toHaveCount(2);
  await remove.first().click();
  const region = page.locator("[data-announcer=visible]");
  await expect(region).toContainText("window open");
  // Screen readers read what is added to the region.
  const added = region.evaluate(
    (element) =>
      new Promise<string>((resolve) => {
        new MutationObserver(() => resolve(element.textContent ?? "")).observe(element, { childList: true });
      }),
  );
  await remove.click();
  expect(await added).toContain("window open");
});

test("a drag that ends beside the charts has ended", async ({ page }) => {
  await using hub = await startTestHub();
  const endMs = Date.now();
  const rows = Array.from({ length: 60 }, (_, index) => ({
    device_id: "pi",
    ts: endMs - index * MINUTE_MS,
    temperature: 20 + (index % 10) / 10,
  }));
  expect((await hub.post(rows)).status).toBe(200);
  const chart = await open(page, hub);
  await page.getByRole("button", { name: "Add a note" }).click();
  const until = page.getByRole("form", { name: "Add a note" }).getByLabel("Until (for a stretch)");
  const box = await chart.getByRole("img").boundingBox();
  if (box === null) throw new Error("the chart has no place");
  const to = (share: number, y = box.y + box.height / 2) => page.mouse.move(box.x + box.width * share, y);
  await to(0.4);
  await page.mouse.down();
  await to(0.5);
  await expect(until).not.toHaveValue("");
  const marked = await until.inputValue();
  await to(0.5, 1);
  await page.mouse.up();
  await to(0.8);
  await expect(until).toHaveValue(marked);
});
