// The screens for access: signing in with a password, keys of devices, shared links, and what a viewer is not shown.
import { expect, type Page, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf } from "../support/page.ts";

const PASSWORD = "correct horse battery";

async function addPerson(hub: TestHub, name: string, role: string): Promise<void> {
  const body = JSON.stringify({ name, role, password: PASSWORD });
  const headers = { "Content-Type": "application/json" };
  expect((await hub.fetch("/api/v1/people", { method: "POST", headers, body })).status).toBe(201);
}

async function changeByAnother(hub: TestHub, route: string, change: object): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const { status } = await hub.fetch(`/api/v1/${route}`, { method: "PATCH", headers, body: JSON.stringify(change) });
  expect(status).toBe(200);
}

const changedTo = (value: string) => `Somebody else has changed this meanwhile, to “${value}”.`;

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("a viewer signs in with a password after a wrong one, sees nothing of administrators, and signs out", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 20 });
  await addPerson(hub, "ada", "viewer");
  await page.goto(hub.file.http);
  await signIn(page, "ada", "not the password");
  await expect(page.getByRole("alert")).toHaveText("Name or password is wrong.");
  await signIn(page, "ada", PASSWORD);
  await page.getByRole("link", { name: "raspi-01" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "raspi-01" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Export" })).toBeVisible();
  for (const name of ["Share", "Add a control", "Give it a key"])
    await expect(page.getByRole("button", { name })).toHaveCount(0);
  for (const name of ["Access", "Edit"]) await expect(page.getByRole("link", { name })).toHaveCount(0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "You are not signed in" })).toBeVisible();
});

test("after ten wrong passwords the page counts the seconds", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(hub.file.http);
  for (let attempt = 0; attempt < 10; attempt++) {
    const answered = page.waitForResponse("**/session");
    await signIn(page, "ada", "wrong");
    await answered;
  }
  await expect(page.getByRole("button", { name: /^Try again in \d+ s$/ })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeEnabled({ timeout: 15_000 });
});

test("a device's key is shown once, then revoked", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 20 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "raspi-01" }).click();
  await page.getByRole("button", { name: "Give it a key" }).click();
  const dialog = page.getByRole("dialog", { name: "The key of raspi-01" });
  await expect(dialog).toContainText("brk_");
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(page.getByText("brk_")).toHaveCount(0);
  expect((await hub.post({ device_id: "raspi-01", temperature: 21 })).status).toBe(401);

  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("until it has a new one")).toBeVisible();
  await page.getByRole("button", { name: "Let it send without a key again" }).click();
  await expect(page.getByRole("button", { name: "Give it a key" })).toBeVisible();
  expect((await hub.post({ device_id: "raspi-01", temperature: 22 })).ok).toBe(true);
});

test("a shared link shows one device alone, and nothing once it is revoked", async ({ browser, page }) => {
  await using hub = await startTestHub();
  await hub.post([
    { device_id: "raspi-01", temperature: 20 },
    { device_id: "raspi-02", temperature: 30 },
  ]);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "raspi-01" }).click();
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByRole("button", { name: "Make a link" }).click();
  const link = (await page.getByRole("dialog").locator("pre").textContent()) ?? "";
  const guest = await (await browser.newContext()).newPage();
  const secret = `${hub.file.http}/${new URL(link).hash}`;
  await guest.goto(secret);
  await expect(guest.getByText("shared with you until")).toBeVisible();
  await expect(guest.getByRole("heading", { level: 1, name: "raspi-01" })).toBeVisible();
  // What is done to a page that a guest does not have is not offered.
  await guest.keyboard.press("Control+k");
  await expect(guest.getByRole("option", { name: "Switch to dark colours" })).toBeVisible();
  await expect(guest.getByRole("option", { name: /overview/ })).toHaveCount(0);
  await guest.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Revoke the link/ }).click();
  await expect(page.getByRole("button", { name: /^Revoke the link/ })).toHaveCount(0);
  await expect(page.getByRole("img", { name: "QR code of the link" })).toHaveCount(0);
  await guest.goto("about:blank");
  await guest.goto(secret);
  await expect(guest.getByRole("heading", { name: "This link shows nothing any more" })).toBeVisible();
});

test("people and programs are added on the page, and the log tells of it", async ({ page }) => {
  await using hub = await startTestHub();
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "People" }).click();
  await expect(page.getByText("this one")).toBeVisible();
  await page.getByRole("button", { name: "Add a person" }).click();
  await page.getByLabel("Name").fill("grace");
  await page.getByRole("button", { name: "Generate a password" }).click();
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("button", { name: "Change grace" })).toBeVisible();

  await page.getByRole("link", { name: "Programs" }).click();
  await page.getByRole("button", { name: "Make a key" }).click();
  await page.getByLabel("What it is for").fill("grafana");
  await page.getByRole("button", { name: "Make it" }).click();
  await expect(page.getByRole("dialog")).toContainText("Authorization: Bearer brk_");
  await page.getByRole("button", { name: "Done" }).click();
  await expect(page.getByRole("button", { name: "Revoke grafana" })).toBeVisible();

  await page.getByRole("navigation", { name: "Access" }).getByRole("link", { name: "Log" }).click();
  await expect(page.getByText("person added · grace")).toBeVisible();
});

test("a provider that was set through the API can be chosen again, and its password is no token of another", async ({
  page,
}) => {
  await using hub = await startTestHub();
  const provider = { kind: "url", url: "https://dns.example/?ip={ipv4}", username: "pi", password: PASSWORD };
  const headers = { "Content-Type": "application/json" };
  const set = await hub.fetch("/api/v1/reach", { method: "PATCH", headers, body: JSON.stringify({ provider }) });
  expect(set.status).toBe(200);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "From outside" }).click();
  const choice = page.getByLabel("Who keeps its records");
  await expect(choice).toHaveValue("url");
  await choice.selectOption("duckdns");
  await expect(page.getByLabel("Token of the provider")).toHaveAttribute("placeholder", "");
  await choice.selectOption("url");
  await expect(choice).toHaveValue("url");
});

