// Electron's security checklist (electronjs.org, “Security”), verified at the running app. Some points are tested elsewhere: 13 and 14
// (navigation) in security.spec.ts, 17 (senders of messages) in bridge.spec.ts, and 19 (fuses) in package.spec.ts.
import { createServer } from "node:http";
import { expect } from "@playwright/test";
import { findElectron } from "../../build/electron-runtime.ts";
import packageJson from "../../package.json" with { type: "json" };
import { type Desktop, launch, Profile } from "./program/desktop.ts";
import { test } from "./program/end-in-time.ts";

let profile: Profile;
let desktop: Desktop;
let site: Awaited<ReturnType<typeof startSite>>;

test.beforeAll(async () => {
  profile = new Profile();
  desktop = await launch(profile);
  site = await startSite();
});

test.afterAll(async () => {
  await desktop[Symbol.asyncDispose]();
  await site[Symbol.asyncDispose]();
  profile[Symbol.dispose]();
});

/** Whether the page may fetch it. */
const mayFetch = (url: string) =>
  desktop.page.evaluate(
    (each) =>
      fetch(each).then(
        () => true,
        () => false,
      ),
    url,
  );

/** Shows a page in another window with preferences that the app itself never gives; answers what `look` sees in it. */
async function inAnotherWindow<T>(url: string, webPreferences: object, look: () => T | Promise<T>): Promise<T> {
  const opened = desktop.app.waitForEvent("window");
  await desktop.app.evaluate(
    async ({ BrowserWindow }, options) => {
      const window = new BrowserWindow({ show: false, webPreferences: options.webPreferences });
      await window.loadURL(options.url);
    },
    { url, webPreferences },
  );
  const page = await opened;
  const seen = await page.evaluate(look);
  await page.close();
  return seen as T;
}

test("1: all that is loaded comes from the package, and the page is a secure context", async () => {
  const loaded = await desktop.page.evaluate(() => ({
    isSecure: isSecureContext,
    origins: [
      ...new Set(
        [...document.querySelectorAll("script, link")].map(
          (part) => new URL(part.getAttribute("src") ?? part.getAttribute("href") ?? "", location.href).origin,
        ),
      ),
    ],
  }));
  expect(loaded).toEqual({ isSecure: true, origins: ["bramble://app"] });
  expect(await mayFetch(site.url)).toBe(false);
  expect(site.asked).toEqual([]);
});

test("2: no page has Node", async () => {
  const seen = await inAnotherWindow(site.url, {}, () =>
    ["process", "require", "module", "Buffer", "global"].filter((name) => name in window),
  );
  expect(seen).toEqual([]);
  expect(await desktop.page.evaluate(() => new Worker("/nothing.js") instanceof Worker && "require" in window)).toBe(
    false,
  );
});

test("3: what the page changes in its own world, the bridge does not see", async () => {
  const outcome = await desktop.page.evaluate(async () => {
    const { invoke } = { invoke: [] as unknown[] };
    const original = Array.prototype.map;
    // In one world with the preload script this would hand over what it calls.
    Array.prototype.map = function map(...args) {
      // The page may draw meanwhile, by its own files.
      if (!new Error("here").stack?.includes("/assets/")) invoke.push(this);
      return Reflect.apply(original, this, args);
    };
    Object.defineProperty(Object.prototype, "channel", { set: (value) => invoke.push(value), configurable: true });
    const state = await window.bramble?.hubState();
    Array.prototype.map = original;
    Reflect.deleteProperty(Object.prototype, "channel");
    return { state, caught: invoke.length };
  });
  expect(outcome).toEqual({ state: { kind: "running" }, caught: 0 });
});

test("4: the page's process is sandboxed", async () => {
  const preferences = await lastPreferences();
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
});

test("5: every permission but that to copy is refused", async () => {
  const refused = await desktop.page.evaluate(async () => {
    const media = await navigator.mediaDevices.getUserMedia({ audio: true }).then(
      () => "granted",
      (error: Error) => error.name,
    );
    const position = await new Promise((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => resolve("granted"),
        ({ code }) => resolve(code),
      );
    });
    const midi = await navigator.requestMIDIAccess({ sysex: true }).then(
      () => "granted",
      (error: Error) => error.name,
    );
    return { media, position, midi, notification: await Notification.requestPermission() };
  });
  expect(Object.values(refused)).not.toContain("granted");
});

