// Editing, merging, blocking and deleting devices.
import { expect, type Page, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import type { ReadingsPage } from "../../../src/shared/api.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

async function openEdit(page: Page, hub: TestHub, id: string): Promise<void> {
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: id, exact: true }).click();
  await page.getByRole("link", { name: "Edit" }).click();
  await expect(page.getByRole("heading", { level: 1, name: `Edit ${id}` })).toBeVisible();
}

const about = (page: Page) => page.getByRole("complementary");

test("a device gets a name, a room, tags and notes, and loses them again", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await hub.post({ device_id: "pi-2", temperature: 20 });
  const headers = { "Content-Type": "application/json" };
  await hub.fetch("/api/v1/devices/pi-2", { method: "PATCH", headers, body: '{"room":"Cellar"}' });
  await openEdit(page, hub, "pi-1");
  await expect(page.getByLabel("Name")).toHaveAttribute("placeholder", "pi-1");
  expect(
    await page.locator("datalist option").evaluateAll((all) => all.map((one) => one.getAttribute("value"))),
  ).toEqual(["Cellar"]);
  await page.getByLabel("Name").fill("Attic");
  await page.getByLabel("Room").fill("Upstairs");
  await page.getByLabel("Tags").fill("south, , old ");
  await page.getByLabel("Notes").fill("By the window.\nNeeds a case.");
  await page.getByRole("button", { name: "Save" }).click();

  await expect(page.getByRole("heading", { level: 1, name: "Attic" })).toBeVisible();
  await expect(about(page)).toContainText("RoomUpstairs");
  await expect(about(page)).toContainText("Tagssouth, old");
  await expect(about(page)).toContainText("NotesBy the window.");
  expect(await hub.json("/api/v1/devices/pi-1")).toMatchObject({ notes: "By the window.\nNeeds a case." });

  await page.getByRole("link", { name: "Edit" }).click();
  await expect(page.getByLabel("Name")).toHaveValue("Attic");
  await expect(page.getByLabel("Tags")).toHaveValue("south, old");
  await page.getByLabel("Name").fill("  ");
  await page.getByLabel("Tags").fill("");
  await page.getByLabel("Room").press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "pi-1" })).toBeVisible();
  await expect(about(page)).not.toContainText("Tags");
  await expect(about(page)).toContainText("RoomUpstairs");
});

test("Escape keeps what was typed and Cancel does not, and saving keeps what another person changed meanwhile", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await openEdit(page, hub, "pi-1");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { level: 1, name: "pi-1" })).toBeVisible();

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("Attic");
  await page.keyboard.press("Escape");
  await expect(page.getByLabel("Name")).toHaveValue("Attic");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "pi-1" })).toBeVisible();
  expect(await hub.json("/api/v1/devices/pi-1")).toMatchObject({ name: "pi-1" });

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("Attic");
  const headers = { "Content-Type": "application/json" };
  const others = JSON.stringify({ name: "Roof", room: "Outside", notes: "Of another." });
  await hub.fetch("/api/v1/devices/pi-1", { method: "PATCH", headers, body: others });
  await expect(page.getByText("Somebody else has changed this meanwhile, to “Roof”.")).toBeVisible();
  await expect(page.getByLabel("Room")).toHaveValue("Outside");
  await expect(page.getByLabel("Name")).toHaveValue("Attic");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Attic" })).toBeVisible();
  await expect(about(page)).toContainText("Of another.");
});

test("an error on saving is shown, and the form keeps its content", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await openEdit(page, hub, "pi-1");
  await page.getByLabel("Name").fill("Attic");
  await page.getByLabel("Tags").fill("x".repeat(33));
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toContainText("It was not saved. “tags.0” is not understood");
  await page.getByLabel("Tags").fill("south");
  await page.route("**/api/v1/devices/pi-1", (route) => route.abort(), { times: 1 });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toHaveText("It was not saved. The hub does not answer.");
  await expect(page.getByLabel("Name")).toHaveValue("Attic");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Attic" })).toBeVisible();
});

