// `npm run package`: builds everything and has electron-builder pack it, with the arguments it is given: installers for this
// system without any. Where Electron's own runtime cannot be fetched it packs a plain folder around the stand-in that the tests use.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { buildIfStale } from "./build.ts";
import { projectFolder } from "./electron.ts";
import { findElectron, type TestElectron } from "./electron-runtime.ts";

const FIRST_ELECTRON_WITH_FILE_FUSE = 29;

function packageApp(args: string[]): number {
  buildIfStale();
  const electron = findElectron();
  console.log(`Packing around ${electron.description}.`);
  const wanted = electron.isOwn || args.length > 0 ? args : ["--dir"];
  const builder = join(projectFolder, "node_modules", "electron-builder", "cli.js");
  const all = [builder, "--config", "build/electron-builder.yml", ...runtimeOptions(electron), ...wanted];
  return spawnSync(process.execPath, all, { cwd: projectFolder, stdio: "inherit" }).status ?? 1;
}

function runtimeOptions({ dist, version, isOwn }: TestElectron): string[] {
  // electron-builder ends with an error at a fuse that a runtime does not have.
  const hasFileFuse = Number.parseInt(version, 10) >= FIRST_ELECTRON_WITH_FILE_FUSE;
  const fuses = hasFileFuse ? ["-c.electronFuses.grantFileProtocolExtraPrivileges=false"] : [];
  // Today's own is left to electron-builder, which also fetches it for systems other than this one.
  return isOwn ? fuses : [`-c.electronDist=${dist}`, `-c.electronVersion=${version}`, ...fuses];
}

process.exitCode = packageApp(process.argv.slice(2));
