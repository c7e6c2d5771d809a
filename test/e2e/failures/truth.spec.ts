// The page reports faults truthfully: a dead network, an unknown link, an error of its own.
import { expect, type Page, test } from "@playwright/test";
import { FreezingProxy } from "../../support/browser/freezing-proxy.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

/** A person waits no longer than this for the truth. */
const NOTICED_WITHIN_MS = 15_000;

const linkThrough = (hub: TestHub, { port }: FreezingProxy) => linkOf(hub).replace(`:${hub.httpPort}/`, `:${port}/`);
const layoutShift = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        new PerformanceObserver((list) => {
          let sum = 0;
          for (const entry of list.getEntries()) if ("value" in entry) sum += Number(entry.value);
          resolve(sum);
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(0), 1_000);
      }),
  );

test("a dead network is detected within 15 s, and so is its return", async ({ page }) => {
  await using hub = await startTestHub();
  await using proxy = await FreezingProxy.start(hub.httpPort);
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await page.goto(linkThrough(hub, proxy));
  const card = page.locator("[data-device=pi]");
  await expect(card).toContainText("online");
  await expect(page.getByText("1 of 1 online")).toBeVisible();
  await expect(page.getByText("0 readings/s")).toBeVisible();

  proxy.freeze();
  await expect(page.getByText("Not connected to the hub. Trying again…")).toBeVisible({ timeout: NOTICED_WITHIN_MS });
  await expect(page.getByText("1 of 1 online")).toBeHidden();
  await expect(card).toContainText("was online");

  proxy.thaw();
  await expect(page.getByText("Not connected to the hub. Trying again…")).toBeHidden({ timeout: 20_000 });
  await expect(page.getByText("1 of 1 online")).toBeVisible();
  expect(await layoutShift(page)).toBeLessThan(0.02);
});

test("a command into a frozen network fails instead of waiting for ever", async ({ page }) => {
  await using hub = await startTestHub();
  await using proxy = await FreezingProxy.start(hub.httpPort);
  await hub.post({ device_id: "pi", temperature: 25.5 });
  const controls = [{ control: { id: "led", kind: "switch" }, publishes: { topic: "led", on: "1", off: "0" } }];
  const added = await hub.fetch("/api/v1/devices/pi", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ controls }),
  });
  expect(await added.text()).toContain("led");
  await page.goto(linkThrough(hub, proxy));
  await expect(page.getByRole("switch", { name: "Led" })).toBeVisible();
  proxy.freeze();
  await page.getByRole("switch", { name: "Led" }).click();
  await expect(page.getByText("The hub does not answer.")).toBeVisible({ timeout: NOTICED_WITHIN_MS });
});

test("a browser that reports offline still queries a reachable hub", async ({ page }) => {
  await using hub = await startTestHub("--joining", "ask");
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await page.goto(linkOf(hub));
  const approve = page.getByRole("button", { name: "Approve pi" });
  await expect(approve).toBeVisible();
  await page.evaluate(() => window.dispatchEvent(new Event("offline")));
  await approve.click();
  await expect(page.getByText("1 of 1 online")).toBeVisible();
});

test("an unknown link opens the overview with a message", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.evaluate(() => {
    location.hash = "#/devices/%E0%A4%A";
  });
  await expect(page.getByText("The link “#/devices/%E0%A4%A” cannot be read. This is the overview.")).toBeVisible();
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.evaluate(() => {
    location.hash = "#/compare-all";
  });
  await expect(page.getByText("There is no page “#/compare-all”. This is the overview.")).toBeVisible();
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByText("There is no page")).toBeHidden();
});

test("an error in a page leaves the frame, says so, and has ways out", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  // An answer that the page cannot draw.
  let isBroken = true;
  await page.route("**/api/v1/devices", async (route) => {
    const response = await route.fetch();
    const { devices } = await response.json();
    await route.fulfill({ json: { devices: isBroken ? [{ ...devices[0], metrics: null }] : devices } });
  });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
  await page.getByRole("link", { name: "Is something wrong?" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Is something wrong?" })).toBeVisible();
  isBroken = false;
  await page.reload();
  await page.getByRole("link", { name: "Overview" }).click();
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
});

test("a page opened while the hub is unreachable loads once it is back", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.route(/\/assets\/settings-page|\/api\/v1\/hub$/, (route) => route.abort());
  const asked = page.waitForRequest(/\/api\/v1\/hub$/);
  await page.getByRole("link", { name: "Settings" }).click();
  await asked;
  await expect(page.getByRole("status", { name: "Loading the page" })).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});

test("a page whose file is missing for good says so, and is not loaded over and over", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
  await page.route(/\/assets\/settings-page/, (route) => route.abort());
  let asked = 0;
  let loads = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/healthz")) asked++;
    if (request.isNavigationRequest()) loads++;
  });
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
  await expect.poll(() => asked).toBeGreaterThan(2);
  expect(loads).toBe(1);
  await page.getByRole("link", { name: "To the overview" }).click();
  await expect(page.getByRole("link", { name: "pi", exact: true })).toBeVisible();
});

test("what the checks find to be wrong is one line on every page", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 25.5 });
  await page.route("**/api/v1/doctor", (route) =>
    route.fulfill({
      json: {
        atMs: Date.now(),
        checks: [{ id: "reach", state: "wrong", title: "No Raspberry Pi can reach this hub", message: "Loopback." }],
        clients: [],
      },
    }),
  );
  await page.goto(linkOf(hub));
  await expect(page.getByText("No Raspberry Pi can reach this hub")).toBeVisible();
  await page.getByRole("link", { name: "pi", exact: true }).click();
  await expect(page.getByText("No Raspberry Pi can reach this hub")).toBeVisible();
  await page.getByRole("link", { name: "What to do" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Is something wrong?" })).toBeVisible();
});

test("a new page begins at its top with the focus on its heading; back leads to where one was", async ({ page }) => {
  await using hub = await startTestHub();
  for (let index = 10; index < 40; index++) await hub.post({ device_id: `pi-${index}`, temperature: index });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "pi-39" })).toBeVisible();
  await page.getByRole("link", { name: "pi-39" }).scrollIntoViewIfNeeded();
  const before = await page.evaluate(() => window.scrollY);
  expect(before).toBeGreaterThan(300);
  await page.getByRole("link", { name: "pi-39" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "pi-39" })).toBeFocused();
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeFocused();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(before);
  await page.reload();
  await expect(page.getByRole("link", { name: "pi-39" })).toBeVisible();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
});
