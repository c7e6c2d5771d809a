// Advertises the hub on every LAN interface: one responder for each interface and address family, all under the same
// names. Interfaces that appear, vanish or change their addresses get new responders. A name that is in conflict on one
// link is given up on all of them, and the next one is probed (RFC 6762, section 9).
import { hostname, networkInterfaces } from "node:os";
import type { Clock } from "../clock.ts";
import type { Log } from "../observe/log/log.ts";
import { familiesOf, type LanInterface, lanInterfaces } from "./interfaces.ts";
import { type Family, MdnsLink } from "./multicast-socket.ts";
import { type Advertised, type NameKind, type Names, type Records, recordsOf } from "./records.ts";
import { Responder } from "./responder.ts";

export interface AdvertiserOptions extends Advertised {
  /** The address that the hub listens on. */
  readonly host: string;
  /** The wanted host name without `.local`; `bramble` where it is left out. */
  readonly label?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Called with the host name once it is established; with null while it is probed again. */
  readonly onName: (name: string | null) => void;
}

const DEFAULT_LABEL = "bramble";
/** Node has no event for changed interfaces. */
const INTERFACE_POLL_INTERVAL_MS = 5_000;
/** Hosts that start together must not probe at the same time (RFC 6762, section 8.1). */
const MAX_FIRST_PROBE_DELAY_MS = 250;
/** After 15 conflicts within 10 s, each further probe waits for 5 s (RFC 6762, section 8.1). */
const MAX_CONFLICTS_PER_WINDOW = 15;
const CONFLICT_WINDOW_MS = 10_000;
const RATE_LIMITED_PROBE_DELAY_MS = 5_000;
/** A label has at most 63 bytes (RFC 1035, section 2.3.4), and a packet should fit into 1,500. */
const MAX_MACHINE_NAME_CHARACTERS = 30;

interface InterfaceResponder {
  readonly at: LanInterface;
  readonly link: MdnsLink;
  readonly responder: Responder;
  isOpen: boolean;
}

export class Advertiser {
  readonly #options: AdvertiserOptions;
  #advertised: Advertised;
  /** By interface, family and addresses, so that a change of addresses makes a new responder. */
  readonly #responders = new Map<string, InterfaceResponder>();
  /** Keys of responders whose failure is in the log already. */
  readonly #loggedFailures = new Set<string>();
  readonly #numbers: Record<NameKind, number> = { host: 1, instance: 1 };
  #conflictsAtMs: number[] = [];
  #endPolling: (() => void) | null = null;

  constructor(options: AdvertiserOptions) {
    this.#options = options;
    this.#advertised = options;
  }

