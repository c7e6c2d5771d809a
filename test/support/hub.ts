// A real hub for a test: the built one, on free ports, with a data folder of its own. `await using` ends it. Under
// `npm run test:hub` it is the one of the sources, which needs no build.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Value } from "typebox/value";
import hubProcess from "../../build/hub-process.json" with { type: "json" };
import { HubFile } from "../../src/hub/data-folder.ts";

/** What Node has compiled is kept there for the next hub (see the configurations of vitest and Playwright). */
const COMPILE_CACHE = process.env["NODE_COMPILE_CACHE"];
/** V8 only accepts cached code compiled with the same flags, and a hub sets some at its start: commands have their own cache. */
const compileCacheOf = (command: string | undefined): Record<string, string> =>
  COMPILE_CACHE === undefined
    ? {}
    : { NODE_COMPILE_CACHE: join(COMPILE_CACHE, command === "serve" ? "hub" : "commands") };
/** Off where hubs are started for a moment each, and not where they are measured. */
const WARM_UP = process.env["BRAMBLE_WARM_UP"];
/** Node runs the sources directly, stripping types. */
const PROGRAM = process.env["BRAMBLE_TEST_SOURCES"] === "1" ? "src/cli/bramble.ts" : "out/hub/bramble.js";
const ENTRY = fileURLToPath(new URL(`../../${PROGRAM}`, import.meta.url));

export type TestFolder = { readonly path: string } & Disposable;

export function makeTemporaryFolder(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "bramble-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Starts `bramble ARGS` as `npm run bramble` does; nothing of this machine's environment leaks in but the path. */
export function spawnBramble(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): ChildProcess {
  const [command = "", ...rest] = [...within, process.execPath, ...hubProcess.flags, ENTRY, ...args];
  return spawn(command, rest, {
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: tmpdir(),
      ...hubProcess.environment,
      ...compileCacheOf(args[0]),
      ...(WARM_UP !== undefined && { BRAMBLE_WARM_UP: WARM_UP }),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs `bramble ARGS` to its end. */
export async function runBramble(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  within: readonly string[] = [],
): Promise<{ code: number | null; output: string }> {
  const child = spawnBramble(args, env, within);
  const output = collect(child);
  const [code] = await once(child, "close");
  return { code, output: output.text };
}

export class TestHub implements AsyncDisposable {
  readonly folder: TestFolder;
  readonly #args: readonly string[];
  readonly #within: readonly string[];
  #child: ChildProcess | null = null;
  #output = { text: "" };

  constructor(
    args: readonly string[],
    ports: readonly string[] = ["--http-port", "0", "--mqtt-port", "0"],
    folder = makeTemporaryFolder(),
    /** The command that runs it in another network namespace; only there it advertises itself. */
    within: readonly string[] = [],
  ) {
    // Few tests are about joining; those override it.
    const always = within.length === 0 ? ["--no-mdns", "--joining", "open"] : ["--joining", "open"];
    this.#args = [...always, ...ports, ...args];
    this.#within = within;
    this.folder = folder;
  }

  get file(): HubFile {
    return Value.Parse(HubFile, JSON.parse(readFileSync(join(this.folder.path, "hub.json"), "utf8")));
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the hub is not running");
    return pid;
  }

  /** Whether the process that was started is still there. */
  get isAlive(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it printed. */
  get output(): string {
    return this.#output.text;
  }

  get mqttPort(): number {
    return Number(new URL(this.file.mqtt).port);
  }

  get httpPort(): number {
    return Number(new URL(this.file.http).port);
  }

  async start(): Promise<void> {
    const child = spawnBramble(["serve", "--data", this.folder.path, ...this.#args], {}, this.#within);
    this.#child = child;
    this.#output = collect(child);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on("data", () => this.output.includes("is running") && resolve());
      child.once("close", (code) => reject(new Error(`the hub ended with ${code}: ${this.output}`)));
    });
  }

  /** Ends it with a signal and waits for its exit; returns the exit code. */
  async end(signal: "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    this.#child = null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const closed = once(child, "close");
    child.kill(signal);
    const [code] = await closed;
    return code;
  }

  /** Requests the API as the administrator. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { http, token } = this.file;
    return fetch(http + path, { ...init, headers: { Authorization: `Bearer ${token}`, ...init.headers } });
  }

  async json<T>(path: string): Promise<T> {
    const response = await this.fetch(path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json() as Promise<T>;
  }

  /** POST /data, as a device would. */
  async post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${this.file.http}/data`, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "Content-Type": "application/json", ...headers },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
    this.folder[Symbol.dispose]();
  }
}

export async function startTestHub(...args: readonly string[]): Promise<TestHub> {
  const hub = new TestHub(args);
  await hub.start();
  return hub;
}

function collect(child: ChildProcess): { text: string } {
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output.text += chunk.toString();
    });
  }
  return output;
}
