// Approving and blocking devices that request to join, with live updates.
import { expect, type Page, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { linkOf, staysUnderPointer, untilFrame } from "./support/page.ts";

const askingHub = () => startTestHub("--joining", "ask");

async function publishAbout(hub: TestHub, id: string, about: object): Promise<void> {
  const client = await connectAsync(hub.file.mqtt);
  await client.publishAsync(`bramble/${id}/about`, JSON.stringify(about), { qos: 1 });
  await client.endAsync();
}

async function join(hub: TestHub, id: string): Promise<void> {
  await hub.post({ device_id: id, temperature: 20 });
  await hub.fetch(`/api/v1/devices/${id}/approve`, { method: "POST" });
}

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

test("a join request shows the device, which is listed once it is approved", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await page.goto(linkOf(hub));
  await expect(page.getByText("1 of 1 online")).toBeVisible();

  await publishAbout(hub, "raspi-07", {
    name: "Attic",
    model: "Raspberry Pi 4",
    metrics: { temperature: { unit: "°C" } },
  });
  await hub.post({ device_id: "raspi-07", temperature: 21.4, humidity: 48 });
  const request = page.getByRole("region", { name: "Want to join" });
  await expect(request.getByRole("heading", { name: "Attic wants to join" })).toBeVisible();
  await expect(request).toContainText("raspi-07 · Raspberry Pi 4 at 127.0.0.1 · temperature 21.4 °C, humidity 48");
  await hub.post({ device_id: "raspi-07", temperature: 22.5 });
  await expect(request).toContainText("temperature 22.5 °C");
  await expect(request).toContainText("3 readings kept meanwhile");
  // It is not listed before it is approved.
  await expect(page.getByRole("link", { name: "Attic" })).toHaveCount(0);
  await expect(page.getByText("1 of 1 online")).toBeVisible();

  await page.getByRole("button", { name: "Approve Attic" }).click();
  await expect(request).toBeHidden();
  await expect(page.getByText("2 of 2 online")).toBeVisible();
  await page.getByRole("link", { name: "Attic" }).click();
  await expect(page.getByRole("region", { name: "Temperature" })).toContainText(
    /min 21\.4 · mean 2(?:1\.9|2\.0) · max 22\.5/,
  );
});

