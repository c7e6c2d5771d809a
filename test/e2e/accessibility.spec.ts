// Every page and state, light and dark, on phone and desktop: no axe violations, no clipped text, no layout shift, targets large enough
// on a phone, and unchanged accessibility trees. BRAMBLE_TEST_PICTURES=1 writes a screenshot of each to `test/e2e/screens/`.
import { expect, type Page, test } from "@playwright/test";
import axe from "axe-core";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { layoutFaults } from "./support/layout-faults.ts";
import { layoutShiftFaults, watchLayoutShifts } from "./support/layout-shift.ts";
import { linkOf, untilDrawn, watchRequests } from "./support/page.ts";
import { compareAria, takePicture } from "./support/screen-record.ts";

const RUN_AXE = `axe.run(document, { resultTypes: ["violations"], selectors: false, preload: false }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html.slice(0, 300), failureSummary].join("\\n"))))`;

interface State {
  readonly name: string;
  readonly link: string;
  /** What leads to it from its page. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** Selects what depends on the machine or the moment. */
  readonly varying?: string;
  /** Selects what moves on as readings arrive. */
  readonly flowing?: string;
}

test.use({ timezoneId: "UTC" });

const GREENHOUSE = "#/devices/sim-greenhouse";
const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();

const chooseFile = async (page: Page) => {
  const lines = ["Time;Attic [°C];Cellar (%)", "31.12.2025 14:05;21,5;40", "31.12.2025 14:06;-1,25;", "warm;1;2", ""];
  const buffer = Buffer.from(lines.join("\n"));
  await page.getByLabel("Choose a file").setInputFiles({ name: "attic.csv", mimeType: "text/csv", buffer });
  const check = page.getByRole("button", { name: /^Check/ });
  await check.click();
  // It can be pressed again once the file has been read.
  await expect(check).toBeEnabled();
};

/** What the computer is like, or what happened in which order. */
const LISTS = "main :is(ul, ol)";
const FINDINGS = "main :is(section, ul)";
/** A choice where there is more than one. */
const ADDRESSES = "main p:has(select)";

const STATES: readonly State[] = [
  { name: "overview", link: "#/" },
  { name: "overview by tag, in a list", link: "#/", act: press("List") },
  { name: "overview, nothing fits", link: "#/?q=nowhere", act: press("Cards") },
  { name: "overview, refused messages", link: "#/", act: (page) => page.getByText("was refused").first().click() },
  { name: "wall", link: "#/?wall=1" },
  { name: "palette", link: "#/", act: press("Find anything") },
  { name: "device", link: GREENHOUSE },
  { name: "device, 24 h", link: `${GREENHOUSE}?range=24h` },
  { name: "device, table of a chart", link: GREENHOUSE, act: press(/^Table/) },
  { name: "device, export", link: GREENHOUSE, act: press("Export") },
  { name: "device, share", link: GREENHOUSE, act: press("Share") },
  { name: "device, add a control", link: GREENHOUSE, act: press("Add a control") },
  { name: "device with a select", link: "#/devices/sim-cellar" },
  { name: "device with a colour", link: "#/devices/sim-living-room" },
  { name: "device with a button", link: "#/devices/sim-workshop" },
  { name: "device that waits", link: "#/devices/stranger" },
  { name: "edit", link: `${GREENHOUSE}/edit` },
  { name: "compare", link: "#/compare" },
  {
    name: "compare two",
    link: "#/compare?series=sim-greenhouse%2Ftemperature&series=sim-cellar%2Fhumidity",
  },
  { name: "add", link: "#/add", varying: ADDRESSES },
  ...["devices", "people", "programs", "clients", "encryption", "outside", "log"].map((section) => ({
    name: `access, ${section}`,
    link: `#/access/${section}`,
    ...(["clients", "outside", "log"].includes(section) && { varying: LISTS }),
  })),
  { name: "doctor", link: "#/doctor", varying: FINDINGS },
  { name: "log", link: "#/log", varying: LISTS, flowing: LISTS },
  { name: "log, refused", link: "#/log/refused" },
  { name: "import", link: "#/import" },
  { name: "import, a file", link: "#/import", act: chooseFile },
  { name: "settings", link: "#/settings" },
  { name: "settings, nothing found", link: "#/settings", act: (page) => page.getByRole("searchbox").fill("nowhere") },
  { name: "recipes", link: "#/recipes" },
  { name: "recipe", link: "#/recipes/mcp3008-soil" },
  { name: "guides", link: "#/guides" },
  { name: "guide", link: "#/guides/scaling" },
  { name: "unknown link", link: "#/nowhere" },
];

async function faults(page: Page): Promise<string[]> {
  // What moves has no colour of its own yet.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished.catch(() => undefined)),
    ),
  );
  return page.evaluate(RUN_AXE);
}

