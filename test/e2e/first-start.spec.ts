// The first start: from an empty hub to simulated Pis and back, steps that turn green by themselves, and recipes.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

test("an empty hub leads to a first reading: simulated Pis come at a press, obey, and go; the steps tick themselves", async ({
  page,
}) => {
  await using hub = await startTestHub();
  // It is pressed while the programs are asked for.
  const isPressed = Promise.withResolvers<void>();
  await page.route("**/api/v1/tls", async (route) => {
    await isPressed.promise;
    await route.continue();
  });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("heading", { level: 1, name: "Your first reading" })).toBeVisible();
  const steps = page.getByRole("region", { name: "First steps" });
  const step = (name: string) => steps.getByRole("listitem").filter({ hasText: name });
  await expect(step("Find a Raspberry Pi")).toContainText("not done yet");
  await page.getByRole("button", { name: "Show the programs" }).click();
  isPressed.resolve();
  await expect(page.getByText("import requests")).toBeInViewport();

  await page.getByRole("button", { name: "Simulate five Pis" }).click();
  await expect(page.getByText("5 of 5 online")).toBeVisible();
  const card = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "Greenhouse", exact: true }) });
  await expect(card).toContainText("Soil moisture");
  // Their hour of history is in the little charts at once.
  await expect(card.locator("svg path").first()).toHaveAttribute("d", /^M[\d. ]+(?:L[\d. ]+){30,}/);
  await card.getByRole("switch", { name: /Water pump/ }).click();
  await expect(step("Press a switch")).not.toContainText("not done yet");
  await expect(step("Find a Raspberry Pi")).toContainText("not done yet");

  await page.getByRole("button", { name: "Remove them with all that they left" }).click();
  await expect(page.getByRole("button", { name: "Simulate five Pis" })).toBeVisible();
  await hub.post({ device_id: "raspi-01", temperature: 25.5 });
  await expect(step("Receive the first reading")).not.toContainText("not done yet");
  await steps.getByRole("button", { name: "Hide these steps" }).click();
  await expect(steps).toBeHidden();
  await page.reload();
  await expect(page.getByRole("link", { name: "raspi-01", exact: true })).toBeVisible();
  await expect(steps).toBeHidden();
});

test("a recipe is found by typing, shows its wiring as picture and table, and its block", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Recipes for common sensors" }).click();
  await page.getByRole("searchbox").fill("soil");
  const found = page.getByRole("main").getByRole("listitem");
  await expect(found).toHaveCount(1);
  await found.getByRole("link").click();
  await expect(page).toHaveURL(/#\/recipes\/mcp3008-soil$/);
  await expect(page.getByRole("img", { name: /MCP3008 \+ soil moisture, wired/ })).toBeVisible();
  await expect(page.getByRole("row", { name: "Pin 23 · GPIO11 SCLK MCP3008 · CLK orange" })).toBeVisible();
  await expect(page.getByText('kind = "mcp3008"')).toBeVisible();
  await page.goto(page.url().replace("mcp3008-soil", "no-such-one"));
  await expect(page.getByRole("heading", { level: 1, name: "Recipes" })).toBeVisible();
});
