// Builds and runs images without an engine: buildah, in chroots, with a store of its own that is removed with its folder.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../../build/electron.ts";

export class Buildah {
  readonly #globals: readonly string[];
  readonly #policy: string;

  /** `folder` is on a disk with some gigabytes. */
  constructor(folder: string) {
    for (const name of ["root", "run"]) mkdirSync(join(folder, name), { recursive: true });
    this.#policy = join(folder, "policy.json");
    writeFileSync(this.#policy, JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }));
    this.#globals = ["--storage-driver", "vfs", "--root", join(folder, "root"), "--runroot", join(folder, "run")];
  }

  /** Answers what it printed last. */
  run(command: string, ...args: readonly string[]): string {
    const signed = ["commit", "from", "bud"].includes(command) ? ["--signature-policy", this.#policy] : [];
    const output = execFileSync("buildah", [...this.#globals, command, ...signed, ...args], {
      cwd: projectFolder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 64 * 1024 * 1024,
    });
    return output.trim().split("\n").at(-1) ?? "";
  }

  /** Runs a program of a container; the caller ends it. */
  start(container: string, options: readonly string[], command: readonly string[]): ChildProcess {
    const args = ["run", "--isolation", "chroot", "--network", "host", ...options, container, "--", ...command];
    return spawn("buildah", [...this.#globals, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  }
}
