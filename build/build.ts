// Builds everything into out/. On its own it builds always; start and the tests ask it to build only what is stale.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compressFiles } from "./compress.ts";
import { projectFolder } from "./electron.ts";

const inputs = ["src", "resources", "build", "electron.vite.config.ts", "package.json", "package-lock.json"];
const stamp = join(projectFolder, "out", ".built");

/** Builds when something that the build reads is newer than the last one. */
export function buildIfStale(): void {
  const builtAtMs = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (inputs.some((input) => newestMs(join(projectFolder, input)) > builtAtMs)) build();
}

function build(): void {
  const startedAt = new Date();
  // A build that is interrupted leaves a half of it.
  rmSync(stamp, { force: true });
  run("electron-vite/bin/electron-vite.js", ["build", "--logLevel", "warn"]);
  compressFiles(join(projectFolder, "out", "renderer"));
  run("vite/bin/vite.js", ["build", "--config", "build/hub/vite.config.ts", "--logLevel", "warn"]);
  writeFileSync(stamp, "");
  // What changed while the build ran is stale again.
  utimesSync(stamp, startedAt, startedAt);
}

function run(script: string, args: string[]): void {
  const { status } = spawnSync(process.execPath, [join(projectFolder, "node_modules", script), ...args], {
    cwd: projectFolder,
    // Standard output is for what `bramble export -` and `backup -` write.
    stdio: ["inherit", process.stderr.fd, "inherit"],
  });
  if (status !== 0) throw new Error(`${script} did not build`);
}

/** When the file, or anything in the folder, changed last; a folder's own time tells of files that went. */
function newestMs(path: string): number {
  const { mtimeMs } = statSync(path);
  const within = statSync(path).isDirectory() ? readdirSync(path).map((name) => newestMs(join(path, name))) : [];
  return Math.max(mtimeMs, ...within);
}

if (import.meta.main) build();
