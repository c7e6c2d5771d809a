// The page that connects a device, with TLS and compulsory keys: its snippets pin the authority, have a key, and fit a phone.
import { expect, type Page, test } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { linkOf } from "./support/page.ts";

// A question that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

const json = { "Content-Type": "application/json" };

const snippet = (page: Page, title: string) =>
  page
    .locator("section", { has: page.getByRole("heading", { name: title, exact: true }) })
    .locator("pre")
    .first();

test("with TLS and a key made here, every snippet has both; the key is shown once, as a QR code too", async ({
  page,
}) => {
  await using hub = await startTestHub("--joining", "ask", "--anonymous", "none");
  const changed = await hub.fetch("/api/v1/tls", { method: "PATCH", headers: json, body: '{"mode":"own"}' });
  const { httpsPort, mqttsPort, authority } = await changed.json();
  await page.setViewportSize({ width: 390, height: 844 });
  // A hub without devices shows the page at once.
  await page.goto(linkOf(hub));
  const agent = snippet(page, "The agent");
  await expect(agent).toContainText(`:${httpsPort}/ca.pem -o bramble-ca.pem`);
  await expect(agent).toContainText(/echo "[0-9a-f]{64} {2}bramble-ca\.pem" \| sha256sum -c/);
  await expect(page.getByText(authority.fingerprint)).toBeVisible();
  await expect(page.getByText("This hub takes nothing without a key")).toBeVisible();

  await page.getByLabel("Id of the device").fill("attic");
  await page.getByRole("button", { name: "Make a key" }).click();
  await expect(page.getByRole("status").filter({ hasText: "This is the key of attic" })).toBeVisible();
  await expect(page.getByRole("img", { name: "QR code of the key of attic" })).toBeVisible();
  const shown = page.getByRole("region", { name: "A key for the device" }).locator("pre");
  const key = (await shown.textContent()) ?? "";
  expect(key).toMatch(/^[\w-]{40,}$/);
  for (const title of ["Python, over MQTT", "Python, over HTTP", "mosquitto_pub", "curl"]) {
    await expect(snippet(page, title)).toContainText(key);
    await expect(snippet(page, title)).toContainText("bramble-ca.pem");
    await expect(page.getByRole("button", { name: `Copy: ${title}` })).toBeVisible();
  }
  await expect(snippet(page, "Python, over MQTT")).toContainText(`port=${mqttsPort}`);
  await expect(snippet(page, "The agent, in /etc/bramble-agent.toml")).toContainText(`device = "attic"`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
  // Nothing runs out of its card.
  const escaping = await page.evaluate(() =>
    [...document.querySelectorAll("main .panel")].flatMap((card) =>
      [...card.querySelectorAll("pre, button, input, svg, p")]
        .filter((part) => part.getBoundingClientRect().right > card.getBoundingClientRect().right + 0.5)
        .map((part) => part.textContent),
    ),
  );
  expect(escaping).toEqual([]);

  await page.reload();
  await expect(snippet(page, "curl")).toBeVisible();
  await expect(page.getByText(key)).toHaveCount(0);
});

test("a link's QR code has the address that this browser uses, and another one where a person takes that", async ({
  page,
}) => {
  await using hub = await startTestHub();
  await page.route("**/api/v1/hub", async (route) => {
    const answer = await (await route.fetch()).json();
    await route.fulfill({ json: { ...answer, addresses: ["192.168.1.20", "10.0.0.5"], mdnsName: "bramble.local" } });
  });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Access", exact: true }).click();
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("button", { name: "Sign in a phone" }).click();
  const link = page.getByRole("dialog").locator("pre").first();
  await expect(link).toContainText(`http://192.168.1.20:${hub.httpPort}/#link=`);
  await page.getByLabel("The hub’s address in it").selectOption("bramble.local");
  await expect(link).toContainText(`http://bramble.local:${hub.httpPort}/#link=`);
});
