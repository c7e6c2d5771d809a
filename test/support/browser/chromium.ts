// Finds a Chromium for the browser tests: Playwright's own where it is or can be downloaded, else the system's, else apt's.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type LaunchOptions } from "@playwright/test";
import { projectFolder } from "../../../build/electron.ts";
import { ensurePackages } from "../system/apt.ts";

const DOWNLOAD_TIMEOUT_MS = 120_000;

const systemBrowsers = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const args = [
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export function chromiumLaunchOptions(): LaunchOptions {
  const executablePath = installedChromium() ?? installChromium();
  return { executablePath, args: process.getuid?.() === 0 ? [...args, "--no-sandbox"] : args };
}

function installedChromium(): string | undefined {
  return [chromium.executablePath(), ...systemBrowsers].find((path) => existsSync(path));
}

function installChromium(): string {
  console.log("Fetching a Chromium for the browser tests…");
  const playwright = join(projectFolder, "node_modules", "@playwright", "test", "cli.js");
  try {
    const install = [playwright, "install", "chromium"];
    execFileSync(process.execPath, install, { stdio: "pipe", timeout: DOWNLOAD_TIMEOUT_MS });
  } catch (error) {
    console.log(`Playwright's own could not be downloaded: ${error}`);
    ensurePackages(["chromium"], "the browser tests");
  }
  const path = installedChromium();
  if (path === undefined) throw new Error("No Chromium was found or installed; install one and run the tests again");
  return path;
}
