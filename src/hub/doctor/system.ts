// What the doctor asks of the operating system, so that what other systems answer can be recorded and examined here.
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";

export interface System {
  readonly platform: NodeJS.Platform;
  /** Null where there is no such file, or this user may not read it. */
  readText(path: string): Promise<string | null>;
  /** What a program printed; null where it is not there, or takes too long. */
  run(command: string, ...args: readonly string[]): Promise<Ran | null>;
}

interface Ran {
  /** It ended with 0. */
  readonly ok: boolean;
  readonly text: string;
}

const RUN_WITHIN_MS = 2_000;

/** In English, and with the folders of root's programs, which a person's shell may not search. */
const environment =
  process.platform === "win32"
    ? process.env
    : { ...process.env, LC_ALL: "C", PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` };

export const realSystem: System = {
  platform: process.platform,
  readText: (path) => readFile(path, "utf8").catch(() => null),
  run: (command, ...args) =>
    new Promise((resolve) => {
      const options = { timeout: RUN_WITHIN_MS, windowsHide: true, env: environment };
      execFile(command, [...args], options, (error, stdout) => {
        const isMissing = error !== null && (typeof error.code === "string" || error.killed === true);
        resolve(isMissing ? null : { ok: error === null, text: stdout });
      });
    }),
};
