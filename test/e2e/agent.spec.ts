// The real agent from end to end: it is approved, its LED is switched, it is killed and comes back.
import { expect, type Page, test } from "@playwright/test";
import type { Device } from "../../src/shared/device.ts";
import { ensureAgentPackages, TestAgent } from "../support/agent.ts";
import { startTestHub } from "../support/hub.ts";
import { until } from "../support/until.ts";
import { linkOf } from "./support/page.ts";

const LED = `
device = "pi"
name = "Attic"
interval = 1
[outputs.led]
kind = "led"
pin = 17
label = "LED"
`;

test.beforeAll(ensureAgentPackages);

const receiptOf = (page: Page) => page.getByRole("list", { name: "What became of LED" });

test("an agent joins, its LED is switched, and a command issued while it was dead reaches it", async ({ page }) => {
  await using hub = await startTestHub("--joining", "ask");
  await page.goto(linkOf(hub));
  await using agent = new TestAgent(`127.0.0.1:${hub.mqttPort}:${hub.httpPort}`, LED);
  await page.getByRole("button", { name: "Approve Attic" }).click();
  await page.getByRole("link", { name: "Attic" }).click();

  const led = page.getByRole("switch", { name: "LED" });
  const isReported = (value: boolean) =>
    until(`the pin reads ${value}`, async () => {
      const { controls } = await hub.json<Device>("/api/v1/devices/pi");
      return controls[0]?.reported?.value === value || undefined;
    });
  await expect(led).not.toBeChecked();
  await led.click();
  await page.locator("summary", { hasText: "done: LED is on" }).click();
  for (const step of ["sent", "delivered", "done: LED is on"]) await expect(receiptOf(page)).toContainText(step);
  await isReported(true);
  expect(agent.output).toContain("led is true");
  await expect(led).toBeChecked();
  await led.click();
  await expect(receiptOf(page)).toContainText("done: LED is off");
  await isReported(false);
  await expect(led).not.toBeChecked();

  await agent.end("SIGKILL");
  await expect(page.getByRole("heading", { name: "Attic" }).locator("..")).toContainText("away since");
  await led.click();
  await expect(page.getByText(/^will be sent when it returns, until \d/)).toBeVisible();
  agent.start();
  await expect(receiptOf(page)).toContainText("done: LED is on");
  await isReported(true);
  await expect(led).toBeChecked();
});
