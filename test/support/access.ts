// Access control on a real store, with a fake clock. `await using` ends it.
import { Access } from "../../src/hub/access/access.ts";
import type { Credential } from "../../src/hub/access/authenticate.ts";
import { decide, type Principal } from "../../src/hub/access/principal.ts";
import { HubEvents } from "../../src/hub/events.ts";
import { deviceTopics } from "../../src/hub/protocols/protocols.ts";
import type { DeviceId } from "../../src/shared/ids.ts";
import type { Anonymous } from "../../src/shared/security/access.ts";
import { FakeClock } from "./fake-clock.ts";
import { openTestStore, type TestStore } from "./stores/store.ts";

/** Of this run. */
export const RUN_TOKEN = "run-token";
/** Where a browser on the network is. */
export const LAN = "192.168.1.5";
export const FROM_LAN = { address: LAN, userAgent: "Firefox" };

export interface TestAccessOptions {
  readonly nowMs?: number;
  readonly anonymous?: Anonymous;
  /** By device: the room that it is in. Those that are here have joined. */
  readonly rooms?: Readonly<Record<string, string>>;
  /** By topic: the device of a control that a person added. */
  readonly addedTopics?: ReadonlyMap<string, DeviceId>;
}

export class TestAccess implements AsyncDisposable {
  readonly clock: FakeClock;
  readonly #open: TestStore;
  readonly #options: TestAccessOptions;
  access: Access;

  constructor(options: TestAccessOptions, clock: FakeClock, open: TestStore) {
    this.#options = options;
    this.clock = clock;
    this.#open = open;
    this.access = this.#make();
  }

  get store(): TestStore["store"] {
    return this.#open.store;
  }

  /** As after a restart of the hub: loaded from its records. */
  async restart(): Promise<void> {
    this.access.stop();
    await this.#open.reopen();
    this.access = this.#make();
    await this.access.start();
  }

  /** The principal of what is shown. */
  async principalOf(credential: Credential | null, address = LAN): Promise<Principal> {
    return (await this.access.authenticate(credential, address)).principal;
  }

  async isAdmin(text: string, address = LAN): Promise<boolean> {
    return decide(await this.principalOf({ kind: "token", text }, address), "admin") === "granted";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.access.stop();
    await this.#open[Symbol.asyncDispose]();
  }

  #make(): Access {
    const { anonymous = null, rooms = {}, addedTopics = new Map() } = this.#options;
    return new Access({
      flags: { anonymous, allow: null, allowedHosts: [], trustProxy: [], rateLimit: true, token: RUN_TOKEN },
      store: this.#open.store,
      devices: {
        hasJoined: (device) => Object.hasOwn(rooms, device),
        roomOf: (device) => rooms[device],
        addedTopics: () => addedTopics,
      },
      topics: deviceTopics,
      events: new HubEvents(),
      clock: this.clock,
      onFailure: (message) => (error) => {
        throw new Error(message, { cause: error });
      },
    });
  }
}

export async function startAccess(options: TestAccessOptions = {}): Promise<TestAccess> {
  const clock = new FakeClock(options.nowMs ?? Date.UTC(2026, 0, 31, 12));
  const started = new TestAccess(options, clock, await openTestStore(clock));
  await started.access.start();
  return started;
}
