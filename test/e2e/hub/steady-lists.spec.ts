// Lists that change by themselves and have buttons: nothing moves under the pointer, and everything has moved once it is away.
import { type APIRequestContext, expect, type Page, test } from "@playwright/test";
import { connectAsync } from "mqtt";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf, staysUnderPointer, untilFrame } from "../support/page.ts";

const PASSWORD = "correct horse battery";

/** In another browser than the page's. */
async function signInElsewhere(hub: TestHub, request: APIRequestContext, name: string): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ name, role: "viewer", password: PASSWORD });
  await hub.fetch("/api/v1/people", { method: "POST", headers, body });
  const data = { username: name, password: PASSWORD };
  const answer = await request.post(`${hub.file.http}/api/v1/session`, { data });
  expect(answer.ok()).toBe(true);
}

const leave = (page: Page) => page.mouse.move(0, 0);

test("a session that begins or ends moves no other one's button", async ({ page, request }) => {
  await using hub = await startTestHub();
  for (const name of ["ada", "bob"]) await signInElsewhere(hub, request, name);
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "People" }).click();
  const endOf = (name: string) => page.getByRole("button", { name: new RegExp(`^End the session of ${name}`) });
  await staysUnderPointer(endOf("ada"), async () => {
    for (const name of ["grace", "heidi"]) await signInElsewhere(hub, request, name);
    const asked = page.waitForResponse(async (answer) => {
      return answer.url().endsWith("/sessions") && (await answer.text()).includes("heidi");
    });
    // The list is asked for again after it.
    await endOf("bob").press("Enter");
    await asked;
  });
  await leave(page);
  await expect(endOf("heidi")).toBeVisible();
  await expect(endOf("bob")).toBeHidden();
});

test("a client that goes moves no other one's button", async ({ page }) => {
  await using hub = await startTestHub("--anonymous", "all");
  const connect = (clientId: string) => connectAsync(hub.file.mqtt, { clientId, reconnectPeriod: 0 });
  const [first, second] = [await connect("first"), await connect("second")];
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "Clients" }).click();
  await staysUnderPointer(page.getByRole("button", { name: "Disconnect second" }), async () => {
    await first.endAsync();
    await page.waitForResponse(async (answer) => {
      return answer.url().endsWith("/clients") && !(await answer.text()).includes("first");
    });
  });
  await leave(page);
  await expect(page.getByRole("button", { name: "Disconnect first" })).toBeHidden();
  await second.endAsync();
});

test("a message that is refused moves none that may be tried again", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post("{");
  const isKnown = untilFrame(page, '"source":"sensor/pi/data"');
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Log", exact: true }).click();
  await page.getByRole("link", { name: "Refused" }).click();
  const client = await connectAsync(hub.file.mqtt);
  await staysUnderPointer(page.getByRole("button", { name: "Edit and publish: POST /data" }), async () => {
    await client.publishAsync("sensor/pi/data", "{", { qos: 1 });
    await isKnown;
  });
  await client.endAsync();
  await leave(page);
  const edit = page.getByRole("button", { name: "Edit and publish" });
  await expect(edit).toHaveCount(2);
  await expect(edit.first()).toHaveAccessibleName("Edit and publish: sensor/pi/data");
});

test("who sends most changes places only while no press is near", async ({ page }) => {
  await using hub = await startTestHub();
  const isFirst = untilFrame(page, '"device":"quiet","address":"127.0.0.1","messages":11');
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Log", exact: true }).click();
  const names = page.getByRole("button", { name: /^(?:loud|quiet)$/ });
  await expect(async () => {
    await hub.post({ device_id: "loud", n: 1 });
    await expect(names).toHaveText(["loud"], { timeout: 2_000 });
  }).toPass();
  await hub.post({ device_id: "quiet", n: 1 });
  await expect(names).toHaveText(["loud", "quiet"]);
  await staysUnderPointer(names.filter({ hasText: "loud" }), async () => {
    for (let n = 0; n < 10; n++) await hub.post({ device_id: "quiet", n });
    await isFirst;
  });
  await leave(page);
  await expect(names).toHaveText(["quiet", "loud"]);
});