test("a client that is connected over MQTT is listed with what it does, and is disconnected", async ({ page }) => {
  await using hub = await startTestHub("--anonymous", "all");
  const lamp = await connectAsync(hub.file.mqtt, { clientId: "lamp", protocolVersion: 5, reconnectPeriod: 0 });
  await lamp.subscribeAsync(["home/lamp/set", "home/all"]);
  await lamp.publishAsync("home/lamp", "on", { qos: 1 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "Clients" }).click();
  const section = page.getByRole("region", { name: "Connected over MQTT" });
  const row = section.getByRole("listitem").filter({ hasText: "lamp" });
  for (const fact of ["MQTT 5", "127.0.0.1", "sent 1 ("]) await expect(row).toContainText(fact);
  await row.getByText("2 subscriptions").click();
  await expect(row.getByText("home/lamp/set, home/all")).toBeVisible();
  const closed = new Promise((resolve) => lamp.once("close", () => resolve(true)));
  const told = new Promise((resolve) => lamp.once("disconnect", ({ reasonCode }) => resolve(reasonCode)));
  await row.getByRole("button", { name: "Disconnect lamp" }).click();
  expect(await told, "an administrator did it").toBe(0x98);
  expect(await closed).toBe(true);
  await expect(section.getByText("No client is connected.")).toBeVisible();
});

test("what is typed stays while another administrator saves, and saving it keeps what they set beside it", async ({
  page,
}) => {
  await using hub = await startTestHub();
  const byAnother = (route: string, change: object) => changeByAnother(hub, route, change);
  const told = (value: string) => page.getByText(changedTo(value));
  const save = page.getByRole("button", { name: "Save", exact: true });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  const networks = page.getByRole("textbox", { name: /^Networks that are let in/ });
  await networks.fill("203.0.113.0/24");
  await byAnother("access", { allow: ["198.51.100.0/24"] });
  // What is answered to any change has all settings.
  await page.getByRole("radio", { name: /^Nothing/ }).check();
  await save.click();
  await expect(told("198.51.100.0/24")).toBeVisible();
  await expect(networks).toHaveValue("203.0.113.0/24");

  await page.getByRole("link", { name: "Encryption" }).click();
  await page.getByRole("radio", { name: /^By files of yours/ }).check();
  await page.getByLabel("Certificate, with those in between").fill("/nowhere/hub.pem");
  await byAnother("tls", { plainPorts: "closed-but-loopback" });
  await save.click();
  await expect(page.getByRole("alert")).not.toHaveCount(0);
  await expect(page.getByRole("checkbox", { name: /^Close the ports/ })).toBeChecked();
  await expect(page.getByLabel("Certificate, with those in between")).toHaveValue("/nowhere/hub.pem");
  await byAnother("tls", { plainPorts: "open" });
  await page.getByRole("radio", { name: /^By the hub’s own authority/ }).check();
  await save.click();
  await expect(page.getByRole("region", { name: "The certificate" })).toBeVisible();
  expect(await hub.json("/api/v1/tls")).toMatchObject({ mode: "own", plainPorts: "open" });

  await page.getByRole("link", { name: "From outside" }).click();
  const name = page.getByRole("textbox", { name: "Name" });
  await name.fill("mine.example.org");
  await byAnother("reach", { name: "theirs.example.org" });
  // Refused: nobody keeps its records.
  await page.getByRole("checkbox", { name: /^Keep the name pointed/ }).check();
  await save.click();
  await expect(told("theirs.example.org")).toBeVisible();
  await expect(name).toHaveValue("mine.example.org");
  await page.getByRole("button", { name: "Take that" }).click();
  await expect(name).toHaveValue("theirs.example.org");
});

test("a person is changed by two administrators at once: nothing is overwritten that was not entered", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await addPerson(hub, "ada", "viewer");
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "People" }).click();
  const change = page.getByRole("button", { name: "Change ada" });
  await change.click();
  const form = page.getByRole("dialog");
  const [role, rooms] = [form.getByLabel("Role"), form.getByLabel(/^Rooms/)];
  await rooms.fill("Attic");
  await changeByAnother(hub, "people/ada", { role: "operator" });
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  expect(await hub.json("/api/v1/people")).toMatchObject({ people: [{ role: "operator", rooms: ["Attic"] }] });

  await change.click();
  await rooms.fill("Cellar");
  await changeByAnother(hub, "people/ada", { role: "admin", rooms: ["Shed"] });
  // Nothing is overwritten before it is seen.
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form.getByText(changedTo("Shed"))).toBeVisible();
  await expect(rooms).toHaveValue("Cellar");
  await expect(role).toHaveValue("admin");
  expect(await hub.json("/api/v1/people")).toMatchObject({ people: [{ role: "admin", rooms: ["Shed"] }] });
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  expect(await hub.json("/api/v1/people")).toMatchObject({ people: [{ role: "admin", rooms: ["Cellar"] }] });

  await change.click();
  await rooms.fill("Attic");
  await changeByAnother(hub, "people/ada", { rooms: ["Shed"] });
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByRole("button", { name: "Take that" }).click();
  await expect(rooms).toHaveValue("Shed");
  // Where nothing was changed, nothing is sent: it would end their sessions.
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.method()));
  await form.getByRole("button", { name: "Save" }).click();
  await expect(form).toBeHidden();
  expect(asked).not.toContain("PATCH");
});