test("merging keeps the id seen last and joins both histories", async ({ page }) => {
  await using hub = await startTestHub();
  const ts = Date.now() - 60_000;
  for (const [age, temperature] of [10, 20, 30].entries())
    await hub.post({ device_id: "old", temperature, ts: ts + age * 1_000 });
  const headers = { "Content-Type": "application/json" };
  await hub.fetch("/api/v1/devices/old", { method: "PATCH", headers, body: '{"name":"Attic"}' });
  await hub.post({ device_id: "new", temperature: 60 });
  await openEdit(page, hub, "new");

  const merge = page.getByRole("button", { name: "Merge…" });
  await expect(merge).toBeDisabled();
  await page.getByRole("combobox", { name: "The same as" }).selectOption("Attic (old)");
  await merge.click();
  const question = page.getByRole("dialog", { name: "Are Attic (old) and new the same device?" });
  await expect(question).toContainText("old, with its 3 readings, becomes part of new, which was heard last.");
  await expect(question).toContainText("It is called Attic from then on.");
  // Escape closes the dialog, not the page behind it.
  await page.keyboard.press("Escape");
  await expect(question).toBeHidden();
  await merge.click();
  await page.route("**/merge", (route) => route.abort(), { times: 1 });
  await question.getByRole("button", { name: "Merge them" }).click();
  await expect(question.getByRole("alert")).toHaveText("The hub does not answer.");

  const released = Promise.withResolvers<void>();
  await page.route("**/merge", async (route) => {
    await released.promise;
    await route.continue();
  });
  await question.getByRole("button", { name: "Merge them" }).click();
  await expect(question.getByRole("status")).toContainText("Moving the readings.");
  await expect(question.getByRole("button", { name: "Merge them" })).toBeDisabled();
  released.resolve();
  await expect(page.getByRole("heading", { level: 1, name: "Attic" })).toBeVisible();
  expect(page.url()).toContain("#/devices/new");
  await expect(page.getByRole("region", { name: "Temperature" })).toContainText("min 10 · mean 30 · max 60");
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByText("1 of 1 online")).toBeVisible();
});

test("merging from the old device's page keeps the new id, too, and shows why it is refused", async ({ page }) => {
  await using hub = await startTestHub();
  const many = (prefix: string) => Object.fromEntries(Array.from({ length: 260 }, (_, n) => [`${prefix}${n}`, n]));
  await hub.post({ device_id: "old", ...many("a") });
  await hub.post({ device_id: "new", ...many("b") });
  await openEdit(page, hub, "old");
  await page.getByRole("combobox", { name: "The same as" }).selectOption("new");
  await page.getByRole("button", { name: "Merge…" }).click();
  const question = page.getByRole("dialog");
  await expect(question).toContainText("old, with its 260 readings of 260 metrics, becomes part of new");
  await question.getByRole("button", { name: "Merge them" }).click();
  await expect(question.getByRole("alert")).toContainText("520 metrics together");
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Edit old" })).toBeVisible();
  // The next question begins without it.
  await page.getByRole("button", { name: "Merge…" }).click();
  await expect(question).toContainText("becomes part of new");
  await expect(question.getByRole("alert")).toHaveCount(0);
});

test("a device is blocked on its page, which can be undone, and approved again on the overview", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await hub.post({ device_id: "pi-2", temperature: 20 });
  const controls = [{ control: { id: "led", kind: "switch" }, publishes: { topic: "led", on: "1", off: "0" } }];
  const headers = { "Content-Type": "application/json" };
  await hub.fetch("/api/v1/devices/pi-2", { method: "PATCH", headers, body: JSON.stringify({ controls }) });
  const lamp = await connectAsync(hub.file.mqtt);
  await lamp.subscribeAsync("led");
  await openEdit(page, hub, "pi-1");
  await page.getByRole("button", { name: "Block" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const card = page.getByRole("link", { name: "pi-1", exact: true });
  await expect(card).toBeHidden();
  // What is read out meanwhile does not take the way back.
  const toast = page.locator("[data-announcer=visible]");
  // As long as the pointer is on it, it stays.
  await toast.hover();
  await page.getByRole("switch", { name: "Led" }).press("Space");
  await expect(page.locator("[data-announcer=screen-reader]")).toHaveText("pi-2, Led on: done");
  await expect(toast).toContainText("pi-1 is blocked.");
  await page.getByRole("button", { name: "Undo" }).click();
  await card.click();
  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByRole("button", { name: "Block" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(card).toBeHidden();
  expect((await hub.post({ device_id: "pi-1", temperature: 21 })).status).toBe(403);
  await page.getByText("1 device is blocked").click();
  await page.getByRole("button", { name: "Let it join after all: pi-1" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "pi-1" })).toContainText("Temperature20");
  await lamp.endAsync();
});

test("a device that is deleted can be taken back for a minute, also where the window was closed meanwhile", async ({
  page,
}) => {
  await using hub = await startTestHub();
  for (const temperature of [1, 2]) await hub.post({ device_id: "pi-1", temperature, humidity: 50 });
  await hub.post({ device_id: "pi-2", temperature: 3 });
  await openEdit(page, hub, "pi-1");
  await expect(page.getByRole("region", { name: "Delete it" })).toContainText(
    "It goes with its 4 readings of 2 metrics and its commands. That can be undone for a minute.",
  );
  const remove = page.getByRole("button", { name: "Delete with its history" });
  await page.route("**/removal", (route) => route.abort(), { times: 1 });
  await remove.click();
  await expect(page.getByRole("alert")).toHaveText("The hub does not answer.");
  await remove.click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const cards = page.getByRole("listitem").getByRole("heading");
  await expect(cards).toHaveText(["pi-2"]);
  await expect(page.getByText("1 of 1 online")).toBeVisible();

  await page.reload();
  const notice = page.getByRole("region", { name: "pi-1 is deleted." });
  await expect(notice).toContainText(/In \d+ seconds? it goes, with everything that it sent\./);
  await page.getByRole("link", { name: "pi-2", exact: true }).click();
  await notice.getByRole("button", { name: "Undo deleting pi-1" }).click();
  await expect(notice).toBeHidden();
  await expect(page.locator("[data-announcer=screen-reader]")).toHaveText("pi-1 is kept.");
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(cards).toHaveText(["pi-1", "pi-2"]);
  expect(await hub.json<ReadingsPage>("/api/v1/readings?device=pi-1")).toMatchObject({ readings: { length: 4 } });
});

test("a device that is deleted can be removed at once, with its history", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi-1", temperature: 1 });
  await hub.post({ device_id: "pi-2", temperature: 3 });
  await openEdit(page, hub, "pi-1");
  await page.getByRole("button", { name: "Delete with its history" }).click();
  await page.getByRole("button", { name: "Delete now: pi-1" }).click();
  await expect(page.getByRole("region", { name: "pi-1 is deleted." })).toBeHidden();
  await expect(page.getByRole("listitem").getByRole("heading")).toHaveText(["pi-2"]);
  expect(await hub.json<ReadingsPage>("/api/v1/readings")).toMatchObject({ readings: [{ device: "pi-2" }] });
});

test("the form keeps its content when the device is deleted meanwhile", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await hub.post({ device_id: "pi-2", temperature: 20 });
  await openEdit(page, hub, "pi-1");
  await page.getByLabel("Notes").fill("A long text.");
  await hub.fetch("/api/v1/devices/pi-1", { method: "DELETE" });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("alert")).toHaveText("It was not saved. There is no device “pi-1”.");
  await expect(page.getByLabel("Notes")).toHaveValue("A long text.");
});

