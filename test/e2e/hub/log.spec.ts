// The log page: live messages, held while they are read, filtered, published by hand, retried.
import { expect, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { startTestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

test("messages are shown as they arrive; an open one holds the list; filters and keys work", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "kitchen", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await expect(page.getByText("Waiting for messages.")).toBeVisible();
  const messages = page.getByRole("list", { name: "Messages, newest first" });
  const rows = messages.getByRole("listitem");

  // The newest, so that none is still on its way to the page.
  let temperature = 100;
  await expect(async () => {
    await hub.post({ device_id: "kitchen", temperature: ++temperature, wifi_password: "hunter2" });
    await expect(rows.first()).toContainText(String(temperature), { timeout: 2_000 });
  }).toPass();
  await expect(rows.first()).toContainText("POST /data");
  await expect(rows.first()).toContainText("stored");
  await expect(rows.first()).not.toContainText("hunter2");

  await rows.first().getByRole("button").click();
  await expect(page.getByText("1 reading stored")).toBeVisible();
  const count = await rows.count();
  await hub.post("{");
  await page.getByRole("button", { name: "1 new" }).click();
  await expect(rows).toHaveCount(count + 1);
  await expect(rows.first()).toContainText("refused");

  // From row to row by arrow keys, and in by Enter.
  await rows.first().getByRole("button").focus();
  await page.keyboard.press("ArrowDown");
  await expect(rows.nth(1).getByRole("button")).toBeFocused();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Only kitchen" }).click();
  await expect(rows).toHaveCount(count);
  await expect(page.getByRole("combobox", { name: "Device", exact: true })).toHaveValue("kitchen");
  await expect(page).toHaveURL(/#\/log\?device=kitchen$/);
  await page.getByRole("button", { name: "Show everything" }).click();
  await page.getByLabel("Find in topic").fill("needle");
  await expect(page.getByText("Nothing that fits")).toBeVisible();
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { clientId: "found" });
  // What does not fit is not shown, however much it is.
  for (let n = 0; n < 300; n++) client.publish("sensor/loud/data", `{"n":${n}}`);
  await expect(async () => {
    // Of more messages than the page takes, some are left out.
    await client.publishAsync("sensor/quiet/data", '{"n":1,"s":"a Needle"}');
    await expect(rows.first()).toContainText("sensor/quiet/data", { timeout: 1_000 });
  }).toPass();
  await expect(rows.filter({ hasText: "sensor/loud" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "loud" })).toBeVisible();
  await client.endAsync();
});

test("a message is published by hand and again from its history; a refused one is tried again", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", t: 1 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Log", exact: true }).click();
  const publish = page.getByRole("button", { name: "Publish", exact: true });
  await page.getByRole("combobox", { name: "Topic", exact: true }).fill("sensor/pi/data");
  await page.getByRole("textbox", { name: "Payload", exact: true }).fill('{"t":2}');
  await publish.click();
  await expect(page.getByText("Stored: 1 reading.")).toBeVisible();
  await expect(page.getByRole("list", { name: "Messages, newest first" })).toContainText("sensor/pi/data");
  await page.getByRole("combobox", { name: "Topic", exact: true }).fill("home/lamp");
  await page.getByRole("textbox", { name: "Payload", exact: true }).fill("ON");
  await publish.click();
  await expect(page.getByText("Passed on. Nobody is subscribed to it.")).toBeVisible();
  await page.getByText("Published before").click();
  await page.getByRole("button", { name: 'sensor/pi/data {"t":2}' }).click();
  await expect(page.getByRole("textbox", { name: "Payload", exact: true })).toHaveValue('{"t":2}');
  // An open one says how it came, and what has changed since the one before on its topic.
  await page.getByRole("textbox", { name: "Payload", exact: true }).fill('{"t":3}');
  await publish.click();
  const newest = page.getByRole("list", { name: "Messages, newest first" }).getByRole("listitem").first();
  await expect(newest).toContainText('{"t":3}');
  await newest.getByRole("button").first().click();
  await expect(newest).toContainText("t2 → 3");
  await expect(newest).toContainText("QoS 0");

  const json = { "content-type": "application/json" };
  await hub.fetch("/api/v1/devices/pi/block", { method: "POST", headers: json, body: "{}" });
  await publish.click();
  await expect(page.getByRole("alert")).toContainText("blocked");
  await page.getByRole("link", { name: "Refused" }).click();
  const again = page.getByRole("button", { name: "Try again: sensor/pi/data" });
  await again.click();
  await expect(page.getByRole("main").getByRole("alert").first()).toContainText("blocked");
  await hub.fetch("/api/v1/devices/pi/approve", { method: "POST", headers: json, body: "{}" });
  await again.click();
  await expect(page.getByText("No message was refused.")).toBeVisible();
});

test("a message that is being written stays while the refused ones are looked at", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Log", exact: true }).click();
  const topic = page.getByRole("combobox", { name: "Topic", exact: true });
  const payload = page.getByRole("textbox", { name: "Payload", exact: true });
  await topic.fill("home/lamp");
  await payload.fill('{"on":true}');
  await page.getByRole("link", { name: "Refused" }).click();
  await expect(page.getByText("No message was refused.")).toBeVisible();
  await expect(topic).toHaveValue("home/lamp");
  await expect(payload).toHaveValue('{"on":true}');
});
