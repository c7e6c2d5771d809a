// The page to try the API, in a browser that is signed in and in one that is not.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

test("an operation is filled in, sent, and answered; the curl line says the same", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 25.5, ts: Date.UTC(2026, 0, 2) });
  const failed: string[] = [];
  page.on("console", (message) => message.type() === "error" && failed.push(message.text()));
  page.on("request", (request) => {
    if (!request.url().startsWith(hub.file.http)) failed.push(`asks for ${request.url()}`);
  });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("link", { name: "raspi-01" })).toBeVisible();
  await page.goto(`${hub.file.http}/api/docs`);

  await page.getByRole("searchbox", { name: "Find" }).fill("export.csv");
  await page.getByText("/api/v1/export.csv").click();
  await page.getByRole("textbox", { name: /^device/ }).fill("raspi-01");
  await page.getByLabel("sep column separator").selectOption(";");
  await page.getByLabel("decimal between a number").selectOption(",");
  await expect(page.getByText("export.csv?device=raspi-01&sep=%3B&decimal=%2C'")).toBeVisible();
  await page.getByRole("button", { name: "Send GET" }).click();
  await expect(page.getByText("2026-01-02T00:00:00.000Z;raspi-01;temperature;25,5")).toBeVisible();
  await expect(page.getByText("200 OK · text/csv")).toBeVisible();

  await page.getByRole("searchbox", { name: "Find" }).fill("retention");
  await page.getByText("Sets how long readings are kept").click();
  const body = page.getByLabel("Body");
  await body.fill('{"rules":[{"keepDays":"x"}]}');
  await page.getByRole("button", { name: "Send PUT" }).click();
  await expect(page.getByText("400 Bad Request")).toBeVisible();
  await body.fill(`{"rules":[{"device":"raspi-01","keepDays":null}]}`);
  await page.getByRole("button", { name: "Send PUT" }).click();
  await expect(page.getByText("200 OK · application/json")).toBeVisible();
  expect(failed.filter((text) => !text.includes("400 (Bad Request)"))).toEqual([]);
});

test("who is not signed in may read what there is, and act with a token", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(`${hub.file.http}/api/docs`);
  await page.getByText("All devices").click();
  await page.getByRole("button", { name: "Send GET" }).click();
  await expect(page.getByText("401 Unauthorized")).toBeVisible();
  await page.getByLabel("Token").fill(hub.file.token);
  await page.getByRole("button", { name: "Send GET" }).click();
  await expect(page.getByText('"devices": []')).toBeVisible();
});
