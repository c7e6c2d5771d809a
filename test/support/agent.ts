// The real agent for a test, as a process with mock pins and its own folder.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTemporaryFolder, type TestFolder } from "./hub.ts";
import { ensurePackages } from "./system/apt.ts";

export const AGENT_FOLDER = fileURLToPath(new URL("../../resources/agent", import.meta.url));
/** Debian's own, which its packages belong to. */
export const PYTHON = "/usr/bin/python3";
/** Mock pins, and a bytecode cache outside of the sources. */
export const PYTHON_ENV = {
  PATH: process.env["PATH"] ?? "",
  GPIOZERO_PIN_FACTORY: "mock",
  GPIOZERO_MOCK_PIN_CLASS: "mockpwmpin",
  PYTHONPYCACHEPREFIX: fileURLToPath(new URL("../.results/pycache", import.meta.url)),
};

/** What Raspberry Pi OS has of what the agent uses. */
export function ensureAgentPackages(): void {
  const libraries = ["paho-mqtt", "zeroconf", "gpiozero", "smbus2"].map((name) => `python3-${name}`);
  ensurePackages(libraries, "the tests of the Pi's agent");
}

export class TestAgent implements AsyncDisposable {
  readonly #folder: TestFolder;
  readonly #hub: string | null;
  readonly #within: readonly string[];
  #child: ChildProcess | null = null;
  #output = "";

  readonly #config = makeTemporaryFolder();

  /**
   * `hub` is HOST:MQTT-PORT:HTTP-PORT, or absent for discovery; `within` runs it in another network namespace; `folder` has its
   * state, and is removed with it.
   */
  constructor(
    hub: string | null,
    config: string,
    within: readonly string[] = [],
    folder: TestFolder = makeTemporaryFolder(),
  ) {
    this.#folder = folder;
    this.#hub = hub;
    this.#within = within;
    this.configure(config);
    this.start();
  }

  start(): void {
    const told = this.#hub === null ? [] : ["--hub", this.#hub];
    const [command = "", ...args] = [...this.#within, PYTHON, ...this.#common("run"), ...told];
    const child = spawn(command, args, { env: PYTHON_ENV, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
  }

  /** What it logged. */
  get output(): string {
    return this.#output;
  }

  configure(toml: string): void {
    writeFileSync(join(this.#config.path, "agent.toml"), toml);
  }

  /** Runs another command of the agent to completion. */
  async command(name: string, ...args: readonly string[]): Promise<{ code: number | null; output: string }> {
    return this.#run("/dev/null", name, args);
  }

  /** The same, with a file as its standard input. */
  async commandReading(file: string, name: string, ...args: readonly string[]) {
    return this.#run(file, name, args);
  }

  async #run(input: string, name: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
    const shell = ["-c", 'exec "$@" <"$0"', input, PYTHON, ...this.#common(name), ...args];
    const child = spawn("/bin/sh", shell, { env: PYTHON_ENV });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    const [code] = await once(child, "close");
    return { code, output };
  }

  /** Ends it with a signal and waits for its exit; returns the exit code. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const closed = once(child, "close");
    child.kill(signal);
    const [code] = await closed;
    return code;
  }

  #common(command: string): string[] {
    const program = join(AGENT_FOLDER, "bramble-agent");
    const config = join(this.#config.path, "agent.toml");
    return ["-W", "error", program, command, "--state", this.#folder.path, "--config", config];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    this.#folder[Symbol.dispose]();
    this.#config[Symbol.dispose]();
  }
}
