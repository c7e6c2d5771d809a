// Supervises one hub: starts it, restarts it with backoff after a crash, and stops it cleanly. A hub that reports that it cannot
// run is not restarted until the user tries.
import { EventEmitter } from "node:events";
import type { HubState } from "../shared/bridge.ts";
import type { HubMessage } from "../shared/host.ts";
import type { AnyMessage } from "../shared/messages/message.ts";
import type { HubChild } from "./hub-child.ts";

const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
const STEADY_AFTER_MS = 60_000;
const STOP_TIMEOUT_MS = 5_000;

export interface HubEndpoint {
  /** Such as "http://127.0.0.1:8080/bramble": the prefix of the hub's paths. */
  readonly url: string;
  readonly token: string;
}

export class HubProcess extends EventEmitter<{ state: [HubState] }> {
  /** Those that wait for the hub's answer: aborted before the hub is stopped, whose end would fail them while Electron ends. */
  readonly requests = new Set<AbortController>();
  readonly #fork: (onMessage: (message: HubMessage) => void) => HubChild;
  #state: HubState = { kind: "starting" };
  #endpoint: HubEndpoint | undefined;
  #child: HubChild | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #retry: NodeJS.Timeout | undefined;
  /** Somebody asked for a new start before the process of a failed one was gone. */
  #startsAfterExit = false;
  #stopped: Promise<void> | undefined;

  constructor(fork: (onMessage: (message: HubMessage) => void) => HubChild) {
    super();
    this.#fork = fork;
  }

  get state(): HubState {
    return this.#state;
  }

  /** Where the hub answers and with which token; nothing while it does not run. */
  get endpoint(): HubEndpoint | undefined {
    return this.#endpoint;
  }

  /** Starts the hub now unless it runs already; also after it failed, and without waiting out a pause. */
  start(): void {
    if (this.#stopped !== undefined) return;
    if (this.#child !== undefined) {
      this.#startsAfterExit = this.#state.kind === "failed";
      return;
    }
    clearTimeout(this.#retry);
    this.#enter({ kind: "starting" });
    const startedAtMs = Date.now();
    const child = this.#fork((message) => this.#onMessage(message));
    this.#child = child;
    void child.exited.then((reason) => {
      if (Date.now() - startedAtMs >= STEADY_AFTER_MS) this.#pauseMs = FIRST_PAUSE_MS;
      this.#afterExit(reason);
    });
  }

  /** Stops the hub, by force after a timeout, and does not restart it. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopChild();
    return this.#stopped;
  }

  async #stopChild(): Promise<void> {
    clearTimeout(this.#retry);
    const child = this.#child;
    if (child === undefined) return;
    this.#endpoint = undefined;
    for (const request of this.requests) request.abort();
    child.send({ type: "stop" });
    const force = setTimeout(() => {
      if (child.pid !== undefined) process.kill(child.pid, "SIGKILL");
    }, STOP_TIMEOUT_MS);
    await child.exited;
    clearTimeout(force);
  }

  #onMessage(message: HubMessage): void {
    if (message.type === "failed") {
      this.#enter({ kind: "failed", reason: message.reason });
    } else {
      const { httpPort, basePath, token } = message;
      this.#endpoint = { url: `http://127.0.0.1:${httpPort}${basePath}`, token };
      this.#enter({ kind: "running" });
    }
  }

  #afterExit(reason: AnyMessage): void {
    this.#child = undefined;
    this.#endpoint = undefined;
    if (this.#stopped !== undefined) return;
    if (this.#startsAfterExit) {
      this.#startsAfterExit = false;
      this.start();
      return;
    }
    if (this.#state.kind === "failed") return;
    this.#enter({ kind: "restarting", reason, retryAtMs: Date.now() + this.#pauseMs });
    this.#retry = setTimeout(() => this.start(), this.#pauseMs);
    this.#pauseMs = Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
  }

  #enter(state: HubState): void {
    this.#state = state;
    this.emit("state", state);
  }
}
