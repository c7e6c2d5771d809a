// Every page of the window and what is opened on it, with a hub that has something of everything.
import { expect, type Page } from "@playwright/test";
import type { TestHub } from "../../support/hub.ts";

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

export const GREENHOUSE = "#/devices/sim-greenhouse";
export const press = (name: string | RegExp) => (page: Page) => page.getByRole("button", { name }).first().click();
/** It is loaded then. */
const opens = (name: string) => async (page: Page) => {
  await press(name)(page);
  await page.getByRole("dialog").waitFor();
};

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
export const ADDRESSES = "main p:has(select)";

export const STATES: readonly State[] = [
  { name: "overview", link: "#/" },
  { name: "overview by tag, in a list", link: "#/", act: press("List") },
  { name: "overview, nothing fits", link: "#/?q=nowhere", act: press("Cards") },
  { name: "overview, refused messages", link: "#/", act: (page) => page.getByText("was refused").first().click() },
  { name: "wall", link: "#/?wall=1" },
  { name: "palette", link: "#/", act: opens("Find anything") },
  { name: "device", link: GREENHOUSE },
  { name: "device, 24 h", link: `${GREENHOUSE}?range=24h` },
  { name: "device, table of a chart", link: GREENHOUSE, act: press(/^Table/) },
  { name: "device, export", link: GREENHOUSE, act: opens("Export") },
  { name: "device, share", link: GREENHOUSE, act: opens("Share") },
  { name: "device, add a control", link: GREENHOUSE, act: opens("Add a control") },
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

const OVERVIEWS: readonly string[] = ["#/", "#/?q=nowhere", "#/nowhere"];
/** What stands below the devices is loaded last, once the browser is idle. */
export const seeTail = (page: Page) => page.getByRole("region", { name: /^(?:First steps|첫 단계)$/ }).waitFor();

export async function prepare(hub: TestHub): Promise<void> {
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

/** `settled` is what `watchRequests` gave for the page. */
export async function openState(
  page: Page,
  base: string,
  { link, act }: State,
  settled: () => Promise<void>,
): Promise<void> {
  // A link that differs in its hash alone loads nothing. The window is loaded anew where it is looked at what that moves; else
  // another page in between ends what was begun on this one.
  await page.goto(act === undefined ? "about:blank" : `${base}#/guides`);
  await page.goto(base + link);
  await page.getByRole("main").waitFor();
  // What has been loaded is run a moment later, and is seen by nothing but the time that has passed.
  await page.waitForLoadState("networkidle");
  await settled();
  if (OVERVIEWS.includes(link)) await seeTail(page);
  await act?.(page);
}
