// Finding and arranging devices: search, filters, the list, manual order, the wall, the command palette, and window settings.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

async function homeHub(): Promise<TestHub> {
  const hub = await startTestHub();
  for (const [id, changes] of [
    ["attic", { room: "Attic", tags: ["inside"] }],
    ["bed-north", { room: "Greenhouse", tags: ["wet"] }],
    ["bed-south", { room: "Greenhouse" }],
  ] as const) {
    await hub.post({ device_id: id, temperature: 20.5 });
    await hub.fetch(`/api/v1/devices/${id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(changes),
    });
  }
  return hub;
}

const cards = (page: Page) => page.getByRole("main").getByRole("heading", { level: 3 });
const hash = (page: Page) => page.evaluate(() => location.hash);

test("typing, a room, a tag and a state narrow the devices down; the address keeps it", async ({ page }) => {
  await using hub = await homeHub();
  await page.goto(linkOf(hub));
  await expect(cards(page)).toHaveText(["attic", "bed-north", "bed-south"]);
  await page.getByRole("searchbox", { name: "Search devices" }).fill("bed");
  await expect(cards(page)).toHaveText(["bed-north", "bed-south"]);
  await page.getByRole("combobox", { name: "Tag" }).selectOption("wet");
  await expect(cards(page)).toHaveText(["bed-north"]);
  expect(await hash(page)).toBe("#/?q=bed&tag=wet");
  await page.reload();
  await expect(cards(page)).toHaveText(["bed-north"]);
  await page.getByRole("link", { name: "bed-north" }).click();
  await page.goBack();
  await expect(page.getByRole("searchbox", { name: "Search devices" })).toHaveValue("bed");
  await page.getByRole("combobox", { name: "State" }).selectOption("Away");
  await page.getByRole("button", { name: "Show all" }).click();
  await page.getByRole("combobox", { name: "Room", exact: true }).selectOption("Attic");
  await expect(cards(page)).toHaveText(["attic"]);
});

test("a room that a link asks for, and that is gone, says why no device is shown", async ({ page }) => {
  await using hub = await homeHub();
  await page.goto(linkOf(hub));
  await expect(cards(page)).toHaveCount(3);
  await page.evaluate(() => {
    location.hash = "#/?room=Cellar";
  });
  await expect(page.getByText("No device fits.")).toBeVisible();
  const rooms = page.getByRole("combobox", { name: "Room", exact: true });
  await expect(rooms).toHaveValue("Cellar");
  await rooms.selectOption("All rooms");
  await expect(cards(page)).toHaveCount(3);
  await expect(rooms.getByRole("option", { name: "Cellar" })).toHaveCount(0);
});

test("a device that is undervolted stands first, and says why", async ({ page }) => {
  await using hub = await homeHub();
  await page.goto(linkOf(hub));
  await expect(cards(page)).toHaveText(["attic", "bed-north", "bed-south"]);
  await hub.post({ device_id: "bed-south", undervoltage: 1 });
  const attention = page.getByRole("region", { name: "Needs a look" });
  await expect(attention.getByRole("heading", { level: 3 })).toHaveText(["bed-south"]);
  await expect(attention).toContainText("Undervoltage: its power supply is too weak.");
  await expect(page).toHaveTitle("(1) Overview · Bramble");
  await hub.post({ device_id: "bed-south", undervoltage: 0 });
  await expect(attention).toBeHidden();
  await expect(page).toHaveTitle("Overview · Bramble");
});

test("the list and the order by hand are remembered; the order is made with the keyboard or by dragging", async ({
  page,
}) => {
  await using hub = await homeHub();
  await page.goto(linkOf(hub));
  await page.getByRole("combobox", { name: "Group" }).selectOption("In one group");
  await page.getByRole("combobox", { name: "Order" }).selectOption("By hand");
  const handle = page.getByRole("button", { name: "Move attic" });
  await handle.focus();
  await page.keyboard.press("ArrowRight");
  await expect(cards(page)).toHaveText(["bed-north", "attic", "bed-south"]);
  await expect(handle).toBeFocused();
  await expect(page.locator("[data-announcer=screen-reader]")).toHaveText("attic: place 2 of 3");

  await page.getByRole("button", { name: "Move bed-south" }).hover();
  await page.mouse.down();
  const target = await page.getByRole("heading", { level: 3, name: "bed-north" }).boundingBox();
  await page.mouse.move((target?.x ?? 0) + 10, (target?.y ?? 0) + 10);
  await page.mouse.up();
  await expect(cards(page)).toHaveText(["bed-south", "bed-north", "attic"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(cards(page)).toHaveText(["bed-north", "attic", "bed-south"]);

  await page.getByRole("button", { name: "List", exact: true }).click();
  await expect(page.getByRole("listitem").first()).toContainText("bed-north");
  await page.reload();
  await expect(page.getByRole("button", { name: "List", exact: true })).toHaveAttribute("aria-pressed", "true");
  await expect(page.getByRole("listitem").first()).toContainText("bed-north");
});

test("the wall shows nothing but the devices, larger", async ({ page }) => {
  await using hub = await homeHub();
  await page.setViewportSize({ width: 1920, height: 1080 });
  await page.goto(linkOf(hub));
  const size = () =>
    cards(page)
      .first()
      .evaluate((heading) => Number.parseFloat(getComputedStyle(heading).fontSize));
  await expect(cards(page)).toHaveCount(3);
  const before = await size();
  await page.getByRole("button", { name: "Fill the screen" }).click();
  await expect(page.getByRole("navigation")).toBeHidden();
  await expect(page.getByRole("searchbox")).toBeHidden();
  expect(await size()).toBeGreaterThan(before * 1.5);
  await page.getByRole("button", { name: "Back to the window" }).click();
  await expect(page.getByRole("navigation")).toBeVisible();
  expect(await hash(page)).toBe("#/");
});

test("the command palette opens a device by the keyboard alone, and does what it says", async ({ page }) => {
  await using hub = await homeHub();
  await page.goto(linkOf(hub));
  await expect(cards(page)).toHaveCount(3);
  await page.keyboard.press("Control+k");
  const field = page.getByRole("combobox", { name: "Find anything" });
  await expect(field).toBeFocused();
  await field.fill("green");
  await expect(page.getByRole("listbox", { name: "What was found" }).getByRole("option")).toHaveText([
    /bed-north/,
    /bed-south/,
  ]);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "bed-south" })).toBeFocused();

  await page.keyboard.press("Control+k");
  await field.fill("dark colours");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Find anything" }).click();
  await field.fill("zzz");
  await expect(page.getByText("Nothing is called “zzz”.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "Find anything" })).toBeFocused();

  // A phone has no keys: it is left by its button, and by a press beside it; not by a drag that began within.
  const palette = page.getByRole("dialog", { name: "Find anything" });
  await page.getByRole("button", { name: "Find anything" }).click();
  await palette.getByRole("button", { name: "Close" }).click();
  await expect(palette).toBeHidden();
  await page.getByRole("button", { name: "Find anything" }).click();
  await field.hover();
  await page.mouse.down();
  await page.mouse.move(5, 5);
  await page.mouse.up();
  await expect(field).toBeFocused();
  await page.mouse.click(5, 5);
  await expect(palette).toBeHidden();

  // It does not lie over another page than it was opened on.
  await page.getByRole("link", { name: "Compare" }).click();
  await page.keyboard.press("Control+k");
  await expect(field).toBeFocused();
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "bed-south" })).toBeFocused();
  await expect(palette).toBeHidden();
});

test("temperatures are shown in the unit that a person chose", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", metrics: { temperature: { value: 25.5, unit: "°C" } } });
  await page.route("**/api/v1/devices", async (route) => {
    const answer = await (await route.fetch({ maxRetries: 3 })).json();
    const [device] = answer.devices;
    await route.fulfill({
      json: {
        devices: [
          { ...device, metrics: [{ ...device.metrics[0], unit: "°C", latest: { ts: Date.now(), value: 25.5 } }] },
        ],
      },
    });
  });
  await page.goto(linkOf(hub));
  const card = page.locator("[data-device=pi]");
  await expect(card).toContainText("25.5°C");
  await page.getByRole("combobox", { name: "Temperatures" }).selectOption("°F");
  await expect(card).toContainText("77.9°F");
  await page.reload();
  await expect(card).toContainText("77.9°F");
});

for (const width of [390, 800, 1280, 2560]) {
  test(`at ${width} px nothing overflows, and the cards use the width`, async ({ page }) => {
    await using hub = await homeHub();
    await page.setViewportSize({ width, height: 900 });
    await page.goto(linkOf(hub));
    // Rooms of few devices stand beside each other.
    const topOf = async (room: string) => (await page.getByRole("region", { name: room }).boundingBox())?.y;
    await expect(cards(page)).toHaveCount(3);
    if (width >= 1280) expect(await topOf("Greenhouse")).toBe(await topOf("Attic"));
    await page.getByRole("combobox", { name: "Group" }).selectOption("In one group");
    await expect(cards(page)).toHaveCount(3);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    const items = page.getByRole("main").getByRole("listitem");
    const tops = await items.evaluateAll((all) => all.map((item) => item.getBoundingClientRect().top));
    const inFirstRow = tops.filter((top) => top === tops[0]).length;
    expect(inFirstRow).toBe({ 390: 1, 800: 2 }[width] ?? 3);
    const grid = await page.getByRole("main").getByRole("list").first().boundingBox();
    expect(grid?.width).toBeGreaterThan(width * 0.7);
    // In a low window the pages and the status line do not lie on one another.
    if (width === 800) await page.setViewportSize({ width, height: 600 });
    const status = await page.getByRole("contentinfo").boundingBox();
    const pages = await page.getByRole("navigation", { name: "Pages" }).boundingBox();
    if (width > 390) expect((pages?.y ?? 0) + (pages?.height ?? 0)).toBeLessThanOrEqual(status?.y ?? 0);
    if (width > 390) return;
    for (const button of await page.getByRole("main").getByRole("button").all()) {
      if (await button.isVisible()) expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
    for (const link of await page.getByRole("navigation").getByRole("link").all()) {
      if (await link.isVisible()) expect((await link.boundingBox())?.height).toBeGreaterThanOrEqual(44);
    }
  });
}

test("in a narrow list and a low window no words lie over others", async ({ page }) => {
  await using hub = await startTestHub();
  const headers = { "content-type": "application/json" };
  await hub.fetch("/api/v1/simulation", { method: "POST", headers, body: "{}" });
  await page.setViewportSize({ width: 800, height: 600 });
  await page.goto(linkOf(hub));
  await page.getByRole("button", { name: "List" }).click();
  await expect(page.locator("li[data-device]").getByText("simulated")).toHaveCount(5);
  const overflowing = await page
    .locator("li[data-device] > span:first-of-type, nav a")
    .evaluateAll((all) =>
      all.flatMap((one) =>
        one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1 ? one.textContent : [],
      ),
    );
  expect(overflowing).toEqual([]);
});

test("without motion nothing moves, and with the system's colours switches stay", async ({ page }) => {
  await using hub = await homeHub();
  const controls = [{ control: { id: "led", kind: "switch" }, publishes: { topic: "led", on: "1", off: "0" } }];
  await hub.fetch("/api/v1/devices/attic", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ controls }),
  });
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active" });
  await page.goto(linkOf(hub));
  const led = page.getByRole("switch", { name: "Led" });
  await expect(led).toBeVisible();
  const look = await led.evaluate((element) => {
    const { transitionDuration, borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(element);
    return { transitionDuration, borderTopStyle, isSeen: borderTopColor !== backgroundColor };
  });
  expect(look).toEqual({ transitionDuration: "0s", borderTopStyle: "solid", isSeen: true });

  // Lines keep their colours: they are those that are seen on the system's background.
  await page.evaluate(() => localStorage.setItem("theme", "light"));
  await page.emulateMedia({ reducedMotion: "reduce", forcedColors: "active", colorScheme: "dark" });
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  // What is chosen is told from what is not, and lines from each other.
  const background = (element: Element) => getComputedStyle(element).backgroundColor;
  await page.getByRole("button", { name: "Find anything" }).click();
  const options = page.getByRole("listbox", { name: "What was found" }).getByRole("option");
  await expect(options.first()).toHaveAttribute("aria-selected", "true");
  expect(await options.first().evaluate(background)).not.toBe(await options.nth(1).evaluate(background));
  await page.keyboard.press("Escape");
  await page.goto(
    `${page.url().replace(/#.*/, "")}#/compare?series=attic%2Ftemperature&series=bed-north%2Ftemperature`,
  );
  const swatches = page.getByRole("listitem").locator("i");
  await expect(swatches).toHaveCount(2);
  expect(
    new Set(await swatches.evaluateAll((all) => all.map((one) => getComputedStyle(one).backgroundColor))).size,
  ).toBe(2);
});

test("what can be undone waits while the keyboard is at its button", async ({ page }) => {
  await using hub = await homeHub();
  await hub.post("{");
  await page.clock.install();
  await page.goto(linkOf(hub));
  await page.getByText("1 message was refused").click();
  await page.getByRole("button", { name: "Do not show these here again" }).click();
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.focus();
  await page.clock.fastForward(20_000);
  await page.evaluate(() => new Promise(requestAnimationFrame));
  await expect(undo).toBeFocused();
  await page.getByRole("searchbox", { name: "Search devices" }).focus();
  await page.clock.fastForward(20_000);
  await expect(undo).toBeHidden();
});
