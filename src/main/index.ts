// The desktop app, a coat around the hub. Only quitting stops the hub; closing the window does not.
// Order: log what is not caught; claim the scheme, refuse Chromium's switches (it acts on them once this file has run), claim the
// single instance; when Electron is ready, lock down the session, start the hub, open the window.
import { readlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { app, Menu, session } from "electron";
import { bridgeChannels } from "../shared/bridge.ts";
import { preferredLanguage } from "../shared/messages/language.ts";
import { render } from "../shared/messages/render.ts";
import { answerPage } from "./answer-page.ts";
import { registerAppScheme, serveApp } from "./app-protocol.ts";
import { openAppSession } from "./app-session.ts";
import { refusedSwitches } from "./chromium-switches.ts";
import { DesktopLog } from "./desktop-log.ts";
import { hubArguments } from "./hub-arguments.ts";
import { startHubChild } from "./hub-child.ts";
import { HubProcess } from "./hub-process.ts";
import { menuTemplate } from "./menu.ts";
import { NoticeFile } from "./notices/notice-file.ts";
import { Notices } from "./notices/notices.ts";
import { FileSaver } from "./save-file.ts";
import { lockDown } from "./security.ts";
import { DesktopPreferences } from "./settings/desktop-settings.ts";
import { LoginStart } from "./settings/login-start.ts";
import { HubTray } from "./tray.ts";
import { readUpdateSource } from "./updates/update-source.ts";
import { Updates } from "./updates/updates.ts";
import { confirmLeaving } from "./window/leave.ts";
import { MainWindow } from "./window/window.ts";

app.setName("Bramble");
// Of the start menu's entry: without it Windows shows no notices of an installed app.
if (process.platform === "win32" && app.isPackaged) app.setAppUserModelId("io.github.bramble.hub");
const userData = app.getPath("userData");
const log = new DesktopLog(join(userData, "desktop.log"));
log.catchUncaught();
registerAppScheme();
const sandboxFlags = app.commandLine.hasSwitch("no-sandbox") ? ["--no-sandbox"] : [];
// Every page, whatever its window asks for. As root this would take back the switch without which nothing starts.
if (sandboxFlags.length === 0) app.enableSandbox();
if (app.isPackaged) {
  for (const name of refusedSwitches(process.argv.slice(1), process.platform)) app.commandLine.removeSwitch(name);
}

const home = app.getAppPath();
/** `npm run dev` has the hub from its sources and the page from Vite. */
const dev: NodeJS.ProcessEnv = app.isPackaged ? {} : process.env;
// From a checkout the app's folder is among them.
const hubArgs = hubArguments(process.argv.slice(1).filter((arg) => resolve(arg) !== resolve(home)));

if (isRunning()) {
  if (hubArgs.length > 0)
    console.error(`Bramble is running already. “${hubArgs.join(" ")}” counts when it starts: quit it first.`);
  app.quit();
} else {
  runApp();
}

/** Chromium refuses the lock also where nobody may write to its folder: then it is not there. The hub has one of its own. */
function isRunning(): boolean {
  if (app.requestSingleInstanceLock()) return false;
  try {
    readlinkSync(join(userData, "SingletonLock"));
    return true;
  } catch {
    return process.platform === "win32";
  }
}

function runApp(): void {
  // The hub's files are unpacked from the archive, so that any Node can run them.
  const builtHub = join(home.replace(/app\.asar$/, "app.asar.unpacked"), "out", "hub", "serve.js");
  const hubEntry = dev["BRAMBLE_HUB"] ?? builtHub;
  // Unless a folder is named, the hub keeps its data where it would without this app.
  const hub = new HubProcess((onMessage) => startHubChild(hubEntry, hubArgs, onMessage));
  const window = new MainWindow({
    preload: join(home, "out", "preload", "index.cjs"),
    icon: join(home, "resources", "icon.png"),
    placeFile: join(userData, "window.json"),
    // Quitting closes it, too.
    onClosed: () => isQuitting || notices.windowClosed(tray.isShown),
    // Who quits stops the hub, and with it all that it does.
    mayLeave: (page) => isQuitting || confirmLeaving(page, notices.language),
    log,
  });
  const tray = new HubTray(join(home, "resources", "tray.png"), { open: () => open(), quit: () => app.quit() }, log);
  let isQuitting = false;
  const notices = new Notices({
    endpoint: () => hub.endpoint,
    file: new NoticeFile(join(userData, "notices.json"), preferredLanguage(app.getLocale()), log),
    icon: join(home, "resources", "icon.png"),
    isFocused: () => window.isFocused,
    open: (link) => window.open(link),
    onAttention: ({ count, isHubDown, texts }) => {
      tray.showAttention(count > 0 || isHubDown, texts);
      app.setBadgeCount(count);
      window.showAttention(count);
    },
    log,
  });
  const saver = new FileSaver({
    endpoint: () => hub.endpoint,
    log,
    onState: (state) => window.send(bridgeChannels.saveStateChanged, state),
    render: (text) => notices.render(text),
  });
  /** Asking for the window is also asking a failed hub to try again. */
  const open = () => {
    hub.start();
    window.open();
  };

  const showTray = (isShown: boolean) => tray.show(isShown);
  const onUpdateAddress = () => updates.addressChanged();
  const loginStart = new LoginStart([...hubArgs, ...sandboxFlags]);
  const file = join(userData, "settings.json");
  const preferences = new DesktopPreferences({ file, log, loginStart, showTray, onUpdateAddress });
  const packedSource = readUpdateSource(join(process.resourcesPath, "update.json"));
  const updates = new Updates({
    source: () => ({ ...packedSource, address: preferences.settings.updateAddress || packedSource.address }),
    stopHub: () => hub.stop(),
    log,
  });

  updates.on("state", (state) => window.send(bridgeChannels.updateStateChanged, state));
  hub.on("state", (state) => {
    if (state.kind === "failed" || state.kind === "restarting")
      log.error(`The hub is ${state.kind}: ${render(state.reason, "en", "desktop")}`);
    window.send(bridgeChannels.hubStateChanged, state);
    notices.hubChanged(state);
  });
  app.on("second-instance", open);
  app.on("activate", open);
  app.on("before-quit", () => {
    isQuitting = true;
  });
  stopOnQuit({ hub, notices, saver, updates });
  const start = () => startParts({ hub, window, notices, saver, preferences, updates, open });
  const printHelp = () => startHubChild(hubEntry, hubArgs, () => undefined).exited.then(() => app.exit());
  app
    .whenReady()
    .then(() => (hubArgs.includes("--help") ? printHelp() : start()))
    .catch((error: unknown) => {
      log.error("Bramble could not start:", error);
      app.exit(1);
    });
}

/** The hub is stopped before the app exits. Closing the window is no reason to quit. */
function stopOnQuit({ hub, notices, saver, updates }: Pick<Parts, "hub" | "notices" | "saver" | "updates">): void {
  // Without a listener Electron would quit.
  app.on("window-all-closed", () => undefined);
  app.on("will-quit", (event) => {
    event.preventDefault();
    notices.stop();
    updates.stop();
    void Promise.allSettled([saver.cancel(), hub.stop()]).then(() => app.exit());
  });
}

interface Parts {
  readonly hub: HubProcess;
  readonly window: MainWindow;
  readonly notices: Notices;
  readonly saver: FileSaver;
  readonly preferences: DesktopPreferences;
  readonly updates: Updates;
  readonly open: () => void;
}

/** Once Electron is ready: first the session is locked down, last the window is opened. */
function startParts({ hub, window, notices, saver, preferences, updates, open }: Parts): void {
  const appSession = openAppSession(log);
  lockDown([appSession, session.defaultSession], log);
  const page = dev["ELECTRON_RENDERER_URL"] ?? join(home, "out", "renderer");
  /** Again where the language has changed. */
  const showMenu = async () => {
    const template = await menuTemplate({
      platform: process.platform,
      render: (text) => notices.render(text),
      openSettings: () => window.open("#/settings"),
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  };
  serveApp(
    appSession,
    page,
    hub,
    (language) => {
      if (notices.setLanguage(language)) void showMenu();
    },
    log,
  );
  answerPage({ hub, saver, preferences, notices, updates });
  void showMenu();
  preferences.start();
  window.followScreens();
  notices.start();
  updates.start();
  open();
}
