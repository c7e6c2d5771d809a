// The administrator's token is only added to requests of the window's own page to `bramble://app`.
import { expect, type Page } from "@playwright/test";
import { type Desktop, launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";
import { startForeignSite } from "./program/foreign-site.ts";

/** Where a request alone, of which the sender may not even read the answer, lets a device in. */
const APPROVE = "bramble://app/api/v1/devices/stranger/approve";

/** A hub at which a device waits to be let in. */
async function launchWithStranger(profile: Profile): Promise<Desktop> {
  const desktop = await launch(profile, { BRAMBLE_JOINING: "ask" });
  await profile.post({ device_id: "stranger", temperature: 20 });
  return desktop;
}

async function approvalOf(profile: Profile): Promise<string> {
  const { http, token } = profile.hub;
  const headers = { authorization: `Bearer ${token}` };
  const device = await (await fetch(`${http}/api/v1/devices/stranger`, { headers })).json();
  return device.joining;
}

/** Asks in every way in which a page can ask without the other's leave. */
async function askAsForeign(page: Page): Promise<void> {
  await page.evaluate(async (url) => {
    const settled = (element: HTMLElement) =>
      new Promise((resolve) => {
        element.addEventListener("load", resolve);
        element.addEventListener("error", resolve);
        document.body.append(element);
      });
    await fetch(url, { method: "POST", mode: "no-cors" }).catch(() => undefined);
    await fetch(url, { method: "POST" }).catch(() => undefined);
    await settled(Object.assign(new Image(), { src: url }));
    await settled(Object.assign(document.createElement("script"), { src: url }));
    const frame = document.createElement("iframe");
    frame.name = "inside";
    frame.src = "bramble://app/api/v1/devices";
    document.body.append(frame);
    // In the frame: one that would leave the page is a navigation, which is refused before it is a request.
    const form = Object.assign(document.createElement("form"), { action: url, method: "post", target: "inside" });
    document.body.append(form);
    form.submit();
  }, APPROVE);
}

test("the app's own page may, so that what follows shows something", async () => {
  using profile = new Profile();
  await using desktop = await launchWithStranger(profile);
  expect(await approvalOf(profile)).toBe("waiting");
  expect(await desktop.page.evaluate(async (url) => (await fetch(url, { method: "POST" })).status, APPROVE)).toBe(200);
  expect(await approvalOf(profile)).toBe("approved");
});

test("a foreign page that got into the window asks without the token", async () => {
  using profile = new Profile();
  await using desktop = await launchWithStranger(profile);
  await using site = await startForeignSite();
  await desktop.app.evaluate(async ({ BrowserWindow }, url) => {
    await BrowserWindow.getAllWindows()[0]?.loadURL(url);
  }, site.url);
  await expect(desktop.page).toHaveTitle("foreign");
  await askAsForeign(desktop.page);
  // What follows in the same window comes after all that it asked for. Electron may take the end of its frame's load for that of
  // this one, and then says that it failed: where the window is says more.
  await desktop.app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]
      ?.loadURL("bramble://app/")
      .catch(() => undefined);
  });
  await expect(desktop.page).toHaveURL(/^bramble:\/\/app\//);
  await expect(desktop.page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await desktop.page.evaluate(async () => (await fetch("/api/v1/devices")).status)).toBe(200);
  expect(await approvalOf(profile)).toBe("waiting");
});

test("a frame inside the app's own page asks without the token", async () => {
  using profile = new Profile();
  await using desktop = await launchWithStranger(profile);
  const outcome = await desktop.page.evaluate(async (url) => {
    const frame = document.createElement("iframe");
    // A child of the page's own origin, in which the page's policy lets scripts run.
    frame.srcdoc = "<p>inside</p>";
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    await loaded;
    const inner = frame.contentWindow?.window;
    return inner && "fetch" in inner
      ? inner.fetch(url, { method: "POST" }).then(
          ({ status }) => status,
          () => "refused",
        )
      : "no window";
  }, APPROVE);
  expect(outcome).toBe("refused");
  expect(await approvalOf(profile)).toBe("waiting");
});

test("outside the window's session there is no bramble:// at all", async () => {
  using profile = new Profile();
  await using desktop = await launchWithStranger(profile);
  await using site = await startForeignSite();
  const opened = desktop.app.waitForEvent("window");
  await desktop.app.evaluate(async ({ BrowserWindow }, url) => {
    await new BrowserWindow({ show: false }).loadURL(url);
  }, site.url);
  await askAsForeign(await opened);
  const load = desktop.app.evaluate(async ({ BrowserWindow }) => {
    await new BrowserWindow({ show: false }).loadURL("bramble://app/");
  });
  await expect(load).rejects.toThrow(/ERR_(?:FAILED|UNKNOWN_URL_SCHEME)/);
  expect(await approvalOf(profile)).toBe("waiting");
});
