// Restrictions of the window's page, even against a script injected into it.
import { createServer } from "node:http";
import { expect } from "@playwright/test";
import { launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

test("the page has no Node, a strict policy, and no permission but to copy", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { page } = desktop;
  expect(
    await page.evaluate(() => ["process", "require", "module", "Buffer"].filter((name) => name in window)),
  ).toEqual([]);
  expect(await page.evaluate(() => Object.keys(window.bramble ?? {}))).toEqual([
    "hubState",
    "onHubState",
    "startHub",
    "saveCsv",
    "saveFile",
    "onSaveState",
    "cancelSave",
    "desktopSettings",
    "changeDesktopSettings",
    "noticeSettings",
    "changeNotices",
    "updateState",
    "onUpdateState",
    "checkForUpdate",
    "installUpdate",
  ]);
  const policy = await page.evaluate(async () => (await fetch("/")).headers.get("content-security-policy"));
  expect(policy).toContain("default-src 'self'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain("unsafe");
  expect(await page.evaluate(() => Notification.requestPermission())).toBe("denied");
  await expect(page.evaluate(() => navigator.clipboard.readText())).rejects.toThrow();
  await page.evaluate(() => navigator.clipboard.writeText("copied"));
  expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe("copied");
});

test("the page never sees the token, and reads nothing beside itself", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { page } = desktop;
  const devices = await page.evaluate(async () => (await fetch("/api/v1/devices")).json());
  expect(devices).toEqual({ devices: [] });
  const hidden = [
    "/..%2f..%2fpackage.json",
    "/%2e%2e/hub/serve.js",
    "/..%5c..%5cpackage.json",
    "/nothing.js",
    "/%zz.js",
  ];
  for (const path of hidden) {
    expect(await page.evaluate(async (each) => (await fetch(each)).status, path), path).toBe(404);
  }
});

test("links go to the person's browser, the window stays where it is", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { app, page } = desktop;
  const opened = await app.evaluateHandle(({ shell }) => {
    const urls: string[] = [];
    shell.openExternal = async (url) => void urls.push(url);
    return urls;
  });
  await page.evaluate(() => {
    window.open("https://example.com/opened");
    window.open("file:///etc/hostname");
    location.href = "https://example.com/followed";
  });
  await expect.poll(() => opened.jsonValue()).toEqual(["https://example.com/opened", "https://example.com/followed"]);
  await page.evaluate(() => {
    location.href = "bramble://elsewhere/";
  });
  expect(await page.evaluate(() => location.origin)).toBe("bramble://app");
  expect(await desktop.windows()).toBe(1);
});

test("a redirect leads out of the window as a link does, and no page embeds another", async () => {
  using profile = new Profile();
  await using desktop = await launch(profile);
  const { app, page } = desktop;
  const opened = await app.evaluateHandle(({ shell }) => {
    const urls: string[] = [];
    shell.openExternal = async (url) => void urls.push(url);
    return urls;
  });
  await using site = await startSite();
  // What the app itself loads is no navigation of the page; where that leads is.
  await app.evaluate(async ({ BrowserWindow }, url) => {
    const [window] = BrowserWindow.getAllWindows();
    // It ends as a load that was aborted.
    await window?.loadURL(url).catch(() => undefined);
  }, `${site.url}/redirect`);
  await expect.poll(() => opened.jsonValue()).toEqual(["https://example.com/redirected"]);
  expect(await page.evaluate(() => location.origin)).toBe("bramble://app");

  await app.evaluate(async ({ BrowserWindow }, url) => {
    const [window] = BrowserWindow.getAllWindows();
    await window?.loadURL(url);
  }, `${site.url}/embeds`);
  await expect.poll(() => page.evaluate(() => document.title)).toBe("embeds");
  await page.evaluate(() => {
    const frame = document.createElement("iframe");
    frame.src = "/embedded";
    document.body.append(frame);
    location.href = "https://example.com/last";
  });
  await expect.poll(() => opened.jsonValue()).toEqual(["https://example.com/redirected", "https://example.com/last"]);
  expect(site.asked).toEqual(["/redirect", "/embeds"]);
});

/** A site on this computer that redirects, and whose page may embed others. */
async function startSite() {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    if (url === "/favicon.ico") return response.writeHead(404).end();
    asked.push(url);
    if (url === "/redirect") return response.writeHead(302, { Location: "https://example.com/redirected" }).end();
    return response.setHeader("Content-Type", "text/html").end("<!doctype html><title>embeds</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
