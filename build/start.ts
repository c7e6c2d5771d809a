// `npm start`: builds what is stale and opens the desktop app. Where no window can open it says why in one line and runs
// the hub alone, which prints the address of the same pages.
import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { join } from "node:path";
import { buildIfStale } from "./build.ts";
import { environmentFor, fetchElectron, installedElectron, projectFolder, sandboxFlags } from "./electron.ts";

/** An app that ends with an error sooner than this has never come to show its window. */
const OPENED_AFTER_MS = 10_000;

interface End {
  readonly code: number;
  readonly afterMs: number;
  readonly asked: boolean;
}

async function start(args: string[]): Promise<number> {
  buildIfStale();
  if (args.includes("--help") || args.includes("-h")) return runHub(args);
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === "linux" && !DISPLAY && !WAYLAND_DISPLAY) {
    return startHub("There is no display", args);
  }
  const electron = installedElectron() ?? fetchElectron();
  if (typeof electron === "string") return startHub(`There is no Electron runtime (${electron})`, args);
  const end = await run(
    electron.executablePath,
    [projectFolder, ...sandboxFlags(electron), ...args],
    environmentFor(electron),
  );
  if (end.code === 0 || end.asked || end.afterMs > OPENED_AFTER_MS) return end.code;
  return startHub(`The window could not open (Electron ended with code ${end.code})`, args);
}

async function startHub(why: string, args: string[]): Promise<number> {
  console.log(`${why}: running the hub without a window; open the address below in a browser.`);
  return runHub(args);
}

async function runHub(args: string[]): Promise<number> {
  const hub = join(projectFolder, "out", "hub", "bramble.js");
  return (await run(process.execPath, [hub, "serve", ...args], process.env)).code;
}

function run(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<End> {
  const startedAtMs = performance.now();
  // Out of the terminal's process group, or Ctrl+C would reach the child twice: from the terminal and from us. Chromium
  // takes the second one as an order to drop everything.
  const child = spawn(command, args, { stdio: "inherit", env, detached: process.platform !== "win32" });
  const wasAsked = forwardSignals(child);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      const status = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
      resolve({ code: status, afterMs: performance.now() - startedAtMs, asked: wasAsked() });
    });
  });
}

/** Passes the first request to stop on; the answer tells whether there was one. */
function forwardSignals(child: ChildProcess): () => boolean {
  let asked = false;
  const forward = () => {
    if (!asked) child.kill("SIGTERM");
    asked = true;
  };
  process.on("SIGINT", forward);
  process.on("SIGTERM", forward);
  return () => asked;
}

process.exitCode = await start(process.argv.slice(2));