test("devices are grouped by room, and those without one come last", async ({ page }) => {
  await using hub = await startTestHub();
  const headers = { "Content-Type": "application/json" };
  const place = (id: string, room: string) =>
    hub.fetch(`/api/v1/devices/${id}`, { method: "PATCH", headers, body: JSON.stringify({ room }) });
  for (const id of ["pi-1", "pi-2", "pi-3", "pi-4"]) await hub.post({ device_id: id, temperature: 20 });
  await place("pi-3", "Attic");
  await page.goto(linkOf(hub));
  await expect(page.getByRole("listitem").getByRole("heading")).toHaveText(["pi-3", "pi-1", "pi-2", "pi-4"]);
  await place("pi-2", "Cellar");
  await place("pi-4", "Attic");
  const main = page.getByRole("main");
  await expect(main.getByRole("heading", { level: 2 })).toHaveText(["Attic 2", "Cellar 1", "Elsewhere 1"]);
  await expect(main.getByRole("heading", { level: 3 })).toHaveText(["pi-3", "pi-4", "pi-2", "pi-1"]);
});

test("the editing page and its dialogs fit a phone", async ({ page }) => {
  await using hub = await startTestHub();
  await page.setViewportSize({ width: 390, height: 844 });
  const long = "x".repeat(64);
  await hub.post({ device_id: long, temperature: 20 });
  await hub.post({ device_id: "y".repeat(64), temperature: 20 });
  await openEdit(page, hub, long);
  expect(await overflow(page)).toBe(0);
  await page.getByRole("combobox", { name: "The same as" }).selectOption("y".repeat(64));
  await page.getByRole("button", { name: "Merge…" }).click();
  const question = page.getByRole("dialog");
  await expect(question).toBeVisible();
  const isWithin = async () => {
    const box = await question.boundingBox();
    return box !== null && box.x >= 0 && box.x + box.width <= 390;
  };
  expect([await overflow(page), await isWithin()]).toEqual([0, true]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Delete with its history" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(page.getByRole("region", { name: `${long} is deleted.` })).toBeVisible();
  expect(await overflow(page)).toBe(0);
});

test("what was left out of its messages is shown, and the zone of its times can be set", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post('{"device_id":"pi-1","temperature":20,"humidity":NaN,"gps":["a"]}');
  await hub.post({ device_id: "pi-1", time: new Date().toISOString().slice(0, 19), pressure: 1013 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi-1", exact: true }).click();
  const leftOut = page.locator("section", { has: page.getByRole("heading", { name: "Left out" }) });
  await expect(leftOut).toContainText(/humidity"NaN" is no value\. .* ago/);
  await expect(leftOut).toContainText("gpsAn array is taken where it holds 1 to 64 numbers");
  await expect(about(page)).toContainText("Its timesUTC, as its messages show");
  expect(await overflow(page)).toBe(0);

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel("Times that it sends").selectOption("local time, as this hub’s clock shows it");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(about(page)).toContainText("Its timeslocal time");
  expect(await hub.json("/api/v1/devices/pi-1")).toMatchObject({ timeZone: { name: "hub", learned: false } });
});

test("saving the name keeps what was typed for the metrics, and moving one keeps the focus", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.9, humidity: 60, noise: 1 });
  await openEdit(page, hub, "pi");
  await page.getByLabel("Unit of temperature").fill("°C");
  await page.getByLabel("Name", { exact: true }).fill("Attic");
  await page.getByRole("button", { name: "Save" }).click();
  const form = page.getByRole("form", { name: "Metrics" });
  await expect(page.getByText("Saved.")).toBeVisible();
  await expect(form).toContainText("Not saved yet.");
  await expect(page.getByLabel("Unit of temperature")).toHaveValue("°C");
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Attic" })).toBeVisible();

  await page.getByRole("link", { name: "Edit" }).click();
  const down = page.getByRole("button", { name: "Move temperature down" });
  await down.focus();
  await page.keyboard.press("Enter");
  await expect(down).toBeFocused();
  await expect(page.locator("[data-announcer=screen-reader]")).toHaveText("temperature: place 2 of 3");
  await page.keyboard.press("Enter");
  // There is no way further down.
  await expect(page.getByRole("button", { name: "Move temperature up" })).toBeFocused();
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(form).toContainText("Saved.");
  expect(await hub.json("/api/v1/devices/pi")).toMatchObject({
    metrics: [{ name: "humidity" }, { name: "noise" }, { name: "temperature" }],
  });
});

