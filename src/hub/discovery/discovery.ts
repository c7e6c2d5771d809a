// Advertises the hub by multicast DNS (RFC 6762, 6763): the host name `bramble.local`, or another one, and the services
// `_bramble._tcp`, `_mqtt._tcp` and `_http._tcp`. The hub runs as well without it. The responder is loaded once the hub
// runs, and only where the hub listens on more than loopback.
//
// The responder is our own; bonjour-service browses alone (browse.ts). Of what advertising has to do here, it
// - probes a service's name and gives up when that is taken, while we take the next one (`bramble-2.local`), and defend
//   it against hosts that come later;
// - names the addresses of every interface on every link, while a Pi needs the one that is on its own link;
// - reads the interfaces once, while ours come, go and change their addresses under a running hub.
import { isLoopbackHost } from "../../shared/loopback.ts";
import { type Message, message } from "../../shared/messages/message.ts";
import type { Log } from "../observe/log/log.ts";
import type { Advertiser, AdvertiserOptions } from "./advertiser.ts";

export type MdnsOptions = Omit<AdvertiserOptions, "onName"> & {
  /** Called with the host name once it is established. */
  readonly onName: (name: string) => void;
};

type Ports = Pick<AdvertiserOptions, "httpsPort" | "mqttsPort" | "isPlainRestricted">;

const DEFAULT_LABEL = "bramble";
/** A goodbye that cannot be sent must not keep the hub from stopping. */
const GOODBYE_TIMEOUT_MS = 500;

export class Mdns {
  readonly #options: MdnsOptions;
  readonly #log: Log;
  #advertiser: Advertiser | null = null;
  #stopped = false;
  #name: string | null = null;
  #ports: Ports;

  constructor(options: MdnsOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#ports = options;
  }

  /** The established host name; null while there is none. */
  get name(): string | null {
    return this.#name;
  }

  /** Notes for the hub's page. */
  get notes(): readonly Message[] {
    const wanted = `${this.#options.label ?? DEFAULT_LABEL}.local`;
    if (this.#name === null || this.#name === wanted) return [];
    return [message("note/name-taken", { wanted, name: this.#name })];
  }

  /** To be called when the ports with TLS were opened or closed. */
  changePorts(ports: Ports): void {
    const before = this.#ports;
    this.#ports = ports;
    const names = ["httpsPort", "mqttsPort", "isPlainRestricted"] as const;
    if (names.every((name) => before[name] === ports[name])) return;
    this.#advertiser
      ?.advertise({ ...this.#options, ...ports })
      .catch((error: unknown) => this.#log.warn({ err: error }, "the ports are not advertised"));
  }

  /** Returns at once; a later failure is logged. */
  start(): void {
    if (isLoopbackHost(this.#options.host)) return;
    this.#start().catch((error: unknown) => this.#log.warn({ err: error }, "the hub is not advertised"));
  }

  /** Sends goodbyes, so that others forget the hub at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const advertiser = this.#advertiser;
    this.#advertiser = null;
    if (advertiser === null) return;
    let end = (): void => undefined;
    const timeout = new Promise<void>((resolve) => {
      end = this.#options.clock.every(GOODBYE_TIMEOUT_MS, resolve);
    });
    await Promise.race([advertiser.stop(), timeout]);
    end();
  }

  async #start(): Promise<void> {
    const { Advertiser } = await import("./advertiser.ts");
    if (this.#stopped) return;
    this.#advertiser = new Advertiser({
      ...this.#options,
      ...this.#ports,
      onName: (name) => {
        this.#name = name;
        if (name !== null) this.#options.onName(name);
      },
    });
    this.#advertiser.start();
  }
}