test("a blocked device is collapsed, and keeps its readings when it is approved after all", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await hub.post({ device_id: "raspi-02", temperature: 99 });
  await page.goto(linkOf(hub));
  await page.getByRole("button", { name: "Block raspi-02" }).click();
  await expect(page.getByRole("heading", { name: "raspi-02 wants to join" })).toBeHidden();
  expect((await hub.post({ device_id: "raspi-02", temperature: 98 })).status).toBe(403);
  await expect(page.getByText("raspi-02", { exact: true })).toBeHidden();

  await page.getByText("1 device is blocked").click();
  await expect(page.getByText("raspi-02", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Let it join after all: raspi-02" }).click();
  await expect(page.getByText("1 device is blocked")).toBeHidden();
  await expect(page.getByRole("listitem").filter({ hasText: "raspi-02" })).toContainText("Temperature99");
});

test("the page for adding a device shows a join request, and then the approved device", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await hub.post({ device_id: "undecided", temperature: 1 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Add a Raspberry Pi" }).click();
  await expect(page.getByRole("heading", { name: "undecided wants to join" })).toBeVisible();
  await expect(page.getByText("Waiting for a new device…")).toBeVisible();

  await hub.post({ device_id: "new", temperature: 2 });
  await expect(page.getByRole("heading", { name: "new wants to join" })).toBeVisible();
  await expect(page.getByText("Waiting for a new device…")).toBeHidden();
  await page.getByRole("button", { name: "Approve new" }).click();
  await expect(page.getByText("new is here.")).toBeVisible();
  await page.getByRole("link", { name: "See its readings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "new" })).toBeVisible();
});

test("the first device of an empty hub is approved on the page that waits for it", async ({ page }) => {
  await using hub = await askingHub();
  await page.goto(linkOf(hub));
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
  await hub.post({ device_id: "raspi-01", temperature: 25.5 });
  await page.getByRole("button", { name: "Approve raspi-01" }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "raspi-01" })).toContainText("Temperature25.5");
});

test("the page of a pending device approves it, and then shows its charts", async ({ page }) => {
  await using hub = await askingHub();
  await hub.post({ device_id: "raspi-01", temperature: 25.5 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("heading", { name: "raspi-01 wants to join" })).toBeVisible();
  await page.goto(`${hub.file.http}/#/devices/raspi-01`);
  await page.getByRole("button", { name: "Approve raspi-01" }).click();
  await expect(page.getByRole("region", { name: "Temperature" })).toContainText("min 25.5");
});

test("a device that is deleted elsewhere disappears", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await join(hub, "older");
  await page.goto(linkOf(hub));
  await expect(page.getByText("2 of 2 online")).toBeVisible();
  await hub.fetch("/api/v1/devices/older", { method: "DELETE" });
  await expect(page.getByText("1 of 1 online")).toBeVisible();
  await expect(page.getByRole("link", { name: "older" })).toBeHidden();
});

test("a decision that fails is shown, and can be repeated", async ({ page }) => {
  await using hub = await askingHub();
  await hub.post({ device_id: "raspi-01", temperature: 25.5 });
  await page.goto(linkOf(hub));
  await page.route("**/approve", (route) => route.abort(), { times: 1 });
  const approve = page.getByRole("button", { name: "Approve raspi-01" });
  await approve.click();
  await expect(page.getByRole("alert")).toHaveText("The hub does not answer.");
  await approve.click();
  await expect(page.getByText("1 of 1 online")).toBeVisible();
});

test("a hub that takes no new devices says so on the page for adding one", async ({ page }) => {
  await using hub = await startTestHub("--joining", "closed");
  await page.goto(linkOf(hub));
  await expect(page.getByText("This hub takes no new devices")).toBeVisible();
});

test("many requests and long names fit a phone", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await hub.post({ device_id: "x".repeat(64), ["m".repeat(64)]: 123_456_789.125 });
  for (let index = 0; index < 6; index++) await hub.post({ device_id: `pi-${index}`, temperature: index });
  await hub.post({ device_id: "y".repeat(64), t: 1 });
  await hub.fetch(`/api/v1/devices/${"y".repeat(64)}/block`, { method: "POST" });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(linkOf(hub));
  await page.getByRole("button", { name: "7 devices want to join" }).click();
  await expect(page.getByRole("heading", { name: /wants to join/ })).toHaveText([
    `${"x".repeat(64)} wants to join`,
    ...[0, 1, 2, 3, 4, 5].map((index) => `pi-${index} wants to join`),
  ]);
  await page.getByText("1 device is blocked").click();
  await expect(page.getByRole("heading", { name: `${"x".repeat(64)} wants to join` })).toBeVisible();
  expect(await overflow(page)).toBe(0);
});

test("several requests are one line, from which all are approved into a room", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  for (const id of ["pi-1", "pi-2"]) await hub.post({ device_id: id, temperature: 20 });
  await page.goto(linkOf(hub));
  const requests = page.getByRole("region", { name: "Want to join" });
  await expect(requests).toContainText("2 devices want to join");
  await expect(page.getByRole("button", { name: "Approve pi-1" })).toBeHidden();
  await requests.getByRole("button", { name: "2 devices want to join" }).click();
  await requests.getByLabel("Room of all").fill("Lab");
  await requests.getByRole("button", { name: "Name and room of pi-2" }).click();
  await requests.getByLabel("Name for pi-2").fill("Window seat");
  await requests.getByRole("button", { name: "Approve all 2" }).click();
  await expect(page.getByRole("region", { name: "Lab" }).getByRole("heading", { level: 3 })).toHaveText([
    "pi-1",
    "Window seat",
  ]);
  await expect(page.locator("[data-announcer=visible]")).toHaveText("2 of 2 have joined.");
});

