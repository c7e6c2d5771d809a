// `npm run package`: builds everything and has electron-builder pack it, with the arguments it is given: installers for this
// system without any. Where Electron's own runtime cannot be fetched it packs a plain folder around the stand-in that the tests use.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildIfStale } from "./build.ts";
import { projectFolder } from "./electron.ts";
import { findElectron } from "./electron-runtime.ts";

function packageApp(args: string[]): number {
  buildIfStale();
  const electron = findElectron();
  console.log(`Packing around ${electron.description}.`);
  // Today's own is left to electron-builder, which also fetches it for systems other than this one.
  const runtime = electron.isOwn ? [] : [`-c.electronDist=${electron.dist}`, `-c.electronVersion=${electron.version}`];
  const wanted = electron.isOwn || args.length > 0 ? args : ["--dir"];
  const builder = join(projectFolder, "node_modules", "electron-builder", "cli.js");
  const all = [builder, "--config", "build/electron-builder.yml", ...runtime, ...wanted];
  return spawnSync(process.execPath, all, { cwd: projectFolder, stdio: "inherit" }).status ?? 1;
}

process.exitCode = packageApp(process.argv.slice(2));