  /** Changes the advertised ports: new services are probed, and a goodbye is sent for removed ones. */
  async advertise(advertised: Advertised): Promise<void> {
    this.#advertised = advertised;
    for (const [key, interfaceResponder] of this.#responders) {
      const { responder, at, isOpen } = interfaceResponder;
      if (!isOpen) continue;
      await responder.goodbye();
      // Meanwhile its interface may be gone, or advertising have been stopped.
      if (this.#responders.get(key) === interfaceResponder)
        responder.probe(this.#recordsAt(at), Math.random() * MAX_FIRST_PROBE_DELAY_MS);
    }
  }

  start(): void {
    this.#endPolling = this.#options.clock.every(INTERFACE_POLL_INTERVAL_MS, () => this.#followInterfaces());
    this.#followInterfaces();
  }

  /** Sends goodbyes (RFC 6762, section 10.1), then closes the sockets. */
  async stop(): Promise<void> {
    this.#endPolling?.();
    this.#endPolling = null;
    const responders = [...this.#responders.values()];
    this.#responders.clear();
    await Promise.all(responders.map(({ responder }) => responder.goodbye()));
    for (const { responder, link } of responders) {
      responder.end();
      link.close();
    }
  }

  get #names(): Names {
    const { host, instance } = this.#numbers;
    const { label = DEFAULT_LABEL } = this.#options;
    const [machine = ""] = hostname().split(".");
    return {
      host: host === 1 ? `${label}.local` : `${label}-${host}.local`,
      instance: `Bramble on ${machine.slice(0, MAX_MACHINE_NAME_CHARACTERS)}${instance === 1 ? "" : ` (${instance})`}`,
    };
  }

  #followInterfaces(): void {
    const wanted = new Map(lanInterfaces(this.#options.host).flatMap((at) => respondersAt(at)));
    const countBefore = this.#responders.size;
    const removed = [...this.#responders].filter(([key]) => !wanted.has(key));
    for (const [key, { responder, link }] of removed) {
      this.#responders.delete(key);
      responder.end();
      link.close();
    }
    const added = [...wanted].filter(([key]) => !this.#responders.has(key));
    for (const [key, { at, family }] of added) this.#open(key, at, family);
    if (removed.length + added.length === 0) return;
    for (const { at, responder } of this.#responders.values()) responder.update(this.#recordsAt(at));
    if (countBefore > 0 && this.#responders.size === 0) this.#options.onName(null);
  }

  #open(key: string, at: LanInterface, family: Family): void {
    const { clock, log } = this.#options;
    const { name, infos } = at;
    const reportFailure = (error: unknown) => {
      if (this.#loggedFailures.has(key)) return;
      this.#loggedFailures.add(key);
      log.warn({ err: error, interface: name }, "the hub cannot be advertised on this interface");
    };
    const link = new MdnsLink({
      name,
      family,
      infos,
      onPacket: (bytes, sender) => {
        try {
          responder.receive(bytes, sender);
        } catch (error) {
          log.debug({ err: error, address: sender.address }, "an mDNS packet could not be processed");
        }
      },
      onError: reportFailure,
    });
    const responder = new Responder(this.#recordsAt(at), {
      link,
      clock,
      onEstablished: () => this.#established(name),
      onConflict: (kind, phase) => this.#conflict(interfaceResponder, kind, phase),
    });
    const interfaceResponder: InterfaceResponder = { at, link, responder, isOpen: false };
    this.#responders.set(key, interfaceResponder);
    link.open().then(
      () => {
        if (this.#responders.get(key) !== interfaceResponder) return;
        interfaceResponder.isOpen = true;
        this.#loggedFailures.delete(key);
        responder.probe(this.#recordsAt(at), Math.random() * MAX_FIRST_PROBE_DELAY_MS);
      },
      (error: unknown) => {
        reportFailure(error);
        link.close();
        // The next poll tries again.
        if (this.#responders.get(key) === interfaceResponder) this.#responders.delete(key);
      },
    );
  }

  #recordsAt({ addresses }: LanInterface): Records {
    const reachable = [...this.#responders.values()].flatMap(({ at }) => at.addresses);
    const own = Object.values(networkInterfaces()).flatMap((infos = []) => infos.map(({ address }) => address));
    return recordsOf(this.#advertised, this.#names, {
      onLink: addresses,
      reachable: [...new Set([...reachable, ...addresses])].sort(),
      own,
    });
  }

  #established(link: string): void {
    const { host } = this.#names;
    this.#options.log.info({ host, interface: link }, "advertised");
    this.#options.onName(host);
  }

  #conflict({ at, responder }: InterfaceResponder, kind: NameKind, phase: "probing" | "established"): void {
    const { clock, log, onName } = this.#options;
    const nowMs = clock.now();
    this.#conflictsAtMs = [...this.#conflictsAtMs, nowMs].filter((ms) => Math.abs(nowMs - ms) < CONFLICT_WINDOW_MS);
    const isRateLimited = this.#conflictsAtMs.length >= MAX_CONFLICTS_PER_WINDOW;
    const delayMs = isRateLimited ? RATE_LIMITED_PROBE_DELAY_MS : Math.random() * MAX_FIRST_PROBE_DELAY_MS;
    if (phase === "established") {
      // Probe again under the same name: an owner that still holds it defends it (RFC 6762, section 9).
      responder.probe(this.#recordsAt(at), delayMs);
      return;
    }
    const taken = this.#names[kind];
    this.#numbers[kind]++;
    log.info({ taken, next: this.#names[kind], interface: at.name }, "another machine has this name");
    onName(null);
    for (const other of this.#responders.values()) {
      if (!other.isOpen) continue;
      void other.responder.goodbye();
      other.responder.probe(this.#recordsAt(other.at), delayMs);
    }
  }
}

/** One responder for each address family under which the hub is reached on the interface, with its key. */
function respondersAt(at: LanInterface): [key: string, { readonly at: LanInterface; readonly family: Family }][] {
  const all = at.infos.map(({ cidr }) => cidr).join(" ");
  return familiesOf(at.addresses).map((family) => [
    `${at.name} ${family} ${at.addresses.join(" ")} ${all}`,
    { at, family },
  ]);
}
