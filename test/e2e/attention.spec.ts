// Why a device needs a look, and its most used controls. The hub runs in the test's process, so that the test sets its clock.
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { type HubInside, startHubInside } from "../support/hub-inside.ts";

const uiFolder = fileURLToPath(new URL("../../out/renderer", import.meta.url));

async function publish(hub: HubInside, topic: string, message: object): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  await client.publishAsync(topic, JSON.stringify(message), { qos: 1 });
  await client.endAsync();
}

const CONTROLS = ["Pump", "Fan", "Lamp"].map((label) => ({ id: label.toLowerCase(), kind: "switch", label }));

test("a sensor that is hidden may be silent", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  for (let turn = 0; turn < 6; turn++) {
    await hub.post({ device_id: "pi", temperature: 20 + turn, ...(turn < 5 && { humidity: 40 }) });
    hub.clock.advance(10_000);
  }
  await hub.post({ device_id: "pi", temperature: 26 });
  hub.clock.advance(12_000);
  await page.goto(hub.link);
  const attention = page.getByRole("region", { name: "Needs a look" });
  await expect(attention).toContainText("Humidity: silent for");
  const body = JSON.stringify({ metrics: { humidity: { hidden: true } } });
  await hub.fetch("/api/v1/devices/pi", { method: "PATCH", body });
  await expect(attention).toBeHidden();
  await expect(page).toHaveTitle("Overview · Bramble");
});

test("a command that failed is told where its control is not on the card", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await hub.post({ device_id: "pi", temperature: 20 });
  await publish(hub, "bramble/pi/about", { controls: CONTROLS });
  const body = JSON.stringify({ control: "lamp", value: true });
  expect((await hub.fetch("/api/v1/devices/pi/commands", { method: "POST", body })).ok).toBe(true);
  await page.goto(hub.link);
  const card = page.locator("[data-device=pi]");
  await expect(card.getByRole("switch")).toHaveCount(2);
  await expect(card).not.toContainText("A command failed.");
  hub.clock.advance(120_000);
  await expect(page.getByRole("region", { name: "Needs a look" })).toContainText("A command failed.");
});

test("a press on a card moves no control; the most used ones come first the next time", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  await hub.post({ device_id: "pi", temperature: 20 });
  await publish(hub, "bramble/pi/about", { controls: CONTROLS });
  await page.goto(hub.link);
  const names = () => page.locator("[data-device=pi]").getByRole("switch").evaluateAll(namesOf);
  await expect.poll(names).toEqual(["Pump", "Fan"]);
  const asked = page.waitForResponse("**/commands");
  await page.getByRole("switch", { name: "Fan" }).click();
  await asked;
  expect(await names()).toEqual(["Pump", "Fan"]);
  await page.reload();
  await expect.poll(names).toEqual(["Fan", "Pump"]);
});

const namesOf = (switches: (HTMLElement | SVGElement)[]) =>
  switches.map((one) => one.closest("label")?.textContent?.trim() ?? "");
