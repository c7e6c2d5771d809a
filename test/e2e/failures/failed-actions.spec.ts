// What a person does and the hub does not: each way in which it fails is told where it was done, what was entered stays, nothing looks
// done or under way, and it can be tried again.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { startTestHub } from "../../support/hub.ts";
import { linkOf, watchRequests } from "../support/page.ts";
import { GREENHOUSE, prepare, press } from "../support/states.ts";

// A request that is on its way when a test ends would count as the next one's failure.
test.afterEach(({ page }) => page.unrouteAll({ behavior: "ignoreErrors" }));

const STATUSES = [403, 404, 409, 503];
const NO_ANSWER = "The hub does not answer.";

interface Action {
  readonly name: string;
  readonly link: string;
  /** What leads to where it is done. */
  readonly begin?: (page: Page) => Promise<unknown>;
  readonly act: (page: Page) => Promise<unknown>;
  /** The method and path of its request. */
  readonly request: RegExp;
  /** Keep what is entered or shown. */
  readonly keeps?: (page: Page) => Locator;
}

const label = (text: string) => (page: Page) =>
  page.getByLabel(text, { exact: true }).and(page.locator("input, select, textarea"));
const fill = (text: string, value: string) => (page: Page) => label(text)(page).fill(value);
const pressHere = (name: string) => (page: Page) => page.getByRole("button", { name, exact: true }).click();
const confirm = (name: string) => (page: Page) => page.getByRole("dialog").getByRole("button", { name }).click();
const steps =
  (...all: readonly ((page: Page) => Promise<unknown>)[]) =>
  async (page: Page) => {
    for (const step of all) await step(page);
  };
const toggle = (name: string | RegExp) => (page: Page) => page.getByRole("switch", { name }).first().click();
const toggled = (name: string | RegExp) => (page: Page) => page.getByRole("switch", { name }).first();

const ON_DEVICES: readonly Action[] = [
  {
    name: "rename",
    link: `${GREENHOUSE}/edit`,
    begin: fill("Name", "Attic"),
    act: pressHere("Save"),
    request: /PATCH .*\/devices\/sim-greenhouse$/,
    keeps: label("Name"),
  },
  {
    name: "label a metric",
    link: `${GREENHOUSE}/edit`,
    begin: fill("Label of soil", "Earth"),
    act: pressHere("Apply"),
    request: /PATCH .*\/devices\/sim-greenhouse$/,
    keeps: label("Label of soil"),
  },
  { name: "delete", link: `${GREENHOUSE}/edit`, act: press("Delete with its history"), request: /POST .*\/removal$/ },
  { name: "block", link: `${GREENHOUSE}/edit`, act: pressHere("Block"), request: /POST .*\/block$/ },
  {
    name: "merge",
    link: `${GREENHOUSE}/edit`,
    begin: steps((page) => label("The same as")(page).selectOption("sim-cellar"), pressHere("Merge…")),
    act: confirm("Merge them"),
    request: /POST .*\/merge$/,
  },
  {
    name: "note",
    link: GREENHOUSE,
    begin: steps(pressHere("Add a note"), fill("Note", "window open")),
    act: pressHere("Save"),
    request: /POST .*\/annotations$/,
    keeps: label("Note"),
  },
  { name: "mend", link: GREENHOUSE, begin: press(/^Mend: /), act: pressHere("Apply"), request: /POST .*\/mends$/ },
  {
    name: "share",
    link: GREENHOUSE,
    begin: pressHere("Share"),
    act: pressHere("Make a link"),
    request: /POST .*\/shares$/,
  },
  {
    name: "add a control",
    link: GREENHOUSE,
    begin: steps(pressHere("Add a control"), fill("Name", "Plug"), fill("MQTT topic", "plug")),
    act: confirm("Add"),
    request: /PATCH .*\/devices\/sim-greenhouse$/,
    keeps: label("MQTT topic"),
  },
  { name: "give a key", link: GREENHOUSE, act: press(/^Give it a key/), request: /POST .*\/key$/ },
  {
    name: "switch",
    link: GREENHOUSE,
    act: toggle("Water pump"),
    request: /POST .*\/commands$/,
    keeps: toggled("Water pump"),
  },
  {
    name: "send a number",
    link: GREENHOUSE,
    begin: (page) => page.getByRole("spinbutton", { name: "Level" }).fill("42"),
    act: pressHere("Set Level"),
    request: /POST .*\/commands$/,
    keeps: (page) => page.getByRole("spinbutton", { name: "Level" }),
  },
  {
    name: "send a colour",
    link: "#/devices/sim-living-room",
    begin: (page) => page.locator("input[type=color]").fill("#00ff00"),
    act: press(/^Set /),
    request: /POST .*\/commands$/,
    keeps: (page) => page.locator("input[type=color]"),
  },
  {
    name: "export",
    link: GREENHOUSE,
    begin: pressHere("Export"),
    act: pressHere("Export as CSV"),
    request: /GET .*\/export\.csv\?/,
  },
  {
    name: "name a comparison",
    link: "#/compare?series=sim-greenhouse%2Ftemperature",
    begin: fill("Name", "Mine"),
    act: pressHere("Save view"),
    request: /POST .*\/views$/,
    keeps: label("Name"),
  },
];

