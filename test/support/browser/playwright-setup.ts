// Before the first of Playwright's tests: everything built, a display, an Electron. The workers inherit the environment.
import { buildIfStale } from "../../../build/build.ts";
import { findElectron } from "../../../build/electron-runtime.ts";
import { fillCompileCache } from "../setup/fill-compile-cache.ts";
import { startDisplay } from "./display.ts";

export default async function setUp(): Promise<() => Promise<void>> {
  buildIfStale();
  await fillCompileCache();
  const stopDisplay = await startDisplay();
  const electron = findElectron();
  console.log(`The desktop tests run on ${electron.description}.`);
  Object.assign(process.env, { ELECTRON_OVERRIDE_DIST_PATH: electron.dist });
  return stopDisplay;
}
