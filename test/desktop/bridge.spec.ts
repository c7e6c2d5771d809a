// The bridge only serves the page bramble://app in the main frame of a window.
import { expect, type Frame } from "@playwright/test";
import { bridgeChannels } from "../../src/shared/bridge.ts";
import { type Desktop, launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";
import { startForeignSite } from "./program/foreign-site.ts";

/** Those over which a page asks; over the others it is told. */
const ASKED = [
  "hubState",
  "startHub",
  "saveCsv",
  "saveFile",
  "cancelSave",
  "desktopSettings",
  "changeDesktopSettings",
  "noticeSettings",
  "changeNotices",
  "updateState",
  "checkForUpdate",
  "installUpdate",
] as const;

/** What came of each question that the frame could ask. */
function askEverything(frame: Frame) {
  return frame.evaluate(async (questions) => {
    const bridge = window.bramble;
    const outcomes: Record<string, string> = {};
    for (const question of questions) {
      const ask = bridge?.[question] as ((...args: unknown[]) => Promise<unknown>) | undefined;
      if (ask === undefined) {
        outcomes[question] = "no bridge";
        continue;
      }
      outcomes[question] = await ask({}, "readings.csv").then(
        () => "answered",
        (error: Error) => error.message,
      );
    }
    return outcomes;
  }, ASKED);
}

function expectRefused(outcomes: Record<string, string>): void {
  expect(Object.keys(outcomes)).toEqual([...ASKED]);
  for (const [question, outcome] of Object.entries(outcomes)) expect(outcome, question).toContain("may not ask this");
}

/** Counts the save dialogs that the app would open. */
async function watchDialogs({ app }: Desktop) {
  return app.evaluateHandle(({ dialog }) => {
    const shown = { count: 0 };
    dialog.showSaveDialog = async () => {
      shown.count++;
      return { canceled: true, filePath: "" };
    };
    return shown;
  });
}

test("each channel that the app answers is one of the typed bridge, and none is without the check", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const channels = await desktop.app.evaluate(({ ipcMain }) => {
    // Electron keeps the handlers in a map of its own, which it does not show.
    const handlers: unknown = Reflect.get(ipcMain, "_invokeHandlers");
    return { invoke: handlers instanceof Map ? [...handlers.keys()] : [], events: ipcMain.eventNames() };
  });
  // Electron's own, so that no page ends the app by a message of that name.
  expect(channels.events).toEqual(["error"]);
  expect(channels.invoke.toSorted()).toEqual(ASKED.map((question) => bridgeChannels[question]).toSorted());
});

test("a foreign page in the window itself is refused on every channel, and told nothing", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  await using site = await startForeignSite();
  const dialogs = await watchDialogs(desktop);
  await desktop.app.evaluate(async ({ BrowserWindow }, url) => {
    await BrowserWindow.getAllWindows()[0]?.loadURL(url);
  }, site.url);
  await expect(desktop.page).toHaveTitle("foreign");
  await desktop.page.evaluate(() => {
    window.bramble?.onHubState((state) => (document.title = state.kind));
  });
  expectRefused(await askEverything(desktop.page.mainFrame()));
  expect(await dialogs.jsonValue()).toEqual({ count: 0 });
  // The hub's end is told to the window, while there is our page in it.
  const { pid } = profile.hub;
  process.kill(pid, "SIGKILL");
  await expect.poll(() => profile.hubRuns && profile.hub.pid !== pid, { timeout: 20_000 }).toBe(true);
  await expect(desktop.page).toHaveTitle("foreign");
});

test("a foreign frame inside our page is refused on every channel", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const dialogs = await watchDialogs(desktop);
  // The app makes no such window: one whose frames are given the bridge, too.
  const opened = desktop.app.waitForEvent("window");
  await desktop.app.evaluate(async ({ BrowserWindow, app }) => {
    const preload = `${app.getAppPath()}/out/preload/index.cjs`;
    const session = BrowserWindow.getAllWindows()[0]?.webContents.session;
    const webPreferences = { preload, nodeIntegrationInSubFrames: true, ...(session && { session }) };
    const window = new BrowserWindow({ show: false, webPreferences });
    await window.loadURL("bramble://app/");
  });
  const page = await opened;
  await page.evaluate(async () => {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    frame.srcdoc = "<!doctype html><title>foreign</title>";
    const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
    document.body.append(frame);
    await loaded;
  });
  const [, frame] = page.frames();
  if (frame === undefined) throw new Error("no frame");
  expect(await frame.evaluate(() => self.origin)).toBe("null");
  expectRefused(await askEverything(frame));
  expect(await dialogs.jsonValue()).toEqual({ count: 0 });
  // Its own page may.
  expect(await page.evaluate(() => window.bramble?.hubState())).toEqual({ kind: "running" });
});

test("the page is given plain values, and no object of Electron", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  await desktop.page.evaluate(() => {
    const told = new Promise((resolve) => {
      // It may still be starting when it is killed.
      window.bramble?.onHubState((...args) => args[0].kind === "restarting" && resolve(args));
    });
    Object.assign(window, { told });
  });
  process.kill(profile.hub.pid, "SIGKILL");
  // The state alone: an event of Electron's would hold the one that sent it.
  expect(await desktop.page.evaluate(() => Reflect.get(window, "told"))).toEqual([
    expect.objectContaining({ kind: "restarting" }),
  ]);
  expect(
    await desktop.page.evaluate(() => {
      const bridge = window.bramble ?? {};
      return {
        isFrozen: Object.isFrozen(bridge),
        kinds: [...new Set(Object.values(bridge).map((each) => typeof each))],
      };
    }),
  ).toEqual({ isFrozen: true, kinds: ["function"] });
});
