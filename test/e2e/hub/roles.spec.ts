// Every page as every kind of person who can see the window: nothing is asked for that they may not have, nothing is offered that they
// may not see, and nothing fails.
import { type Browser, expect, type Page, test } from "@playwright/test";
import type { NewShare } from "../../../src/shared/security/access.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { linkOf, watchRequests } from "../support/page.ts";
import { GREENHOUSE, prepare, STATES } from "../support/states.ts";

const PASSWORD = "correct horse battery";
/** Of the greenhouse and another one of the simulated Pis. */
const ROOMS = ["Garden"];
const REFUSAL = /You may not see that page|Who may do what is for administrators|There is no page/;

/** Everybody may read them. */
const ALIKE = /^#\/(?:guides|recipes)\//;

interface Visitor {
  readonly name: string;
  readonly open: (page: Page, hub: TestHub) => Promise<unknown>;
}

async function post<Answer>(hub: TestHub, path: string, body: object): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  const answer = await hub.fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status, path).toBe(201);
  return answer.json();
}

/** Who signs in with a password, and sees all rooms or some. */
const PEOPLE: readonly { readonly role: string; readonly rooms?: readonly string[] }[] = [
  { role: "operator" },
  { role: "viewer" },
  { role: "admin", rooms: ROOMS },
  { role: "operator", rooms: ROOMS },
  { role: "viewer", rooms: ROOMS },
];
const usernameOf = ({ role, rooms }: (typeof PEOPLE)[number]) => `${role}${rooms === undefined ? "" : " of a room"}`;

const person = (username: string): Visitor => ({
  name: username,
  open: async (page, { file }) => {
    const data = { username, password: PASSWORD };
    expect((await page.request.post(`${file.http}/api/v1/session`, { data })).status()).toBe(200);
    await page.goto(file.http);
  },
});

const guest = (name: string, shownOf: (hub: TestHub) => Promise<object>): Visitor => ({
  name,
  open: async (page, hub) => {
    const { secret } = await post<NewShare>(hub, "shares", { ...(await shownOf(hub)), expiresInDays: 1 });
    await page.goto(`${hub.file.http}/#share=${secret}`);
  },
});

const VISITORS: readonly Visitor[] = [
  { name: "owner", open: (page, hub) => page.goto(linkOf(hub)) },
  ...PEOPLE.map((one) => person(usernameOf(one))),
  guest("guest of a device", async () => ({ device: GREENHOUSE.split("/").at(-1) })),
  guest("guest of a view", async (hub) => {
    const [view] = (await hub.json<{ views: { id: string }[] }>("/api/v1/views")).views;
    return { view: view?.id };
  }),
];

async function sweep(browser: Browser, hub: TestHub, { open }: Visitor): Promise<string[]> {
  const page = await (await browser.newContext({ reducedMotion: "reduce" })).newPage();
  const faults: string[] = [];
  let at = "sign-in";
  const tell = (what: string) => faults.push(`${at}: ${what}`);
  page.on("response", (response) => {
    const request = `${response.request().method()} ${response.url().replace(/^.*\/api/, "")}`;
    if (response.status() >= 400) tell(`${request} is answered with ${response.status()}`);
  });
  page.on("console", (message) => message.type() === "error" && tell(message.text()));
  page.on("pageerror", ({ message }) => tell(message));
  const settled = watchRequests(page);
  const main = page.getByRole("main");
  const said = new Map<string, string>();
  const visit = async (link: string) => {
    at = link;
    await page.evaluate((hash) => location.assign(hash), link);
    await settled();
    await expect(main).toContainText(/\S/);
    for (const alert of await main.getByRole("alert").allTextContents()) if (alert !== "") tell(alert);
    said.set(link, (await main.textContent()) ?? "");
  };
  await open(page, hub);
  await main.waitFor();
  await settled();
  const offered = new Set(await offers(page));
  for (const { link } of STATES) {
    if (!said.has(link)) await visit(link);
    for (const one of await linksOf(page)) offered.add(one);
  }
  for (at of offered) {
    if (!said.has(at) && !ALIKE.test(at)) await visit(at);
    if (REFUSAL.test(said.get(at) ?? "")) tell("it is offered, and then refused");
  }
  await page.context().close();
  return faults;
}

/** Where the page leads to by itself. */
const linksOf = (page: Page): Promise<string[]> =>
  page.locator('a[href^="#/"]').evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""));

/** Where “Find anything” leads to. */
async function offers(page: Page): Promise<string[]> {
  const links: string[] = [];
  const open = page.getByRole("button", { name: "Find anything" });
  // What acts at once leads nowhere.
  const all = page.getByRole("dialog").getByRole("option");
  const options = all.filter({ hasNotText: "do it" });
  await open.click();
  await all.first().waitFor();
  const count = await options.count();
  for (let index = 0; index < count; index++) {
    if (index > 0) await open.click();
    await options.nth(index).click();
    links.push(await page.evaluate(() => location.hash));
  }
  if (count === 0) await page.keyboard.press("Escape");
  return links;
}

test.describe("no page asks for what one may not have, or leads to what one may not see", () => {
  let hub: TestHub;
  test.beforeAll(async () => {
    hub = await startTestHub("--joining", "ask");
    await prepare(hub);
    for (const one of PEOPLE) await post(hub, "people", { ...one, name: usernameOf(one), password: PASSWORD });
  });
  test.afterAll(() => hub[Symbol.asyncDispose]());
  for (const visitor of VISITORS)
    test(`as the ${visitor.name}`, async ({ browser }) =>
      expect((await sweep(browser, hub, visitor)).join("\n")).toBe(""));
});

test("who is not signed in is asked to sign in on every page, and sees nothing of it", async ({ page }) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspi-01", temperature: 20 });
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("response", (response) => response.status() >= 400 && errors.push(`${response.status()}`));
  const settled = watchRequests(page);
  for (const link of ["#/", GREENHOUSE, "#/access/people", "#/nowhere"]) {
    await page.goto("about:blank");
    await page.goto(hub.file.http + link);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("You are not signed in");
    await settled();
  }
  expect(new Set(errors)).toEqual(new Set(["401"]));
});
