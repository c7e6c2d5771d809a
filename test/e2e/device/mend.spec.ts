// Mending readings in the window: with a lasso, by keyboard alone, and undone from the toast and from the list.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const MINUTE_MS = 60_000;

/** Fifty minutes of 20 to 21 degrees, with two readings of 85 in the middle and one at the end. */
async function openHour(page: Page, hub: TestHub) {
  const endMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  const rows = Array.from({ length: 50 }, (_, index) => {
    const isWrong = index === 30 || index === 31 || index === 49;
    return { device_id: "pi", ts: endMs - (49 - index) * MINUTE_MS, v: isWrong ? 85 : 20 + (index % 11) / 10 };
  });
  expect((await hub.post(rows)).status).toBe(200);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  await page.getByText("1 h", { exact: true }).click();
  const chart = page.getByRole("region", { name: "V", exact: true });
  await expect(chart).toContainText("max 85.0");
  return chart;
}

test("a lasso hides readings on the chart and on every other page at once, and the toast brings them back", async ({
  page,
  context,
}) => {
  await using hub = await startTestHub();
  const chart = await openHour(page, hub);
  const other = await context.newPage();
  await other.goto(page.url());
  const elsewhere = other.getByRole("region", { name: "V", exact: true });
  await expect(elsewhere).toContainText("max 85.0");

  await chart.getByRole("button", { name: "Mend: V" }).click();
  const form = page.getByRole("form", { name: "Mend readings of V" });
  await expect(form.getByRole("status")).toHaveText("50 readings lie in it.");
  const box = await chart.locator("canvas").boundingBox();
  if (box === null) throw new Error("the chart is not drawn");
  // All that is above the middle.
  await page.mouse.move(box.x + box.width / 3, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
  await expect(form.getByRole("status")).toHaveText("3 readings lie in it.");
  await expect(form.getByLabel("At most")).toHaveValue("");
  await form.getByRole("button", { name: "Apply" }).click();

  await expect(page.getByText("3 readings are hidden.")).toBeVisible();
  for (const shown of [chart, elsewhere]) {
    await expect(shown).toContainText("max 21.0");
    await expect(shown.locator("header")).not.toContainText("85");
    await expect(shown).toContainText("Mended");
  }
  await expect(other.getByRole("region", { name: "Mended" })).toContainText("hidden");

  await page.getByRole("button", { name: "Undo", exact: true }).first().click();
  for (const shown of [chart, elsewhere]) {
    await expect(shown).toContainText("max 85.0");
    await expect(shown).not.toContainText("Mended");
  }
  await expect(page.getByRole("region", { name: "Mended" })).toBeHidden();
});

test("by keyboard alone readings are corrected and scaled, and undone in the list", async ({ page }) => {
  await using hub = await startTestHub();
  const chart = await openHour(page, hub);
  const open = chart.getByRole("button", { name: "Mend: V" });
  const form = page.getByRole("form", { name: "Mend readings of V" });

  await open.focus();
  await page.keyboard.press("Enter");
  await form.getByLabel("At least").focus();
  await page.keyboard.type("50");
  await expect(form.getByRole("status")).toHaveText("3 readings lie in it.");
  await form.getByRole("radio", { name: "Hide" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(form.getByRole("button", { name: "Apply" })).toBeDisabled();
  await form.getByLabel("They are all").focus();
  await page.keyboard.type("19.5");
  await page.keyboard.press("Enter");
  await expect(chart).toContainText("min 19.5");
  await expect(chart).toContainText("max 21.0");

  await open.focus();
  await page.keyboard.press("Enter");
  await form.getByRole("radio", { name: "Hide" }).focus();
  await page.keyboard.press("ArrowLeft");
  await form.getByLabel("Times").fill("2");
  await form.getByLabel("Plus").fill("-1");
  await expect(form.getByRole("status")).toHaveText("50 readings lie in it.");
  await page.keyboard.press("Enter");
  await expect(chart).toContainText("min 38.0");
  const list = page.getByRole("region", { name: "Mended" });
  await expect(list.getByRole("listitem")).toHaveCount(2);
  await list.getByRole("button", { name: /^Undo: .*times 2, plus -1/ }).click();
  await expect(chart).toContainText("min 19.5");
  // They are still corrected.
  await expect(page.locator("[data-announcer=visible]")).toHaveText("The mend is undone.");
  await list.getByRole("button", { name: /^Undo: / }).click();
  await expect(chart).toContainText("max 85.0");
  await expect(list).toBeHidden();

  await open.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await expect(form).toBeHidden();

  // What was entered is not thrown away by a key.
  await open.click();
  await form.getByLabel("At least").fill("50");
  await page.keyboard.press("Escape");
  await expect(form.getByLabel("At least")).toHaveValue("50");
  await form.getByRole("button", { name: "Cancel" }).click();
  await expect(form).toBeHidden();
});

test("what is added to readings has the unit that they were sent in, in whatever unit they are read", async ({
  page,
}) => {
  await using hub = await startTestHub();
  const now = Date.now();
  await hub.post([0, 1].map((ago) => ({ device_id: "pi", ts: now - ago * MINUTE_MS, temperature: `${20 + ago} °C` })));
  const headers = { "Content-Type": "application/json" };
  const repair = { kind: "scale", factor: 1, offset: 2 };
  const body = JSON.stringify({ metric: "temperature", from: now - MINUTE_MS, to: now + 1, least: 20, repair });
  expect((await hub.fetch("/api/v1/devices/pi/mends", { method: "POST", headers, body })).status).toBe(201);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill("temperatures in °F");
  await page.keyboard.press("Enter");
  const list = page.getByRole("region", { name: "Mended" });
  await expect(list).toContainText("values from 68\u202f°F up");
  await expect(list).toContainText("times 1, plus 2\u202f°C");
});

test("what lies over a chart follows it to another width", async ({ page }) => {
  await using hub = await startTestHub();
  const chart = await openHour(page, hub);
  await chart.getByRole("button", { name: "Mend: V" }).click();
  const endOf = async (selector: string) => {
    const box = await chart.locator(selector).last().boundingBox();
    return (box?.x ?? Number.NaN) + (box?.width ?? 0);
  };
  for (const width of [800, 390, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    await expect.poll(async () => (await endOf("[aria-hidden=true] > i")) - (await endOf("canvas"))).toBeLessThan(0);
    await expect
      .poll(async () => (await endOf("[aria-hidden=true] > i")) - (await endOf("canvas")))
      .toBeGreaterThan(-80);
  }
});
