// Signing in: the printed link works once, and its secret is removed from the address.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

test("without the link the page says where to find it", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(hub.file.http);
  await expect(page.getByRole("heading", { name: "You are not signed in" })).toBeVisible();
  await expect(page.getByText("bramble serve")).toBeVisible();
});

test("what is typed stays while the page asks again whether it is signed in", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(hub.file.http);
  await page.getByLabel("Name").fill("ada");
  const [answer] = await Promise.all([
    page.waitForResponse("**/api/v1/hub"),
    // As if the tab was left for a password manager.
    page.evaluate(() => window.dispatchEvent(new Event("visibilitychange"))),
  ]);
  expect(answer.status()).toBe(401);
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText("Name or password is wrong.");
  await expect(page.getByLabel("Name")).toHaveValue("ada");
});

test("the link signs in, also when it is pasted into the tab that is open already", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(hub.file.http);
  await expect(page.getByRole("heading", { name: "You are not signed in" })).toBeVisible();
  // A network that fails just then costs no link.
  await page.route("**/api/v1/session", (route) => route.abort(), { times: 1 });
  await page.goto(linkOf(hub));
  await expect(page.getByRole("heading", { name: "The link could not be tried yet" })).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
  expect(new URL(page.url()).hash).toBe("#/");

  await page.reload();
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
});

test("a used link is refused with a message", async ({ browser, page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();

  const secondPage = await browser.newPage();
  await secondPage.goto(linkOf(hub));
  await expect(secondPage.getByRole("heading", { name: "This link was used before or is too old" })).toBeVisible();
});
