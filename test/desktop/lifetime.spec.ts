// Lifetimes: one app per profile, a hub that outlives the window, and no process left after quitting.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@playwright/test";
import { startTestHub } from "../support/hub.ts";
import { mayMountSmallDisk, mountSmallDisk } from "../support/system/small-disk.ts";
import { commandFor, launch, launchWithoutHub, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

test("a second start shows the existing window and exits", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  expect(await startAgain(profile)).toBe(0);
  await expect
    .poll(() => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible()))
    .toBe(true);
  expect(await desktop.windows()).toBe(1);
});

test("closing the window leaves the hub running, and starting it again brings the window back", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  await desktop.page.close();
  expect(await desktop.windows()).toBe(0);
  expect((await fetch(`${profile.hub.http}/healthz`)).status).toBe(200);
  const reopened = desktop.app.waitForEvent("window");
  expect(await startAgain(profile)).toBe(0);
  await expect(await reopened).toHaveTitle(/Bramble/);
});

test("quitting stops the hub cleanly", async () => {
  using profile = new Profile();
  const desktop = await launch(profile);
  const { pid } = profile.hub;
  await desktop.app.close();
  expect(profile.hubRuns).toBe(false);
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("quitting ends what the page waits for before the hub, without a warning", async () => {
  using profile = new Profile();
  const desktop = await launch(profile);
  await profile.post({ device_id: "raspi-01", temperature: 21.5 });
  const asked = desktop.page.waitForRequest("**/commands/next?wait=30");
  await desktop.page.evaluate(
    () => void fetch("/api/v1/devices/raspi-01/commands/next?wait=30").catch(() => undefined),
  );
  await asked;
  await desktop[Symbol.asyncDispose]();
  const log = join(profile.path, "desktop.log");
  expect(existsSync(log) ? readFileSync(log, "utf8") : "").not.toContain("The hub did not answer");
});

test("a request to end from outside stops the hub cleanly, too", async () => {
  using profile = new Profile();
  const desktop = await launch(profile);
  const closed = desktop.app.waitForEvent("close");
  desktop.app.process().kill("SIGTERM");
  await closed;
  expect(profile.hubRuns).toBe(false);
});

test("a folder that another hub holds is said in the window, and starting again tries once more", async () => {
  using profile = new Profile();
  await using other = await startTestHub();
  await using desktop = await launchWithoutHub(profile, { BRAMBLE_DATA: other.folder.path });
  const { page } = desktop;
  await expect(page.getByRole("alert")).toContainText(String(other.file.pid));
  await other.end("SIGTERM");
  expect(await startAgain(profile)).toBe(0);
  await expect(page.getByRole("alert")).toBeHidden();
  await expect(page.getByText("The hub is starting…")).toBeHidden();
});

/** Starts the app once more on the same profile; answers the code it ends with. */
async function startAgain(profile: Profile): Promise<number | null> {
  const { executablePath, args, env } = commandFor(profile);
  const again = spawn(executablePath, args, { env, stdio: "ignore" });
  const [code] = await once(again, "exit");
  return code;
}

test("a page whose process dies together with the hub is loaded anew, and the hub started", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { pid } = profile.hub;
  await desktop.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  process.kill(pid, "SIGKILL");
  await expect.poll(() => profile.hubRuns && profile.hub.pid !== pid).toBe(true);
  // Playwright takes such a page for lost.
  const heading = () =>
    desktop.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      return contents?.isCrashed() === false
        ? contents.executeJavaScript("document.querySelector('h1')?.textContent ?? null")
        : null;
    });
  await expect.poll(heading).toBe("Your first reading");
  expect(readFileSync(join(profile.path, "desktop.log"), "utf8")).toContain("The page is gone (");
});

test("a window with an import in it asks before it closes, and an app that shall quit does", async () => {
  using profile = new Profile();
  const desktop = await launch(profile);
  const { app, page } = desktop;
  await page.goto("bramble://app/#/import");
  const buffer = Buffer.from("time,device,metric,value\n1700000000,pi,t,1\n");
  await page.getByLabel("Choose a file").setInputFiles({ name: "cellar.csv", mimeType: "text/csv", buffer });
  const store = page.getByRole("button", { name: "Import", exact: true });
  await expect(store).toBeEnabled();
  // A stopped hub takes no row of it.
  const { pid } = profile.hub;
  process.kill(pid, "SIGSTOP");
  await store.click();
  await expect(page.getByRole("button", { name: "Cancel", exact: true })).toBeVisible();
  const asked = await app.evaluateHandle(({ dialog }) => {
    const questions: unknown[] = [];
    dialog.showMessageBoxSync = (...args: unknown[]) => {
      questions.push(args.at(-1));
      return 0;
    };
    return questions;
  });
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  await expect
    .poll(() => asked.jsonValue())
    .toEqual([expect.objectContaining({ message: "An import is running in this window." })]);
  expect(await desktop.windows()).toBe(1);
  const closed = app.waitForEvent("close");
  app.process().kill("SIGTERM");
  process.kill(pid, "SIGCONT");
  await closed;
  expect(profile.hubRuns).toBe(false);
});

test("a folder that nobody may write to costs what the app would keep there, and nothing else", async () => {
  test.skip(!mayMountSmallDisk(), "this user may not mount a disk");
  using profile = new Profile();
  using disk = mountSmallDisk(1);
  execFileSync("mount", ["-o", "remount,ro", disk.path]);
  await using desktop = await launch(profile, {}, [`--user-data-dir=${disk.path}`]);
  await expect(desktop.page.getByRole("heading", { level: 1 })).toBeVisible();
});

test("a second start with flags says that they count at a start alone", async () => {
  using profile = new Profile();
  await using _desktop = await launch(profile, {}, ["--joining=closed"]);
  const { executablePath, args, env } = commandFor(profile);
  const { stderr } = spawnSync(executablePath, [...args, "--joining=closed"], { env, encoding: "utf8" });
  expect(stderr).toContain("Bramble is running already. “--joining=closed” counts when it starts: quit it first.");
});
