// Advertises the hub while people want it, under the name that they want: a change ends the old advertisement, with its
// goodbyes, before the next one begins.
import type { Mdns } from "../discovery/discovery.ts";
import type { HubPreferences } from "./hub-settings.ts";

type SecurePorts = Parameters<Mdns["changePorts"]>[0];

export interface AdvertisingOptions {
  readonly preferences: Pick<HubPreferences, "advertise" | "mdnsLabel" | "onAdvertisingChanged">;
  /** Not started yet. */
  readonly makeMdns: (label: string) => Mdns;
}

export class Advertising {
  readonly #options: AdvertisingOptions;
  #mdns: Mdns | null = null;
  /** As they are now, where they have changed since the start. */
  #ports: SecurePorts | null = null;
  #changing: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: AdvertisingOptions) {
    this.#options = options;
  }

  get name(): string | null {
    return this.#mdns?.name ?? null;
  }

  get notes(): Mdns["notes"] {
    return this.#mdns?.notes ?? [];
  }

  start(): void {
    this.#options.preferences.onAdvertisingChanged = () => this.#follow();
    this.#follow();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#options.preferences.onAdvertisingChanged = () => undefined;
    this.#follow();
    await this.#changing;
  }

  /** To be called when the ports with TLS were opened or closed. */
  changePorts(ports: SecurePorts): void {
    this.#ports = ports;
    this.#mdns?.changePorts(ports);
  }

  #follow(): void {
    this.#changing = this.#changing.then(async () => {
      const { preferences, makeMdns } = this.#options;
      const before = this.#mdns;
      this.#mdns = null;
      await before?.stop();
      if (this.#isStopped || !preferences.advertise) return;
      this.#mdns = makeMdns(preferences.mdnsLabel);
      if (this.#ports !== null) this.#mdns.changePorts(this.#ports);
      this.#mdns.start();
    });
  }
}
