// The store that mirrors the hub's own. The hub never waits for it. If it cannot be opened, or fails, it is reopened.
import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../store/store.ts";
import type { Mirror } from "./mirror.ts";

export interface OtherStoreOptions {
  /** Makes the store; `onDeath` is called when it has failed for good. */
  readonly make: (onDeath: (error: Error) => void) => Store;
  /** Rejects where nothing may be written to it. */
  readonly admit: (store: Store) => Promise<void>;
  readonly mirror: Mirror;
  readonly onFailure: (error: unknown) => void;
}

const RETRY_MS = 2_000;
/** A hub that starts waits so long for it at most. */
const OPEN_WITHIN_MS = 3_000;

export class OtherStore {
  readonly #options: OtherStoreOptions;
  readonly #ending = new AbortController();
  #opening: Promise<void> = Promise.resolve();
  #store: Store | null = null;

  constructor(options: OtherStoreOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    this.#opening = this.#open();
    await Promise.race([this.#opening, sleep(OPEN_WITHIN_MS, undefined, { ref: false })]);
  }

  async stop(): Promise<void> {
    this.#options.mirror.target = null;
    this.#ending.abort();
    await this.#store?.stop().catch(this.#options.onFailure);
    await this.#opening;
  }

  async #open(): Promise<void> {
    const { make, admit, mirror, onFailure } = this.#options;
    const { signal } = this.#ending;
    while (!signal.aborted) {
      const store = make((error) => this.#storeFailed(store, error));
      this.#store = store;
      try {
        await store.start();
        await admit(store);
        if (signal.aborted) return;
        mirror.target = store;
        return;
      } catch (error) {
        if (!signal.aborted) onFailure(error);
        await store.stop().catch(() => undefined);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #storeFailed(store: Store, error: Error): void {
    const { mirror, onFailure } = this.#options;
    // One that fails while it is being opened is opened again there.
    if (store !== mirror.target || this.#ending.signal.aborted) return;
    onFailure(error);
    mirror.target = null;
    this.#opening = store
      .stop()
      .catch(() => undefined)
      .then(() => this.#open());
  }
}
