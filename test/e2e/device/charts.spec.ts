// Charts of realistic series: states, large counters, late readings, and a browser with a wrong clock.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf, untilDrawn } from "../support/page.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Readings of the metric “v”, one every `everyMs`, the last one `agoMs` ago. */
async function send(hub: TestHub, device: string, values: readonly unknown[], everyMs: number, agoMs = 0) {
  const endMs = Date.now() - agoMs;
  const rows = values.map((v, index) => ({ device_id: device, ts: endMs - (values.length - 1 - index) * everyMs, v }));
  for (let from = 0; from < rows.length; from += 200) {
    const response = await hub.post(rows.slice(from, from + 200));
    expect(response.status).toBe(200);
  }
}

async function openHour(page: Page, hub: TestHub, device: string) {
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: device, exact: true }).click();
  await page.getByText("1 h", { exact: true }).click();
  return page.getByRole("region", { name: "V", exact: true });
}

/** In which pixel rows something of the chart's colour is drawn, at a part of its width from the left of the plot. */
function coloured(page: Page, share: number): Promise<number> {
  return page.evaluate((part) => {
    const canvas = document.querySelector("canvas");
    const context = canvas?.getContext("2d");
    if (!canvas || !context) return 0;
    const [r = 0, g = 0, b = 0] = (getComputedStyle(canvas).color.match(/\d+/g) ?? []).map(Number);
    const { data } = context.getImageData(Math.floor(canvas.width * part), 0, 1, canvas.height);
    const rows = Array.from({ length: canvas.height }, (_, row) => data.slice(4 * row, 4 * row + 4));
    const isNear = (x: number | undefined, y: number) => Math.abs((x ?? 0) - y) < 40;
    return rows.filter((pixel) => pixel[3] === 255 && isNear(pixel[0], r) && isNear(pixel[1], g) && isNear(pixel[2], b))
      .length;
  }, share);
}

test.describe("a series of two states", () => {
  for (const [name, states] of [
    ["booleans", [false, true, false, true]],
    ["numbers", [0, 1, 0, 1]],
    ["text numbers", ["0", "1", "0", "1"]],
  ] as const) {
    test(`sent as ${name} is drawn in steps until now, with a mean by time`, async ({ page }) => {
      await using hub = await startTestHub();
      await send(hub, "door", states, 10 * MINUTE_MS, 5 * MINUTE_MS);
      const chart = await openHour(page, hub, "door");
      await expect(chart).toContainText(/on 4[23](?:\.\d)?% of the time/);
      // Level between two changes and up to now: a line of two pixels, and not a slope over many rows.
      await expect.poll(() => coloured(page, 0.95)).toBeGreaterThan(0);
      for (const share of [0.58, 0.7, 0.85, 0.95]) expect(await coloured(page, share)).toBeLessThan(8);
    });
  }
});

test("two states hold from before the time that is shown, unless they come at regular times", async ({ page }) => {
  await using hub = await startTestHub();
  const now = Date.now();
  await hub.post([
    { device_id: "door", ts: now - 6 * HOUR_MS, v: 0 },
    { device_id: "door", ts: now - 5 * HOUR_MS, v: 1 },
    { device_id: "door", ts: now - 6 * MINUTE_MS, v: 0 },
  ]);
  const chart = await openHour(page, hub, "door");
  await expect(chart).toContainText(/on (?:90|89\.\d)% of the time/);
  const show = (device: string, agoMinutes: number) => {
    const [from, to] = [agoMinutes, agoMinutes - 30].map((ago) => new Date(now - ago * MINUTE_MS).toISOString());
    return page.goto(`${hub.file.http}/#/devices/${device}?from=${from}&to=${to}`);
  };
  await show("door", 120);
  await expect(chart).toContainText("on 100% of the time");
  await expect(chart).not.toContainText("No readings in this time.");
  // Before its first reading nothing is known.
  await show("door", 400);
  await expect(chart).toContainText("No readings in this time.");

  await send(hub, "relay", [...Array(30).fill(1), 0, 1], MINUTE_MS, 90 * MINUTE_MS);
  await show("relay", 80);
  await expect(chart).toContainText("No readings in this time.");
});

test("late readings of two states reach a time that is zoomed into, and stay", async ({ page }) => {
  await using hub = await startTestHub();
  const now = Date.now();
  await send(hub, "door", [0, 1, 0, 1], 20 * MINUTE_MS, 40 * MINUTE_MS);
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "door", exact: true })).toBeVisible();
  const [from, to] = [now - 2 * HOUR_MS, now].map((ms) => new Date(ms).toISOString());
  await page.goto(`${hub.file.http}/#/devices/door?from=${from}&to=${to}`);
  const chart = page.getByRole("region", { name: "V", exact: true });
  await expect(chart).toContainText(/on (?:60|59\.9)% of the time/);
  const again = page.waitForResponse(/points=/);
  await hub.post({ device_id: "door", ts: now - 70 * MINUTE_MS, v: 0 });
  await again;
  await untilDrawn(page);
  await expect(chart).toContainText(/on (?:50|49\.9)% of the time/);
});

test("a thermometer at the freezing point is no switch", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, "frost", ["0 °C", "1 °C", "0 °C", "1 °C"], 10 * MINUTE_MS, 5 * MINUTE_MS);
  await expect(await openHour(page, hub, "frost")).toContainText("min 0 · mean 0.5 · max 1");
});