async function prepare(hub: TestHub): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const post = (path: string, body: object) =>
    hub.fetch(`/api/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  await post("simulation", {});
  await hub.post({ device_id: "stranger", temperature: 21.5 });
  await hub.post({ device_id: "bad", nothing: null });
  await hub.post({ device_id: "unwanted", temperature: 1 });
  await post("devices/unwanted/block", {});
  await post("devices/sim-greenhouse/commands", { control: "pump", value: true });
  await post("people", { name: "ada", role: "viewer", password: "correct horse battery" });
  await post("api-keys", { name: "grafana", role: "viewer" });
  await post("views", { name: "Both", series: [{ device: "sim-greenhouse", metric: "temperature" }] });
}

for (const { theme, width, height } of [
  { theme: "light", width: 1280, height: 800 },
  { theme: "dark", width: 390, height: 844 },
]) {
  test(`no violation on any page, ${theme}, ${width} px`, async ({ page }) => {
    test.setTimeout(480_000);
    await using hub = await startTestHub("--joining", "ask");
    const settled = watchRequests(page);
    const found: string[] = [];
    // What a press moves is not the page's own doing; each page is among the states without one.
    const look = async (name: string, varying?: string, { wasPressed = false, flowing = "" } = {}) => {
      await settled();
      for (const fault of await faults(page)) found.push(`${name}: ${fault}`);
      for (const fault of wasPressed ? [] : await layoutShiftFaults(page, flowing)) found.push(`${name}: ${fault}`);
      await takePicture(page, `${theme}-${width}`, name);
      for (const fault of await layoutFaults(page)) found.push(`${name}: ${fault}`);
      // What is said is the same at every size but for what a phone's bar leaves out.
      if (theme === "light") await compareAria(page, name, varying);
    };
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ reducedMotion: "reduce" });
    await watchLayoutShifts(page);
    // Sent to the browser once, and not with every visit: it is a megabyte.
    await page.addInitScript({ content: axe.source });
    await page.addInitScript((chosen) => localStorage.setItem("theme", chosen), theme);
    const link = linkOf(hub);
    const base = link.replace(/#.*$/, "");
    await page.goto(base);
    await page.waitForLoadState("networkidle");
    await page.getByRole("heading", { level: 1, name: "You are not signed in" }).waitFor();
    await look("sign-in");
    // The page signs in with a link that is pasted, too.
    await page.goto(link);
    await page.getByRole("button", { name: "Simulate five Pis" }).waitFor();
    await look("first start", ADDRESSES);
    await prepare(hub);
    for (const { name, link: hash, act, varying, flowing = "" } of STATES) {
      // A link that differs in its hash alone loads nothing. The window is loaded anew where it is looked at what that moves; else
      // another page in between ends what was begun on this one.
      await page.goto(act === undefined ? "about:blank" : `${base}#/guides`);
      await page.goto(base + hash);
      await page.getByRole("main").waitFor();
      // What has been loaded is run a moment later, and is seen by nothing but the time that has passed.
      await page.waitForLoadState("networkidle");
      await settled();
      await act?.(page);
      await look(name, varying, { wasPressed: act !== undefined, flowing });
    }
    await page.goto("about:blank");
    await page.goto(`${base}${GREENHOUSE}/edit`);
    await press("Delete with its history")(page);
    const undo = page.getByRole("button", { name: "Undo deleting Greenhouse" });
    await undo.waitFor();
    // What stands below the devices is loaded last.
    await page.getByRole("region", { name: "First steps" }).waitFor();
    await look("edit, deleted", undefined, { wasPressed: true });
    await undo.click();
    await expect(undo).toBeHidden();
    await page.goto(`${base}api/docs`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    await look("API docs");
    await page.goto(base);
    await page.locator("[data-device]").first().waitFor();
    // What stands below the devices is loaded last.
    await page.getByRole("region", { name: "First steps" }).waitFor();
    await hub.end("SIGKILL");
    await expect(page.getByRole("status").filter({ hasText: "Not connected to the hub" })).toBeVisible();
    await look("hub away", "main details");
    expect(found.join("\n\n")).toBe("");
  });
}

test("the wall does not move when it is known late who looks", async ({ page }) => {
  await using hub = await startTestHub();
  await prepare(hub);
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(linkOf(hub));
  await page.getByRole("link", { name: "Greenhouse" }).first().waitFor();
  await page.goto("about:blank");
  await watchLayoutShifts(page);
  const devices = page.waitForResponse("**/api/v1/devices");
  await page.route("**/api/v1/me", async (route) => {
    await (await devices).finished();
    await untilDrawn(page);
    await route.continue();
  });
  await page.goto(`${hub.file.http}#/?wall=1`);
  await page.getByText("Water pump").first().waitFor();
  await page.waitForLoadState("networkidle");
  expect(await layoutShiftFaults(page)).toEqual([]);
});
