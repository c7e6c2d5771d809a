// Every page and state, light and dark, on a phone and on a desk: axe finds nothing, nothing is cut off, nothing moves by itself, on
// a phone whatever is pressed is large enough, and what a screen reader is told is what it was. BRAMBLE_TEST_PICTURES=1 leaves a picture
// of each in `test/e2e/screens/`.
import { expect, type Page, test } from "@playwright/test";
import axe from "axe-core";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { layoutFaults } from "./layout-faults.ts";
import { layoutShiftFaults, watchLayoutShifts } from "./layout-shift.ts";
import { linkOf } from "./page.ts";
import { compareAria, takePicture } from "./screen-record.ts";

const RUN_AXE = `axe.run(document, { resultTypes: ["violations"], selectors: false }).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => [id, html.slice(0, 300), failureSummary].join("\\n"))))`;

interface State {
  readonly name: string;
  readonly link: string;
  /** What leads to it from its page. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** Selects what depends on the machine or the moment. */
  readonly varying?: string;
  /** It has a panel that is open where there was room for it when it loaded. */
  readonly unfoldsAtDesk?: boolean;
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
  await page.getByRole("button", { name: /^Check/ }).click();
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
  { name: "edit, delete", link: `${GREENHOUSE}/edit`, act: press(/^Delete/) },
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
  { name: "log", link: "#/log", varying: LISTS, flowing: LISTS, unfoldsAtDesk: true },
  { name: "log, refused", link: "#/log/refused", unfoldsAtDesk: true },
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
  // What is still loading is drawn as a skeleton or says so; what moves has no colour of its own yet.
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Number.POSITIVE_INFINITY)
        .map(({ finished }) => finished.catch(() => undefined)),
    ),
  );
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
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

/** The system's theme, which the page follows, and the size of a window: pages are laid out by CSS, so that they need not load anew. */
const DESK = { theme: "light", width: 1280, height: 800 } as const;
const PHONE = { theme: "dark", width: 390, height: 844 } as const;

interface Look {
  /** Selects what differs from run to run. */
  readonly varying?: string;
  /** Selects what moves on as readings arrive. */
  readonly flowing?: string;
  /** For what a phone is shown in another way from the start. */
  readonly reopen?: () => Promise<unknown>;
  /** What a press, or another size, moves is not the page's own doing. */
  readonly wasPressed?: boolean;
}

async function showOn(page: Page, { theme, width, height }: typeof DESK | typeof PHONE): Promise<void> {
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: theme });
  await page.setViewportSize({ width, height });
  if (page.url() !== "about:blank") await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
}

test("nothing is found on any page, light at a desk and dark on a phone", async ({ page }) => {
  test.setTimeout(600_000);
  await using hub = await startTestHub("--joining", "ask");
  const found: string[] = [];
  const lookAt = async (name: string, { theme, width }: typeof DESK | typeof PHONE) => {
    for (const fault of await faults(page)) found.push(`${name}, ${theme}: ${fault}`);
    await takePicture(page, `${theme}-${width}`, name);
    for (const fault of await layoutFaults(page)) found.push(`${name}, ${theme}: ${fault}`);
  };
  /** On a desk, where it is, and then on a phone. */
  const look = async (name: string, { varying, flowing = "", reopen, wasPressed = false }: Look = {}) => {
    await lookAt(name, DESK);
    // Each page is among the states without a press.
    for (const fault of wasPressed ? [] : await layoutShiftFaults(page, flowing)) found.push(`${name}: ${fault}`);
    // What is said is the same at every size but for what a phone's bar leaves out.
    await compareAria(page, name, varying);
    if (reopen !== undefined) await page.goto("about:blank");
    await showOn(page, PHONE);
    await reopen?.();
    await lookAt(name, PHONE);
    await showOn(page, DESK);
  };
  await showOn(page, DESK);
  await watchLayoutShifts(page);
  const link = linkOf(hub);
  const base = link.replace(/#.*$/, "");
  await page.goto(base);
  await page.waitForLoadState("networkidle");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await look("sign-in");
  // The page signs in with a link that is pasted, too.
  await page.goto(link);
  await page.getByRole("button", { name: "Simulate five Pis" }).waitFor();
  await look("first start", { varying: ADDRESSES, wasPressed: true });
  await prepare(hub);
  for (const { name, link: hash, act, varying, flowing, unfoldsAtDesk = false } of STATES) {
    const open = async () => {
      await page.goto(base + hash);
      await page.getByRole("main").waitFor();
      await page.waitForLoadState("networkidle");
      await act?.(page);
    };
    // Another document in between: a link that differs in its hash alone loads nothing.
    await page.goto("about:blank");
    await open();
    await look(name, {
      ...(varying !== undefined && { varying }),
      ...(flowing !== undefined && { flowing }),
      ...(unfoldsAtDesk && { reopen: open }),
      wasPressed: act !== undefined,
    });
  }
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
  await look("hub away", { varying: "main details", wasPressed: true });
  expect(found.join("\n\n")).toBe("");
});
