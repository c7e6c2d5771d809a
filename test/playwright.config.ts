// The tests that look at the page: in a browser against a headless hub, and in the desktop app's own window.
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";
import { chromiumLaunchOptions } from "./support/browser/chromium.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Each test starts a hub, which would compile the same files anew.
process.env["BRAMBLE_WARM_UP"] ??= "off";
process.env["NODE_COMPILE_CACHE"] ??= here(".results/compile-cache");

export default defineConfig({
  globalSetup: here("support/browser/playwright-setup.ts"),
  outputDir: here(".results/playwright"),
  // The same on every system and in every browser: what a screen says, and no picture.
  snapshotPathTemplate: "{testDir}/aria/{arg}{ext}",
  workers: 3,
  // On a machine that others share a deadline may pass once; a fault does so twice. What needed it is told as flaky.
  retries: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // To record every test takes a third of its time: a fault fails the second time, too, and is recorded then.
  use: { trace: "on-first-retry" },
  projects: [
    {
      name: "browser",
      testDir: here("e2e"),
      use: { browserName: "chromium", launchOptions: chromiumLaunchOptions() },
    },
    { name: "desktop", testDir: here("desktop") },
  ],
});