test("a device gets its name and its room while it is approved, and waits with them where they are not taken", async ({
  page,
}) => {
  await using hub = await askingHub();
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await join(hub, "old");
  await page.goto(linkOf(hub));
  await page.getByRole("button", { name: "Name and room of pi-1" }).click();
  await page.getByLabel("Name for pi-1").fill("Attic");
  await page.getByLabel("Room of pi-1").fill("Upstairs");
  const broken = { status: 503, json: { error: "broken", message: "It is broken." } };
  await page.route("**/api/v1/devices/pi-1", (route) => route.fulfill(broken), { times: 1 });
  await page.getByLabel("Room of pi-1").press("Enter");
  await expect(page.getByRole("region", { name: "Want to join" }).getByRole("alert")).toHaveText("It is broken.");
  await expect(page.getByLabel("Name for pi-1")).toHaveValue("Attic");
  await page.getByLabel("Room of pi-1").press("Enter");
  await expect(page.locator("[data-announcer=visible]")).toHaveText("Attic has joined.");
  await expect(page.getByRole("region", { name: "Upstairs" }).getByRole("link", { name: "Attic" })).toBeVisible();
});

test("a new request does not move under the pointer", async ({ page }) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await hub.post({ device_id: "pi-1", temperature: 20 });
  const strangerIsKnown = new Promise<void>((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).includes('"id":"stranger"')) resolve();
      }),
    );
  });
  await page.goto(linkOf(hub));
  const approve = page.getByRole("button", { name: "Approve pi-1" });
  await approve.hover();
  const before = await approve.boundingBox();
  await hub.post({ device_id: "stranger", temperature: 20 });
  await strangerIsKnown;
  for (let step = 0; step < 5; step++) {
    await approve.hover({ position: { x: 5 + step, y: 5 } });
    expect(await approve.boundingBox()).toEqual(before);
  }
  await expect(page.getByText("2 devices want to join")).toBeVisible();
  // It waited until the pointer was still, and the one that was there first is first still.
  await page.getByRole("button", { name: "2 devices want to join" }).click();
  await expect(page.getByRole("heading", { name: /wants to join/ })).toHaveText([
    "pi-1 wants to join",
    "stranger wants to join",
  ]);
});

test("what is typed for one device stays, with the focus, when another asks, and when that one is gone", async ({
  page,
}) => {
  await using hub = await askingHub();
  await join(hub, "old");
  await hub.post({ device_id: "pi-1", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("button", { name: "Name and room of pi-1" }).click();
  const name = page.getByLabel("Name for pi-1");
  await name.fill("Window");
  await hub.post({ device_id: "pi-2", temperature: 20 });
  const folded = page.getByText("2 devices want to join");
  await expect(folded).toBeVisible();
  await expect(name).toBeFocused();
  await page.keyboard.type(" seat");
  await hub.fetch("/api/v1/devices/pi-2/block", { method: "POST" });
  await expect(folded).toBeHidden();
  await expect(name).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("[data-announcer=visible]")).toHaveText("Window seat has joined.");
});

test("a device that asks while the pointer is at the button for all is not approved with the others", async ({
  page,
}) => {
  await using hub = await askingHub();
  await join(hub, "old");
  for (const id of ["pi-1", "pi-2"]) await hub.post({ device_id: id, temperature: 20 });
  const strangerIsKnown = untilFrame(page, '"id":"stranger"');
  await page.goto(linkOf(hub));
  const all = page.getByRole("button", { name: /^Approve all/ });
  await staysUnderPointer(all, async () => {
    await hub.post({ device_id: "stranger", temperature: 20 });
    await strangerIsKnown;
  });
  await all.click({ position: { x: 5, y: 5 } });
  await expect(page.locator("[data-announcer=visible]")).toHaveText("2 of 2 have joined.");
  await expect(page.getByRole("button", { name: "Approve stranger" })).toBeVisible();
});
