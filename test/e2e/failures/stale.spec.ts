// A metric that goes silent while its device is online. The hub runs in the test's process, so that the test sets its clock.
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { startHubInside } from "../../support/hub-inside.ts";

const uiFolder = fileURLToPath(new URL("../../../out/renderer", import.meta.url));

test("a silent metric is listed with its usual interval until a reading arrives", async ({ page }) => {
  await using hub = await startHubInside({ uiFolder });
  for (let turn = 0; turn < 6; turn++) {
    await hub.post({ device_id: "pi", temperature: 20 + turn, ...(turn < 5 && { humidity: 40 }) });
    hub.clock.advance(10_000);
  }
  await page.goto(hub.link);
  const card = page.locator("[data-device=pi]");
  await expect(card.getByText("Humidity")).toBeVisible();
  await expect(card).not.toContainText("silent");
  await hub.post({ device_id: "pi", temperature: 25 });
  hub.clock.advance(12_000);
  await expect(card).toContainText("Humidity: silent for");
  await expect(card).toContainText("usually every 10\u202fs");
  await expect(card).not.toContainText("Temperature: silent");
  await card.getByRole("link", { name: "pi" }).click();
  await expect(page.getByText("Humidity: silent")).toBeVisible();

  await hub.post({ device_id: "pi", humidity: 41 });
  hub.clock.advance(100);
  await expect(page.getByText("Humidity: silent")).toBeHidden();
});