const ON_OVERVIEW: readonly Action[] = [
  {
    name: "let a device join",
    link: "#/",
    begin: steps(pressHere("Name and room of stranger"), fill("Name for stranger", "Attic")),
    act: pressHere("Approve stranger"),
    request: /PATCH .*\/devices\/stranger$/,
    keeps: label("Name for stranger"),
  },
  { name: "keep a device out", link: "#/", act: pressHere("Block stranger"), request: /POST .*\/block$/ },
  {
    name: "let a blocked device join",
    link: "#/",
    begin: (page) => page.getByText("1 device is blocked").click(),
    act: pressHere("Let it join after all: unwanted"),
    request: /POST .*\/approve$/,
  },
  { name: "hide the first steps", link: "#/", act: pressHere("Hide these steps"), request: /PUT .*\/first-steps$/ },
  {
    name: "remove the simulated Pis",
    link: "#/",
    act: pressHere("Remove them with all that they left"),
    request: /DELETE .*\/simulation$/,
  },
  {
    name: "give several a room",
    link: "#/",
    begin: steps(
      pressHere("Several at once…"),
      (page) => page.getByText("Room and tags").click(),
      fill("Room; empty to leave each where it is", "Shed"),
    ),
    act: confirm("Apply to"),
    request: /PATCH .*\/devices\/sim-cellar$/,
    keeps: label("Room; empty to leave each where it is"),
  },
  {
    name: "publish",
    link: "#/log",
    begin: steps(fill("Topic", "lamp"), fill("Payload", "on")),
    act: pressHere("Publish"),
    request: /POST .*\/messages$/,
    keeps: (page) => page.getByRole("textbox", { name: /^Payload/ }),
  },
  {
    name: "try a refused message again",
    link: "#/log/refused",
    act: press(/^Try again: /),
    request: /POST .*\/retry$/,
  },
];

