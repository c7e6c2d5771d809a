// A hub inside the test, so that the test can turn its clock and fill its disk. `await using` ends it.
import { pino } from "pino";
import { readConfig } from "../../src/hub/config.ts";
import { DataFolder } from "../../src/hub/data-folder.ts";
import { Hub, type RunningHub } from "../../src/hub/hub.ts";
import type { HttpTimeouts } from "../../src/hub/transport/http/http-transport.ts";
import type { JoiningMode } from "../../src/shared/api.ts";
import { FakeClock } from "./fake-clock.ts";
import { makeTemporaryFolder, type TestFolder } from "./hub.ts";

export interface HubInsideOptions {
  /** The clock's initial time. */
  readonly nowMs?: number;
  /** Room on the faked disk. */
  readonly freeBytes?: number;
  /** The joining mode; "open" by default. */
  readonly joining?: JoiningMode;
  /** Of its data, instead of a new one; it is disposed of with the hub. */
  readonly folder?: TestFolder;
  /** Of the built UI; without it the hub has its API alone. */
  readonly uiFolder?: string;
  /** The folder of the agent; without it there is no installer. */
  readonly agentFolder?: string;
  readonly httpTimeouts?: HttpTimeouts;
  /** PEM of the authorities that browsers trust. */
  readonly publicAuthorities?: readonly string[];
  /** More flags. */
  readonly flags?: readonly string[];
  /** Of its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called when it requests a restart. */
  readonly onRestart?: () => void;
}

export class HubInside implements AsyncDisposable {
  readonly clock: FakeClock;
  /** Free space on the fake disk, which the hub polls. */
  freeBytes: number;
  /** Counts from the next start on. */
  joining: JoiningMode;
  readonly #uiFolder: string;
  readonly #agentFolder: string;
  readonly #httpTimeouts: HttpTimeouts | undefined;
  readonly #publicAuthorities: readonly string[] | undefined;
  readonly #flags: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #onRestart: (() => void) | undefined;
  readonly #temporary: TestFolder;
  readonly #folder: DataFolder;
  #hub: Hub | null = null;
  #running: RunningHub | null = null;

  constructor(options: HubInsideOptions) {
    const { nowMs = Date.now(), freeBytes = 1e12, joining = "open", uiFolder = "/nowhere" } = options;
    this.#temporary = options.folder ?? makeTemporaryFolder();
    this.#folder = new DataFolder(this.#temporary.path);
    this.clock = new FakeClock(nowMs);
    this.freeBytes = freeBytes;
    this.joining = joining;
    this.#uiFolder = uiFolder;
    this.#agentFolder = options.agentFolder ?? "/nowhere";
    this.#httpTimeouts = options.httpTimeouts;
    this.#publicAuthorities = options.publicAuthorities;
    this.#flags = options.flags ?? [];
    this.#env = options.env ?? {};
    this.#onRestart = options.onRestart;
  }

  async start(): Promise<void> {
    const flags = ["--no-mdns", "--http-port", "0", "--mqtt-port", "0", ...this.#flags];
    const read = readConfig(["--data", this.path, ...flags, "--joining", this.joining], this.#env);
    if (read.kind !== "config") throw new Error("no configuration");
    this.#folder.hold();
    this.#hub = new Hub({
      config: read.config,
      folder: this.#folder,
      version: "test",
      uiFolder: this.#uiFolder,
      agentFolder: this.#agentFolder,
      clock: this.clock,
      freeBytes: async () => this.freeBytes,
      ...(this.#httpTimeouts && { httpTimeouts: this.#httpTimeouts }),
      ...(this.#publicAuthorities && { publicAuthorities: this.#publicAuthorities }),
      log: pino({ enabled: false }),
      ...(this.#onRestart && { onRestart: this.#onRestart }),
      onDeath: (error) => {
        throw error;
      },
    });
    this.#running = await this.#hub.start();
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.start();
  }

  get path(): string {
    return this.#temporary.path;
  }

  get httpPort(): number {
    return this.#started.httpPort;
  }

  get mqttPort(): number {
    return this.#started.mqttPort;
  }

  get routes(): RunningHub["routes"] {
    return this.#started.routes;
  }

  /** Of the administrator. */
  get token(): string {
    return this.#started.token;
  }

  /** Signs a browser in, once. */
  get link(): string {
    return `http://127.0.0.1:${this.#started.httpPort}/#link=${this.#started.linkSecret}`;
  }

  /** Requests as the administrator. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const { httpPort, token } = this.#started;
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    return fetch(`http://127.0.0.1:${httpPort}${path}`, { ...init, headers });
  }

  /** POST /data, as a device would. */
  async post(reading: object): Promise<Response> {
    return this.fetch("/data", { method: "POST", body: JSON.stringify(reading) });
  }

  get #started(): RunningHub {
    if (this.#running === null) throw new Error("the hub has not been started");
    return this.#running;
  }

  async #stop(): Promise<void> {
    await this.#hub?.stop();
    this.#folder.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    this.#temporary[Symbol.dispose]();
  }
}

export async function startHubInside(options: HubInsideOptions = {}): Promise<HubInside> {
  const hub = new HubInside(options);
  await hub.start();
  return hub;
}
