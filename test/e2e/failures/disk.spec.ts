// The warning of a disk that fills up: it appears in time, and disappears when there is space.
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { startHubInside } from "../../support/hub-inside.ts";

const uiFolder = fileURLToPath(new URL("../../../out/renderer", import.meta.url));

test("the page warns of a disk that fills, says what to do, and stops when there is space", async ({ page }) => {
  await using hub = await startHubInside({ freeBytes: 1e9, uiFolder });
  await hub.post({ device_id: "raspi-01", temperature: 25.5 });
  const live = page.waitForEvent("websocket");
  await page.goto(hub.link);
  const low = page.getByRole("status").filter({ hasText: "less than 2 GB is free" });
  await expect(low).toContainText(hub.path);

  await live;
  hub.freeBytes = 1e6;
  hub.clock.advance(1_000);
  await expect(page.getByText("no new readings are stored")).toBeVisible();
  hub.freeBytes = 1e12;
  hub.clock.advance(1_000);
  await expect(page.getByText("no new readings are stored")).toBeHidden();
  await expect(low).toBeHidden();
});
