// Answers of the hub that come late, fail, or say that the session has ended: the page says so, and keeps what is in hand.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

const PASSWORD = "correct horse battery";
/** Of a refusal that is not tried again. */
const BROKEN = { status: 400, json: { error: "broken", message: "It is broken." } };

async function addPerson(hub: TestHub, name: string, role: string): Promise<void> {
  const body = JSON.stringify({ name, role, password: PASSWORD });
  const headers = { "Content-Type": "application/json" };
  expect((await hub.fetch("/api/v1/people", { method: "POST", headers, body })).status).toBe(201);
}

async function signIn(page: Page, name: string): Promise<void> {
  // The page that waits behind it has fields, too.
  const form = page.getByRole("main");
  await form.getByLabel("Name").fill(name);
  await form.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** As if the hub had forgotten the session. */
const endSession = (page: Page) => page.context().clearCookies();

/** Everything that the page showed since it was opened, also for a moment. */
async function watchText(page: Page): Promise<() => Promise<string>> {
  await page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    new MutationObserver(() => seen.add(document.body?.textContent ?? "")).observe(document, {
      subtree: true,
      childList: true,
      characterData: true,
    });
  });
  return () => page.evaluate<string>("[...seen].join('\\n')");
}

test("an administrator is not told for a moment that a page is for administrators", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByText("Waiting for the first reading…").waitFor();
  const seen = await watchText(page);
  for (const [hash, heading] of [
    ["#/access/people", "Access"],
    ["#/import", "Import"],
    ["#/settings", "Settings"],
  ] as const) {
    await page.goto("about:blank");
    const asked = page.waitForRequest("**/api/v1/me");
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    await page.route("**/api/v1/me", async (route) => {
      await answered;
      await route.continue();
    });
    await page.goto(hub.file.http + hash);
    await asked;
    await page.getByRole("status", { name: "Loading the page" }).waitFor();
    answer();
    await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    expect(await seen()).not.toMatch(/for administrators|Waiting for the first reading/i);
    await page.unrouteAll({ behavior: "wait" });
  }
});

test("where it is not known who looks, the page says so, and tries again", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByText("Waiting for the first reading…").waitFor();
  await page.route("**/api/v1/me", (route) => route.fulfill(BROKEN));
  await page.reload();
  await expect(page.getByRole("alert")).toContainText("It is broken.");
  // Once the live connection is open, nothing is asked again by itself.
  await expect(page.getByText("readings/s")).toBeVisible();
  await page.unrouteAll({ behavior: "wait" });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("Waiting for the first reading…")).toBeVisible();
});

test("a failure stays, and keeps the focus, while the page asks again by itself", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByText("Waiting for the first reading…").waitFor();
  let asked = 0;
  await page.route("**/api/v1/clients", (route) => {
    asked++;
    return route.fulfill(BROKEN);
  });
  await page.goto(`${hub.file.http}#/access/clients`);
  const again = page.getByRole("button", { name: "Try again" });
  await again.focus();
  const before = asked;
  // The list of clients is polled.
  await expect.poll(() => asked, { timeout: 15_000 }).toBeGreaterThan(before + 1);
  await expect(again).toBeFocused();
  await page.unrouteAll({ behavior: "wait" });
  await again.press("Enter");
  await expect(page.getByText("No client is connected")).toBeVisible();
  await expect(again).toBeHidden();
});

test("what fails without a place of its own is told at the page's end, and tried again", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).waitFor();
  await page.route(/\/api\/v1\/(annotations|hub\/pauses)$/, (route) => route.fulfill(BROKEN));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  const notice = page.getByRole("region", { name: "Some of what this page shows could not be loaded" });
  await expect(notice).toContainText("It is broken.");
  await page.unrouteAll({ behavior: "wait" });
  await notice.getByRole("button", { name: "Try again" }).click();
  await expect(notice).toBeHidden();
});

test("what was typed is there again when the session ended meanwhile, for whom it was", async ({ page }) => {
  await using hub = await startTestHub();
  await addPerson(hub, "ada", "admin");
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(hub.file.http);
  await signIn(page, "ada");
  await page.getByRole("link", { name: "pi", exact: true }).waitFor();
  await page.goto(`${hub.file.http}#/access/people`);
  await page.getByRole("button", { name: "Add a person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("grace");
  await dialog.getByRole("button", { name: "Generate a password" }).click();
  const made = await dialog.getByLabel(/^Password/).inputValue();
  await endSession(page);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Your session has ended" })).toBeVisible();
  await expect(page).toHaveTitle(/^Sign in/);
  await expect(dialog).toBeHidden();
  await signIn(page, "ada");
  await expect(dialog.getByLabel("Name")).toHaveValue("grace");
  await expect(dialog.getByLabel(/^Password/)).toHaveValue(made);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "grace" })).toBeVisible();
  await expect(page).toHaveTitle(/^Access/);
});

