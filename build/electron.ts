// Where Electron's runtime is. The electron package does not bring it on `npm install`; it is fetched when first needed.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const electronPackage = join(projectFolder, "node_modules", "electron");

export interface ElectronRuntime {
  /** The folder of the whole runtime. */
  readonly dist: string;
  readonly executablePath: string;
  readonly version: string;
}

/** The runtime at ELECTRON_OVERRIDE_DIST_PATH, else the electron package's own if it has been fetched. */
export function installedElectron(): ElectronRuntime | undefined {
  const { ELECTRON_OVERRIDE_DIST_PATH: override } = process.env;
  if (override !== undefined) {
    if (!isElectron(override)) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH names ${override}, where no Electron is`);
    return electronAt(override);
  }
  const own = join(electronPackage, "dist");
  return isElectron(own) ? electronAt(own) : undefined;
}

/** Has the electron package fetch its runtime; the reason in words when it cannot. */
export function fetchElectron(withinMs?: number): ElectronRuntime | string {
  console.log("Fetching the Electron runtime…");
  const install = spawnSync(process.execPath, [join(electronPackage, "install.js")], {
    stdio: ["ignore", "inherit", "pipe"],
    encoding: "utf8",
    timeout: withinMs,
  });
  const fetched = install.status === 0 ? installedElectron() : undefined;
  return fetched ?? install.error?.message ?? install.stderr.trim().split("\n")[0] ?? "no reason was given";
}

export function electronAt(dist: string): ElectronRuntime {
  return {
    dist,
    executablePath: executableIn(dist),
    version: readFileSync(join(dist, "version"), "utf8").trim().replace(/^v/, ""),
  };
}

function isElectron(dist: string): boolean {
  return existsSync(executableIn(dist)) && existsSync(join(dist, "version"));
}

function executableIn(dist: string): string {
  if (process.platform === "darwin") return join(dist, "Electron.app", "Contents", "MacOS", "Electron");
  return join(dist, process.platform === "win32" ? "electron.exe" : "electron");
}

/** The environment in which the app runs on that runtime: a Node too old for the database leaves the hub to ours. */
export function environmentFor(electron: ElectronRuntime): NodeJS.ProcessEnv {
  const ownNodeIsTooOld = Number.parseInt(electron.version, 10) < 35;
  return ownNodeIsTooOld ? { BRAMBLE_NODE: process.execPath, ...process.env } : process.env;
}

/** Chromium refuses to run sandboxed as root, and where AppArmor keeps users from making namespaces (Ubuntu 24.04). */
export function sandboxFlags({ dist }: ElectronRuntime): string[] {
  if (process.platform !== "linux") return [];
  if (process.getuid?.() === 0) return ["--no-sandbox"];
  const restriction = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
  const restricted = existsSync(restriction) && readFileSync(restriction, "utf8").trim() === "1";
  const setuidRoot = (statSync(join(dist, "chrome-sandbox")).mode & 0o4000) !== 0;
  if (!restricted || setuidRoot) return [];
  console.log(`Opening the window without Chromium's sandbox, which this system does not allow (${restriction}).`);
  return ["--no-sandbox"];
}