const ON_THE_HUB: readonly Action[] = [
  {
    name: "set networks",
    link: "#/access/devices",
    begin: (page) => page.getByLabel(/^Networks/).fill("203.0.113.0/24"),
    act: pressHere("Save networks"),
    request: /PATCH .*\/access\?/,
    keeps: (page) => page.getByLabel(/^Networks/),
  },
  {
    name: "add a person",
    link: "#/access/people",
    begin: steps(pressHere("Add a person"), fill("Name", "grace"), pressHere("Generate a password")),
    act: confirm("Add"),
    request: /POST .*\/people$/,
    keeps: label("Name"),
  },
  {
    name: "change a person",
    link: "#/access/people",
    begin: steps(pressHere("Change ada"), fill("Rooms, with commas between them; empty for all", "Attic")),
    act: confirm("Save"),
    request: /PATCH .*\/people\/ada$/,
    keeps: label("Rooms, with commas between them; empty for all"),
  },
  {
    name: "remove a person",
    link: "#/access/people",
    begin: pressHere("Remove ada"),
    act: confirm("Remove"),
    request: /DELETE .*\/people\/ada$/,
  },
  {
    name: "sign in a phone",
    link: "#/access/people",
    act: press("Sign in a phone"),
    request: /POST .*\/session\/link$/,
  },
  {
    name: "make an API key",
    link: "#/access/programs",
    begin: steps(pressHere("Make a key"), fill("What it is for", "script")),
    act: confirm("Make it"),
    request: /POST .*\/api-keys$/,
    keeps: label("What it is for"),
  },
  {
    name: "revoke an API key",
    link: "#/access/programs",
    begin: pressHere("Revoke grafana"),
    act: confirm("Revoke"),
    request: /DELETE .*\/api-keys\//,
  },
  {
    name: "encrypt",
    link: "#/access/encryption",
    begin: (page) => page.getByRole("radio", { name: /^By the hub’s own/ }).check(),
    act: pressHere("Save"),
    request: /PATCH .*\/tls\?/,
    keeps: (page) => page.getByRole("radio", { name: /^By the hub’s own/ }),
  },
  {
    name: "give a public name",
    link: "#/access/outside",
    begin: fill("Name", "home.example.org"),
    act: pressHere("Save"),
    request: /PATCH .*\/reach$/,
    keeps: label("Name"),
  },
  {
    name: "export the log",
    link: "#/access/log",
    act: pressHere("Export CSV"),
    request: /GET .*\/audit\?.*limit=5000/,
  },
  {
    name: "name the hub",
    link: "#/settings",
    begin: fill("Name of the hub", "Attic"),
    act: (page) => label("Name of the hub")(page).press("Enter"),
    request: /PATCH .*\/settings$/,
    keeps: label("Name of the hub"),
  },
  {
    name: "stop the nightly backup",
    link: "#/settings",
    act: toggle("Back up every night"),
    request: /PATCH .*\/backups$/,
    keeps: toggled("Back up every night"),
  },
  { name: "back up", link: "#/settings", act: pressHere("Back up now"), request: /POST .*\/backups$/ },
  {
    name: "keep readings for a month",
    link: "#/settings",
    begin: (page) => label("Keep readings")(page).selectOption("30"),
    act: (page) => page.getByRole("dialog").getByRole("button").last().click(),
    request: /PUT .*\/retention$/,
    keeps: label("Keep readings"),
  },
  { name: "save the set-up", link: "#/settings", act: pressHere("Save the set-up"), request: /GET .*\/set-up$/ },
  { name: "make a code", link: "#/settings", act: pressHere("Make a code"), request: /POST .*\/session\/link$/ },
  {
    name: "look at a database",
    link: "#/settings",
    begin: fill("Address of the database", "postgres://user:password@host/database"),
    act: pressHere("See what it takes"),
    request: /POST .*\/move\/plan$/,
    keeps: label("Address of the database"),
  },
];

const stateOf = (element: Locator) =>
  element.evaluate((one) =>
    one instanceof HTMLInputElement && /checkbox|radio/.test(one.type) ? one.checked : "value" in one && one.value,
  );

for (const [where, actions] of [
  ["on a device", ON_DEVICES],
  ["on the overview and in the log", ON_OVERVIEW],
  ["on the hub", ON_THE_HUB],
] as const)
  test(`what the hub does not do ${where} is told, keeps what was entered, and can be tried again`, async ({
    page,
  }) => {
    await using hub = await startTestHub("--joining", "ask");
    await prepare(hub);
    const controls = [{ control: { id: "level", kind: "number" }, publishes: { topic: "level", template: "{value}" } }];
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ controls });
    await hub.fetch("/api/v1/devices/sim-greenhouse", { method: "PATCH", headers, body });
    const settled = watchRequests(page);
    await page.goto(linkOf(hub));
    await page.getByRole("link", { name: "Greenhouse" }).first().waitFor();
    for (const { name, link, begin, act, request, keeps } of actions)
      await test.step(name, async () => {
        // Another page in between ends what was begun on this one.
        for (const next of ["#/guides", link]) {
          await page.evaluate((hash) => location.assign(hash), next);
          await settled();
        }
        await begin?.(page);
        const before = keeps && (await stateOf(keeps(page)));
        let failing = "";
        await page.route("**/api/v1/**", (route) => {
          if (!request.test(`${route.request().method()} ${route.request().url()}`)) return route.fallback();
          if (failing === NO_ANSWER) return route.abort();
          const [status = ""] = /\d+/.exec(failing) ?? [];
          return route.fulfill({ status: Number(status), json: { error: "broken", message: failing } });
        });
        for (failing of [...STATUSES.map((status) => `It is broken: ${status}.`), NO_ANSWER]) {
          await act(page);
          const dialog = page.locator(":modal");
          const place = (await dialog.count()) > 0 ? dialog : page.getByRole("main");
          await expect(place.getByRole("alert").filter({ hasText: failing }).first(), failing).toBeVisible();
          await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
          if (keeps !== undefined) expect(await stateOf(keeps(page)), failing).toEqual(before);
        }
        await page.unrouteAll({ behavior: "wait" });
      });
  });
