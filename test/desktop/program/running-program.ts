// An app that Playwright did not start itself: its window is found through its debugging port.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chromium, type Page } from "@playwright/test";
import { until } from "../../support/until.ts";
import type { Command } from "./desktop.ts";
import { endInTime, follow } from "./end-in-time.ts";

export class RunningProgram implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;
  /** All that it has printed. */
  output = "";

  constructor({ executablePath, args, env }: Command) {
    this.#child = spawn(executablePath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    follow(this.#child);
    this.#ended = once(this.#child, "close");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Its only window, once it is there; the program has to be started with --remote-debugging-port=0. */
  async window(): Promise<Page> {
    const address = await until(
      "a debugging port",
      async () => /DevTools listening on (ws:\S+)/.exec(this.output)?.[1],
    );
    // Electron has no contexts of a browser, which Playwright's defaults would be applied to.
    const browser = await chromium.connectOverCDP(address, { noDefaults: true });
    return until("a window", async () => browser.contexts()[0]?.pages()[0]);
  }

  /** Asks it to end as a terminal or a service manager does; answers the code it ends with. */
  async end(signal: NodeJS.Signals): Promise<unknown> {
    return endInTime(this.#child, async () => {
      this.#child.kill(signal);
      const [code] = await this.#ended;
      return code;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end("SIGTERM");
  }
}
