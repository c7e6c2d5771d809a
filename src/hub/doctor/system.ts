// Files and commands that the checks read. An interface, so that tests replay recordings of other systems.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

export interface System {
  readonly platform: NodeJS.Platform;
  /** Null when the file is missing, or this user may not read it. */
  readText(path: string): Promise<string | null>;
  /** What the program printed; null when it is missing, or takes longer than `RUN_TIMEOUT_MS`. */
  run(command: string, ...args: readonly string[]): Promise<Ran | null>;
}

interface Ran {
  /** Whether it exited with 0. */
  readonly ok: boolean;
  readonly text: string;
}

const RUN_TIMEOUT_MS = 2_000;

/** English output, and the sbin folders, which are not in every user's PATH. */
const environment =
  process.platform === "win32"
    ? process.env
    : { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };

export const realSystem: System = {
  platform: process.platform,
  readText: (path) => readFile(path, "utf8").catch(() => null),
  run: (command, ...args) =>
    new Promise((resolve) => {
      const options = { timeout: RUN_TIMEOUT_MS, windowsHide: true, env: environment };
      execFile(command, [...args], options, (error, stdout) => {
        const isMissing = error !== null && (typeof error.code === "string" || error.killed === true);
        resolve(isMissing ? null : { ok: error === null, text: stdout });
      });
    }),
};