test("a large counter is written so that neighbours differ, on the axis as well", async ({ page }) => {
  await using hub = await startTestHub();
  await send(
    hub,
    "counter",
    Array.from({ length: 360 }, (_, index) => 1_234_567_890_000 + index),
    10_000,
  );
  const chart = await openHour(page, hub, "counter");
  await expect(chart).toContainText("min 1,234,567,890,0");
  await expect(chart).toContainText("max 1,234,567,890,359");
  await expect(chart).not.toContainText(/\dT(?!able)/);
});

test("a small range on a large offset shows in the latest value, too", async ({ page }) => {
  await using hub = await startTestHub();
  await send(
    hub,
    "air",
    Array.from({ length: 60 }, (_, index) => 1_013.2 + index / 1_000),
    MINUTE_MS / 2,
  );
  const chart = await openHour(page, hub, "air");
  await expect(chart).toContainText(/min 1,013\.200 · mean 1,013\.(?:229|230) · max 1,013\.259/);
  await expect(chart).toContainText(/1,013\.259MendTablePNG$/);
});

test("readings that come late reach a chart that is open", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, "late", [20, 20, 20], 10_000);
  const chart = await openHour(page, hub, "late");
  await expect(chart).toContainText("max 20");
  const backlog = Array.from({ length: 1_800 }, (_, index) => (index === 900 ? 99 : 20));
  await send(hub, "late", backlog, 500, 15 * MINUTE_MS);
  await expect(chart).toContainText("max 99");
  const box = await chart.getByRole("img").boundingBox();
  // A quarter to half an hour ago.
  await chart.getByRole("img").hover({ position: { x: (box?.width ?? 0) * 0.66, y: (box?.height ?? 0) / 2 } });
  await expect(chart).toContainText(/ · came later, /);
});

test("a backlog that ends with the newest reading reaches it, too", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, "late", Array(30).fill(20), MINUTE_MS, 30 * MINUTE_MS);
  const chart = await openHour(page, hub, "late");
  await expect(chart).toContainText("max 20");
  await send(hub, "late", [...Array(50).fill(20), 77, ...Array(50).fill(20)], 10_000);
  await expect(chart).toContainText("max 77");
});

test("a single late reading between live ones reaches it", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, "late", Array(60).fill(20), MINUTE_MS);
  const chart = await openHour(page, hub, "late");
  await expect(chart).toContainText("max 20");
  const late = hub.post({ device_id: "late", ts: Date.now() - 20 * MINUTE_MS, v: 55 });
  const live = hub.post({ device_id: "late", v: 21 });
  await Promise.all([late, live]);
  await expect(chart).toContainText("max 55");
});

for (const [name, offsetMs, word] of [
  ["two hours ahead", 2 * HOUR_MS, "2\u202fh ahead of"],
  ["two hours behind", -2 * HOUR_MS, "2\u202fh behind"],
  ["days behind", -100 * HOUR_MS, "4\u202fd behind"],
] as const) {
  test(`in a browser whose clock is ${name} the hub's time counts, and the page says so`, async ({ page }) => {
    await using hub = await startTestHub();
    await send(hub, "pi", Array(30).fill(20), MINUTE_MS);
    await page.clock.install({ time: Date.now() + offsetMs });
    await page.clock.resume();
    const chart = await openHour(page, hub, "pi");
    await expect(chart).toContainText("min 20 · mean 20 · max 20");
    await expect(page.getByText(/last reading (?:just now|\d+\u202fs ago)/)).toBeVisible();
    await expect(page.getByText(`This computer’s clock is ${word} the hub’s.`)).toBeVisible();
    await hub.post({ device_id: "pi", v: 30 });
    await expect(chart).toContainText("max 30");
  });
}

test("a value out of view waits, and is the latest once it is seen", async ({ page }) => {
  await using hub = await startTestHub();
  const sendAll = (value: number) =>
    hub.post({
      device_id: "pi",
      ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`m${index}`, value])),
    });
  await sendAll(1.5);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  const chartOf = (name: string) => page.getByRole("region", { name, exact: true });
  await expect(chartOf("M39")).toContainText("1.5");
  await sendAll(2.5);
  await expect(chartOf("M0")).toContainText("2.5");
  await expect(chartOf("M39"), "it is out of view").toContainText("1.5");
  await chartOf("M39").scrollIntoViewIfNeeded();
  await expect(chartOf("M39")).toContainText("2.5");
  await sendAll(3.5);
  await expect(chartOf("M39")).toContainText("3.5");
});

test("clocks that agree are not mentioned", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, "pi", Array(30).fill(20), MINUTE_MS);
  await expect(await openHour(page, hub, "pi")).toContainText("max 20");
  await expect(page.getByText("clock")).toBeHidden();
});

test("the text on a chart grows with the font size of the browser", async ({ page }) => {
  await using hub = await startTestHub();
  await send(hub, "pi", [1, 2, 3], MINUTE_MS);
  await page.addInitScript(() => {
    const font = Object.getOwnPropertyDescriptor(CanvasRenderingContext2D.prototype, "font");
    Object.defineProperty(CanvasRenderingContext2D.prototype, "font", {
      ...font,
      set(chosen: string) {
        const { dataset } = document.documentElement;
        dataset["fonts"] = `${dataset["fonts"] ?? ""}|${chosen}`;
        font?.set?.call(this, chosen);
      },
    });
    document.addEventListener("DOMContentLoaded", () => {
      document.documentElement.style.fontSize = "24px";
    });
  });
  await openHour(page, hub, "pi");
  await expect(page.locator("html")).toHaveAttribute("data-fonts", /px/);
  const fonts = (await page.locator("html").getAttribute("data-fonts")) ?? "";
  const sizes = [...fonts.matchAll(/([\d.]+)px/g)].map(([, size]) => Number(size));
  expect(Math.min(...sizes)).toBeGreaterThan(16);
});