test("nothing of what somebody else typed is there for another person who signs in", async ({ page }) => {
  await using hub = await startTestHub();
  await addPerson(hub, "ada", "admin");
  await addPerson(hub, "grace", "viewer");
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(hub.file.http);
  await signIn(page, "ada");
  await page.getByRole("link", { name: "pi", exact: true }).waitFor();
  await page.goto(`${hub.file.http}#/devices/pi/edit`);
  await page.getByLabel("Notes").fill("for ada alone");
  await endSession(page);
  await page.getByRole("button", { name: "Save" }).first().click();
  await expect(page.getByRole("heading", { name: "Your session has ended" })).toBeVisible();
  await signIn(page, "grace");
  await expect(page.getByRole("heading", { level: 1, name: "pi" })).toBeVisible();
  expect(await page.content()).not.toContain("for ada alone");
});

test("a password stays where the hub did not look at it, and a wrong one goes", async ({ page }) => {
  await using hub = await startTestHub();
  await addPerson(hub, "ada", "viewer");
  await page.goto(hub.file.http);
  const busy = { ...BROKEN, status: 503, headers: { "Retry-After": "1" } };
  await page.route("**/api/v1/session", (route) => route.fulfill(busy));
  await signIn(page, "ada");
  await expect(page.getByRole("alert")).toHaveText("It is broken.");
  await expect(page.getByLabel("Password")).toHaveValue(PASSWORD);
  await page.unrouteAll({ behavior: "wait" });
  await page.getByLabel("Password").fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toHaveText("Name or password is wrong.");
  await expect(page.getByLabel("Password")).toHaveValue("");
});

test("what was not done says so: signing out, hiding the steps, a link's list, a proxy's own error", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await addPerson(hub, "ada", "admin");
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(hub.file.http);
  await signIn(page, "ada");
  await page.getByRole("link", { name: "pi", exact: true }).waitFor();
  await page.route("**/api/v1/session", (route) => route.fulfill(BROKEN));
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Find anything" }).fill("sign out");
  await page.keyboard.press("Enter");
  await expect(page.getByText("You are still signed in. It is broken.")).toBeVisible();

  const proxys = { status: 502, json: { detail: "bad gateway" } };
  await page.route("**/api/v1/first-steps", (route) =>
    route.request().method() === "PUT" ? route.fulfill(proxys) : route.continue(),
  );
  const steps = page.getByRole("region", { name: "First steps" });
  await steps.getByRole("button", { name: "Hide these steps" }).click();
  await expect(steps.getByRole("alert")).toHaveText("They could not be hidden. The hub answered with status 502.");

  // Behind the dialog the notice at the page's end would not be seen.
  await page.route("**/api/v1/shares", (route) => route.fulfill(BROKEN));
  await page.getByRole("link", { name: "pi", exact: true }).click();
  await page.getByRole("button", { name: "Share" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("The open links could not be loaded.");
});

test("what was done is shown though its answer, or the list after it, did not come", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "pi", exact: true }).waitFor();
  await page.goto(`${hub.file.http}#/settings`);
  await page.route("**/api/v1/settings", async (route) => {
    if (route.request().method() !== "PATCH") return route.continue();
    await route.fetch();
    return route.abort();
  });
  await page.getByRole("textbox", { name: "Name of the hub" }).fill("Attic");
  await page.keyboard.press("Enter");
  await expect(page.getByText("The hub does not answer.")).toBeVisible();
  await expect(page.getByRole("contentinfo").getByText("Attic")).toBeVisible();

  await page.goto(`${hub.file.http}#/compare?series=pi%2Ftemperature`);
  const name = page.getByRole("textbox", { name: "Name" });
  await page.route("**/api/v1/views", (route) =>
    route.request().method() === "GET" ? route.fulfill(BROKEN) : route.continue(),
  );
  await name.fill("Mine");
  await name.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Mine" })).toBeVisible();
});

test("the log keeps what it shows until the next filter's answer is there", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByText("Waiting for the first reading…").waitFor();
  await page.goto(`${hub.file.http}#/access/log`);
  const entries = page.getByRole("main").getByRole("list").last();
  await entries.getByRole("listitem").first().waitFor();
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  await page.route("**/api/v1/audit?*", async (route) => {
    await answered;
    await route.continue();
  });
  await page.getByLabel("Who").fill("nobody");
  await expect(entries).toHaveAttribute("aria-busy", "true");
  answer();
  await expect(page.getByText("Nothing fits.")).toBeVisible();
});

test("a part that cannot be loaded takes nothing else with it", async ({ page }) => {
  await using hub = await startTestHub();
  let asked = 0;
  await page.route(/\/assets\/late-notices-[^/]*\.js$/, (route) => {
    asked++;
    return route.fulfill({ status: 404 });
  });
  await page.goto(linkOf(hub));
  // The page is loaded anew once, in case the hub was away or has other files by now.
  await expect.poll(() => asked).toBe(2);
  await expect(page.getByRole("heading", { level: 1, name: "Your first reading" })).toBeVisible();
  // Whether the hub was away is asked once that has failed again.
  await page.waitForRequest("**/healthz");
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
});
