// Another program that occupies a port, with its own process name.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "../hub.ts";

const LISTEN = `
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen()
print(s.getsockname()[1], flush=True)
time.sleep(600)`;

export class PortHog implements AsyncDisposable {
  static readonly programName = "porthog";
  readonly #folder = makeTemporaryFolder();
  readonly #within: readonly string[];
  #child: ChildProcess | null = null;
  #port = 0;

  /** `within` is the command that runs it in another network. */
  constructor(within: readonly string[] = []) {
    this.#within = within;
  }

  /** Port 0 is any free one. */
  async start(port: number): Promise<void> {
    const program = join(this.#folder.path, PortHog.programName);
    symlinkSync("/usr/bin/python3", program);
    const [command = "", ...args] = [...this.#within, program, "-c", LISTEN, String(port)];
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = this.#child.stdout === null ? [] : await once(this.#child.stdout, "data");
    this.#port = Number(line);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    }
    this.#folder[Symbol.dispose]();
  }
}

export async function startPortHog(port: number, within?: readonly string[]): Promise<PortHog> {
  const hog = new PortHog(within);
  await hog.start(port);
  return hog;
}
