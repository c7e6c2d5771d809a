// "Is something wrong?": problems first, then the clients that failed, and the checks run again on request.
import { expect, test } from "@playwright/test";
import type { DiagnosticReport } from "../../../src/shared/doctor.ts";
import { startTestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

test("problems come first, then hints, passed checks and failed clients", async ({ page }) => {
  await using hub = await startTestHub("--host", "127.0.0.1");
  const seen = Promise.withResolvers<void>();
  await page.route("**/api/v1/doctor", async (route) => {
    await seen.promise;
    await route.continue();
  });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Is something wrong?" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Checking…" })).toBeVisible();
  seen.resolve();
  await expect(page.getByRole("heading", { name: "No Raspberry Pi can reach this hub" })).toBeVisible();
  await expect(page.getByText("Start it without --host.")).toBeVisible();
  const fine = page.getByRole("region", { name: "What is fine" });
  await expect(fine).toContainText(`MQTT answers on port ${hub.mqttPort}.`);
  const clients = page.getByRole("region", { name: "Clients that failed" });
  await expect(clients).toContainText("None. If a Pi sends and nothing arrives");

  for (let count = 0; count < 3; count++) await hub.post('{"device_id": "a", t');
  await fetch(`${hub.file.http}/sensor/data`, { method: "POST", body: "{}" });
  await page.getByRole("button", { name: "Check again" }).click();
  const failed = clients.getByRole("listitem");
  await expect(failed).toHaveText([/Did you mean \/data\?/, /JSON broken at character 20.*3 times since/]);
  expect(await page.getByRole("heading").allTextContents()).toEqual([
    "Is something wrong?",
    "No Raspberry Pi can reach this hub",
    ...(
      await page.getByRole("list", { name: "What is wrong, or may be" }).getByRole("heading").allTextContents()
    ).slice(1),
    "What is fine",
    "Clients that failed in the last day",
  ]);
});

test("a finding's command can be copied, and a hint comes after a problem", async ({ page }) => {
  await using hub = await startTestHub("--host", "127.0.0.1");
  const command = `sudo ufw allow ${hub.mqttPort}/tcp`;
  await page.route("**/api/v1/doctor", async (route) => {
    const response = await route.fetch();
    const report: DiagnosticReport = await response.json();
    const firewall = { id: "ufw", state: "hint" as const, title: "A firewall is on: ufw", message: "It may.", command };
    await route.fulfill({ json: { ...report, checks: [firewall, ...report.checks] } });
  });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Is something wrong?" }).click();
  await page.getByRole("button", { name: "Copy: A firewall is on: ufw" }).click();
  await expect(page.getByText("Copied")).toBeVisible();
  expect(await page.evaluate(() => getSelection()?.toString())).toBe(command);
  const findings = page.getByRole("list", { name: "What is wrong, or may be" }).getByRole("heading");
  await expect(findings.first()).toHaveText("No Raspberry Pi can reach this hub");
});

test("a hub that does not answer is shown, and asked again", async ({ page }) => {
  await using hub = await startTestHub();
  // The page retries by itself, and a notice on every page asks, too.
  let isAnswered = false;
  await page.route("**/api/v1/doctor", (route) => (isAnswered ? route.continue() : route.abort()));
  await page.goto(linkOf(hub));
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
  await page.getByRole("link", { name: "See whether something is wrong" }).click();
  await expect(page.getByRole("alert")).toContainText("The checks could not run.");
  isAnswered = true;
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("region", { name: "What is fine" })).toBeVisible();
  await expect(page.getByRole("alert")).toBeHidden();
});

test("on a phone the page is linked, and long names do not overflow", async ({ page }) => {
  await using hub = await startTestHub();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(linkOf(hub));
  await fetch(`${hub.file.http}/${"x".repeat(300)}`, { method: "POST", body: "{}" });
  await page.getByRole("link", { name: "Check-up" }).click();
  await expect(page.getByText("where nothing is taken")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
});
