// The overview, from an empty hub to a list of devices that updates live.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

test("an empty hub shows how to send to it, and the messages that it refused", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await expect(page.getByText(`:${hub.httpPort}/data"`)).toBeVisible();
  await expect(page.getByText(`, ${hub.mqttPort})`)).toBeVisible();

  await page.getByRole("button", { name: "Copy: Python, over HTTP" }).click();
  await expect(page.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toContain("import requests");
  await page.getByText("Check it first").click();
  await page.getByRole("button", { name: "Copy: Check it first" }).click();
  expect(await page.evaluate(() => getSelection()?.toString())).toContain("sha256sum -c");

  await hub.post('{"device_id": "raspi-01", "temperature": 25.5');
  await expect(page.getByText("A message from 127.0.0.1 on POST /data was refused")).toBeVisible();
});

test("a device appears with its first message, and its values follow", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();

  await hub.post({ device_id: "raspi-10", temperature: 25.5, bme280: { humidity: 60.25 } });
  const card = page.getByRole("listitem").filter({ hasText: "raspi-10" });
  await expect(card).toContainText("online");
  await expect(card).toContainText("Temperature25.5");
  await expect(card).toContainText("Humidity · bme28060.25");

  await hub.post({ device_id: "raspi-10", temperature: -3.125 });
  await expect(card).toContainText("Temperature-3.125");

  await hub.post({ device_id: "raspi-9", temperature: 1 });
  await expect(page.getByRole("listitem").getByRole("heading")).toHaveText(["raspi-9", "raspi-10"]);
  await expect(page.getByText("2 of 2 online")).toBeVisible();
});

test("a door that was not opened in the last hour is off, and not 0; a count of nothing is 0", async ({ page }) => {
  await using hub = await startTestHub();
  const ago = (hours: number) => Date.now() - hours * 3_600_000;
  await hub.post([5, 4].map((hours) => ({ device_id: "pi", ts: ago(hours), door: hours === 5, errors: 0 })));
  await page.goto(linkOf(hub));
  const card = page.locator("[data-device=pi]");
  await expect(card).toContainText("Dooroff");
  await expect(card).toContainText("Errors0");
  // Its page alone knows as much.
  await page.goto("about:blank");
  await page.goto(`${hub.file.http}#/devices/pi?range=live`);
  await expect(page.getByRole("region", { name: "Door" }).locator("header")).toContainText("off");
});

test("a device that appears while the list is in flight is not lost", async ({ page }) => {
  await using hub = await startTestHub();
  const deviceEvent = new Promise<void>((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).includes('"type":"device"')) resolve();
      }),
    );
  });
  // The list is fetched on load and again once the socket is open. Both answers predate the device.
  let answers = 0;
  await page.route("**/api/v1/devices", async (route) => {
    const response = await route.fetch();
    answers++;
    if (answers === 2) await hub.post({ device_id: "raspi-01", temperature: 25.5 });
    if (answers <= 2) await deviceEvent;
    // The page may have cancelled the request, which is fine too.
    await route.fulfill({ response }).catch(() => undefined);
  });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
});

test("the page for adding a device shows the new one when it arrives", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "old", temperature: 1 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Add a Raspberry Pi" }).click();
  await expect(page.getByText("Waiting for a new device…")).toBeVisible();

  await hub.post({ device_id: "new", temperature: 2 });
  await expect(page.getByText("new is here.")).toBeVisible();
  await page.getByRole("link", { name: "See its readings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "new" })).toBeVisible();
});

test("on several networks the snippets use the chosen address", async ({ page }) => {
  await using hub = await startTestHub("--host", "127.0.0.1");
  // The answer of a computer on two networks with an mDNS name.
  await page.route("**/api/v1/hub", async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, addresses: ["127.0.0.1", "::1"], mdnsName: "bramble.local" } });
  });
  await page.goto(`${linkOf(hub)}`);
  await expect(page.getByText("bramble.local does as well")).toBeVisible();
  const code = page.locator("pre").first();
  await expect(code).toHaveText(`curl -fsS http://127.0.0.1:${hub.httpPort}/install.sh | sh`);
  await page.getByLabel("The Pi reaches this hub at").selectOption("::1");
  await expect(code).toHaveText(`curl -fsS http://[::1]:${hub.httpPort}/install.sh | sh`);
  await expect(page.getByText(`client.connect("::1", ${hub.mqttPort})`)).toBeVisible();
});

test("nothing overflows at a phone's width", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "x".repeat(64), ["m".repeat(64)]: 123_456_789.125 });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(linkOf(hub));
  const name = page.getByRole("link", { name: "x".repeat(64) });
  await expect(name).toBeVisible();
  const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await overflow()).toBe(0);

  await name.click();
  await expect(page.getByRole("img")).toBeVisible();
  expect(await overflow()).toBe(0);
});