test("6: the rules of same origin hold: a page of one site reads nothing of another", async () => {
  await using other = await startSite();
  const seen = await inAnotherWindow(`${site.url}?other=${encodeURIComponent(other.url)}`, {}, () =>
    fetch(new URLSearchParams(location.search).get("other") ?? "").then(
      () => "read",
      () => "refused",
    ),
  );
  expect(seen).toBe("refused");
});

test("7: no script runs but the package's", async () => {
  const ran = await desktop.page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.inline = true";
    document.body.append(script);
    const image = document.createElement("img");
    const failed = new Promise((resolve) => image.addEventListener("error", resolve));
    image.setAttribute("onerror", "window.handler = true");
    image.src = "/nothing.png";
    document.body.append(image);
    await failed;
    let evaluated = false;
    try {
      evaluated = new Function("return true")();
    } catch {
      // Refused.
    }
    return { inline: "inline" in window, handler: "handler" in window, evaluated };
  });
  expect(ran).toEqual({ inline: false, handler: false, evaluated: false });
});

test("8, 9, 10: nothing insecure, experimental or hidden is turned on", async () => {
  const preferences = await lastPreferences();
  expect(preferences["allowRunningInsecureContent"] ?? false).toBe(false);
  expect(preferences["experimentalFeatures"] ?? false).toBe(false);
  expect(preferences["enableBlinkFeatures"] ?? "").toBe("");
  expect(preferences["webSecurity"] ?? true).toBe(true);
});

test("11, 12: there are no web views, and none is attached where a window could have one", async () => {
  expect(await desktop.page.evaluate(() => "getWebContentsId" in document.createElement("webview"))).toBe(false);
  const before = site.asked.length;
  await desktop.app.evaluate(async ({ BrowserWindow }, url) => {
    const window = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } });
    const refused = new Promise((resolve) => window.webContents.once("will-attach-webview", resolve));
    await window.loadURL(url);
    await window.webContents.executeJavaScript(
      `{ const view = document.createElement("webview"); view.src = "/view"; document.body.append(view); }`,
    );
    await refused;
    window.destroy();
  }, site.url);
  expect(site.asked.slice(before)).toEqual(["/"]);
});

test("15: nothing but web links is opened outside", async () => {
  const opened = await desktop.app.evaluateHandle(({ shell }) => {
    const urls: string[] = [];
    shell.openExternal = async (url) => void urls.push(url);
    return urls;
  });
  await desktop.page.evaluate(() => {
    for (const url of [
      "file:///etc/passwd",
      "smb://host/share",
      "ms-msdt:/id",
      "mailto:a@b.c",
      "javascript:alert(1)",
      "vscode://x",
    ])
      window.open(url);
    window.open("https://example.com/last");
  });
  await expect.poll(() => opened.jsonValue()).toEqual(["https://example.com/last"]);
});

test("16: the app ships with exactly the Electron that it names", async () => {
  expect(packageJson.devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/);
  const electron = findElectron();
  if (electron.isOwn) expect(electron.version).toBe(packageJson.devDependencies.electron);
  expect(await desktop.app.evaluate(() => process.versions["electron"])).toBe(electron.version);
});

test("18: no page is a file, and none reads files", async () => {
  expect(await desktop.page.evaluate(() => location.protocol)).toBe("bramble:");
  expect(await mayFetch("file:///etc/hostname")).toBe(false);
  await desktop.page.evaluate(() => {
    location.href = "file:///etc/hostname";
  });
  expect(await desktop.page.evaluate(() => location.origin)).toBe("bramble://app");
});

test("20: the page is given the bridge, and nothing of Electron", async () => {
  const names = await desktop.page.evaluate(() =>
    ["ipcRenderer", "electron", "webFrame", "contextBridge", "shell"].filter((name) => name in window),
  );
  expect(names).toEqual([]);
});

/** What the window's contents were made with, as Electron holds it. */
function lastPreferences(): Promise<Record<string, unknown>> {
  return desktop.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents;
    // Electron has the method, its types do not.
    const read: unknown = contents && Reflect.get(contents, "getLastWebPreferences");
    if (contents === undefined || typeof read !== "function") throw new Error("no preferences");
    return JSON.parse(JSON.stringify(Reflect.apply(read, contents, [])));
  });
}

/** A site on this computer. */
async function startSite() {
  const asked: string[] = [];
  const server = createServer(({ url = "" }, response) => {
    if (url === "/favicon.ico") return response.writeHead(404).end();
    asked.push(url);
    return response.setHeader("Content-Type", "text/html").end("<!doctype html><title>foreign</title><body></body>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen");
  return {
    url: `http://127.0.0.1:${address.port}/`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
