// A worker for a test: `bramble work` as a child process. `await using` ends it.
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { spawnBramble } from "./hub.ts";

export class TestWorker implements AsyncDisposable {
  readonly #args: readonly string[];
  #child: ChildProcess | null = null;
  #output = "";

  constructor(args: readonly string[]) {
    this.#args = args;
  }

  get output(): string {
    return this.#output;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the worker is not running");
    return pid;
  }

  /** Where /health and /metrics are. */
  get url(): string {
    const [, port] = /HTTP on port (\d+)/.exec(this.#output) ?? [];
    if (port === undefined) throw new Error(`the worker has no port: ${this.#output}`);
    return `http://127.0.0.1:${port}`;
  }

  /** Resolves once it receives readings. */
  async start(): Promise<void> {
    const child = spawnBramble(["work", "--http-port", "0", "--host", "127.0.0.1", ...this.#args]);
    this.#child = child;
    this.#output = "";
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout, child.stderr])
        stream?.on("data", (bytes: Buffer) => {
          this.#output += bytes.toString();
          if (this.#output.includes("HTTP on port")) resolve();
        });
      child.once("close", (code) => reject(new Error(`the worker ended with ${code}: ${this.#output}`)));
    });
  }

  /** Answers the exit code. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const closed = once(child, "close");
    child.kill(signal);
    const [code] = await closed;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

export async function startWorker(...args: readonly string[]): Promise<TestWorker> {
  const worker = new TestWorker(args);
  await worker.start();
  return worker;
}
