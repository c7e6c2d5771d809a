// `npm run package`: builds everything and has electron-builder pack it, with the arguments it is given: installers for this
// system without any. A deb is packed by Debian's own tool where there is one. Where Electron's own runtime cannot be fetched it packs a
// plain folder around the stand-in that the tests use, and nothing for another system: that stand-in is of this one alone.
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { buildIfStale } from "./build.ts";
import { projectFolder } from "./electron.ts";
import { findElectron, type TestElectron } from "./electron-runtime.ts";
import { layLinuxParts } from "./linux/parts.ts";
import { finishFeeds, layUpdateSource } from "./updates.ts";

const FIRST_ELECTRON_WITH_FILE_FUSE = 29;
const OWN_SYSTEM = { darwin: /^--mac|^-[mo]$/, win32: /^--win|^-w$/, linux: /^--linux|^-l$/ };
const ANY_SYSTEM = /^--(?:mac|win|linux)|^-[mowl]$/;
const ARCHITECTURE = /^(?:--|\w+:)(x64|arm64|armv7l|ia32|universal)$/;

function packageApp(args: string[]): number {
  buildIfStale();
  const electron = findElectron();
  console.log(`Packing around ${electron.description}.`);
  const wanted = electron.isOwn || args.length > 0 ? args : ["--dir"];
  const isStandIn = !electron.isOwn && process.env["ELECTRON_OVERRIDE_DIST_PATH"] === undefined;
  const foreign = isStandIn ? wanted.find(isForeign) : undefined;
  if (foreign !== undefined) {
    console.error(`${foreign} takes Electron's own runtime, which could not be fetched here.`);
    return 1;
  }
  layUpdateSource();
  if (process.platform === "linux" || wanted.includes("--linux")) layLinuxParts(wanted);
  const builder = join(projectFolder, "node_modules", "electron-builder", "cli.js");
  const all = [builder, "--config", "build/electron-builder.yml", ...runtimeOptions(electron), ...wanted];
  const { status } = spawnSync(process.execPath, all, { cwd: projectFolder, stdio: "inherit", env: environment() });
  const output = wanted.flatMap((arg) => /^-c\.directories\.output=(.+)/.exec(arg)?.[1] ?? []).at(-1) ?? "dist";
  if (status === 0) finishFeeds(resolve(projectFolder, output));
  return status ?? 1;
}

/** Whether the argument asks for another system or another processor than those of this computer. */
function isForeign(arg: string): boolean {
  const own = Object.entries(OWN_SYSTEM).find(([platform]) => platform === process.platform)?.[1];
  const [, architecture = process.arch] = ARCHITECTURE.exec(arg) ?? [];
  return architecture !== process.arch || (ANY_SYSTEM.test(arg) && own?.test(arg) !== true);
}

/** electron-builder would fetch fpm for a deb. */
function environment(): NodeJS.ProcessEnv {
  const hasDpkg = spawnSync("dpkg-deb", ["--version"], { stdio: "ignore" }).status === 0;
  const packDeb = join(projectFolder, "build", "linux", "pack-deb.ts");
  return hasDpkg ? { CUSTOM_FPM_PATH: packDeb, ...process.env } : process.env;
}

function runtimeOptions({ dist, version, isOwn }: TestElectron): string[] {
  // electron-builder ends with an error at a fuse that a runtime does not have.
  const hasFileFuse = Number.parseInt(version, 10) >= FIRST_ELECTRON_WITH_FILE_FUSE;
  const fuses = hasFileFuse ? ["-c.electronFuses.grantFileProtocolExtraPrivileges=false"] : [];
  // Today's own is left to electron-builder, which also fetches it for systems other than this one.
  return isOwn ? fuses : [`-c.electronDist=${dist}`, `-c.electronVersion=${version}`, ...fuses];
}

process.exitCode = packageApp(process.argv.slice(2));
