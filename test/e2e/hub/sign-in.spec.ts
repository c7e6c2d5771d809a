// Signing in: the printed link works once, and its secret is removed from the address.
import { expect, test } from "@playwright/test";
import { startTestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const JSON_TYPE = { "Content-Type": "application/json" };

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

test("a link that is pasted into the page signs in, and what is none says so", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(hub.file.http);
  const field = page.getByLabel(/^Or open the link/);
  await field.fill(hub.file.http);
  await field.press("Enter");
  await expect(page.getByRole("alert")).toHaveText("That is not a sign-in link: it has #link= in it.");
  await field.fill(` ${linkOf(hub)}`);
  await page.getByRole("button", { name: "Open the link" }).click();
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

test("a person changes their own password, and signs in with it", async ({ page }) => {
  await using hub = await startTestHub();
  const person = { name: "ada", role: "viewer", password: "the first one" };
  await hub.fetch("/api/v1/people", { method: "POST", body: JSON.stringify(person), headers: JSON_TYPE });
  const signIn = async (password: string) => {
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  };
  await page.goto(`${hub.file.http}/#/settings`);
  await signIn("the first one");
  await page.getByRole("button", { name: "Change the password" }).click();
  const dialog = page.getByRole("dialog", { name: "Change the password" });
  await dialog.getByLabel("Password until now").fill("not the first one");
  await dialog.getByLabel("New password").fill("the second one");
  await dialog.getByRole("button", { name: "Change the password" }).click();
  await expect(dialog.getByRole("alert")).toHaveText("That is not your password.");
  await expect(dialog.getByLabel("New password"), "stays as typed").toHaveValue("the second one");

  await dialog.getByLabel("Password until now").fill("the first one");
  await dialog.getByRole("button", { name: "Change the password" }).click();
  await expect(page.getByRole("heading", { name: "You are not signed in" })).toBeVisible();
  await signIn("the first one");
  await expect(page.getByRole("alert")).toHaveText("Name or password is wrong.");
  await signIn("the second one");
  await expect(page.getByRole("button", { name: "Change the password" })).toBeVisible();
});