test("metrics get a label, a unit and an order, and can be hidden", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.9, humidity: 60, noise: 1 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.goto(`${hub.file.http}/#/devices/pi/edit`);
  await page.getByLabel("Unit of temperature").fill("°C");
  await page.getByLabel("Decimals of temperature").selectOption("2");
  await page.getByLabel("Label of humidity").fill("Damp");
  await page.getByRole("button", { name: "Move humidity up" }).click();
  await page.getByLabel("Show noise").uncheck();
  await page.keyboard.press("Escape");
  const form = page.getByRole("form", { name: "Metrics" });
  await expect(form).toContainText("Not saved yet.");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(form).toContainText("Saved.");
  await page.goto(`${hub.file.http}/#/devices/pi`);
  await expect(page.getByRole("region", { name: "Temperature" })).toContainText("25.90°C");
  await expect(page.getByRole("region", { name: /^(Damp|Temperature|Noise)$/ })).toHaveCount(2);
  await expect(page.getByRole("region", { name: /^(Damp|Temperature)$/ }).first()).toContainText("Damp");
});

test("of the metrics, too, what another person changes meanwhile is shown, and overwrites nothing that was entered", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.9, humidity: 60, noise: 1 });
  const changedByAnother = async (metrics: object) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ metrics });
    expect((await hub.fetch("/api/v1/devices/pi", { method: "PATCH", headers, body })).status).toBe(200);
  };
  const told = (value: string) => page.getByText(`Somebody else has changed this meanwhile, to “${value}”.`);
  await openEdit(page, hub, "pi");
  const form = page.getByRole("form", { name: "Metrics" });
  await page.getByLabel("Unit of temperature").fill("°F");
  await page.getByLabel("Decimals of temperature").selectOption("2");
  await changedByAnother({ temperature: { unit: "K", decimals: 0 }, humidity: { label: "Damp" } });
  await expect(told("Unit: K")).toBeVisible();
  await expect(told("Decimals: 0")).toBeVisible();
  await expect(page.getByLabel("Label of humidity")).toHaveValue("Damp");
  await expect(page.getByLabel("Unit of temperature")).toHaveValue("°F");
  await form.getByRole("button", { name: "Take that" }).last().click();
  await expect(page.getByLabel("Decimals of temperature")).toHaveValue("0");

  await page.getByRole("button", { name: "Move temperature down" }).click();
  await changedByAnother({ noise: { place: 0 }, temperature: { place: 1 }, humidity: { place: 2 } });
  await expect(told("noise, temperature, humidity")).toBeVisible();
  await form.getByRole("button", { name: "Take that" }).last().click();
  await expect(form.getByRole("listitem").first()).toContainText("noise");
  await form.getByRole("button", { name: "Apply" }).click();
  await expect(form).toContainText("Saved.");
  await expect(page.getByText("Somebody else")).toHaveCount(0);
  expect(await hub.json("/api/v1/devices/pi")).toMatchObject({
    metrics: [{ name: "noise" }, { name: "temperature", unit: "°F", decimals: 0 }, { name: "humidity", label: "Damp" }],
  });
});
