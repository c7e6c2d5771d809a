// Advertises the hub on every link that leads to it, under one name on all of them: follows interfaces as they come and
// go, and takes the next name where another machine has it.
import { hostname, networkInterfaces } from "node:os";
import type { Clock } from "../clock.ts";
import type { Log } from "../observe/log.ts";
import { familiesOf, type LanInterface, lanInterfaces } from "./interfaces.ts";
import { type Family, MdnsLink } from "./multicast-socket.ts";
import { type Advertised, type Claimed, type Names, type Records, recordsOf } from "./records.ts";
import { Responder } from "./responder.ts";

export interface AdvertiserOptions extends Advertised {
  /** The address that the hub listens on. */
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The name that is the hub's from now on; null while it is not sure of one. */
  readonly onName: (name: string | null) => void;
}

/** No system tells of its interfaces by itself. */
const LOOK_MS = 5_000;
const FIRST_PROBE_WITHIN_MS = 250;
/** So many conflicts in so short a time: somebody answers to every name (RFC 6762, section 8.1). */
const MANY_CONFLICTS = 15;
const CONFLICTS_WITHIN_MS = 10_000;
const SLOW_PROBE_MS = 5_000;
/** A label has 63 bytes, and a packet is to stay below 1,500. */
const HOST_IN_INSTANCE = 30;

interface InterfaceResponder {
  readonly at: LanInterface;
  readonly link: MdnsLink;
  readonly claim: Responder;
  isOpen: boolean;
}

export class Advertiser {
  readonly #options: AdvertiserOptions;
  /** By interface, family and addresses: one that changes is another. */
  readonly #responders = new Map<string, InterfaceResponder>();
  /** Links that could not be opened, or sent on; told once each. */
  readonly #troubled = new Set<string>();
  readonly #numbers: Record<Claimed, number> = { host: 1, instance: 1 };
  #conflictsAtMs: number[] = [];
  #endLooking: (() => void) | null = null;

  constructor(options: AdvertiserOptions) {
    this.#options = options;
  }

  start(): void {
    this.#endLooking = this.#options.clock.every(LOOK_MS, () => this.#look());
    this.#look();
  }

  /** Takes everything back. */
  async stop(): Promise<void> {
    this.#endLooking?.();
    this.#endLooking = null;
    const responders = [...this.#responders.values()];
    this.#responders.clear();
    await Promise.all(responders.map(({ claim }) => claim.goodbye()));
    for (const { claim, link } of responders) {
      claim.end();
      link.close();
    }
  }

  get #names(): Names {
    const { host, instance } = this.#numbers;
    const [machine = ""] = hostname().split(".");
    return {
      host: host === 1 ? "bramble.local" : `bramble-${host}.local`,
      instance: `Bramble on ${machine.slice(0, HOST_IN_INSTANCE)}${instance === 1 ? "" : ` (${instance})`}`,
    };
  }

  #look(): void {
    const wanted = new Map(lanInterfaces(this.#options.host).flatMap((at) => stationsOf(at)));
    const before = this.#responders.size;
    const gone = [...this.#responders].filter(([key]) => !wanted.has(key));
    for (const [key, { claim, link }] of gone) {
      this.#responders.delete(key);
      claim.end();
      link.close();
    }
    const come = [...wanted].filter(([key]) => !this.#responders.has(key));
    for (const [key, { at, family }] of come) this.#open(key, at, family);
    if (gone.length + come.length === 0) return;
    for (const { at, claim } of this.#responders.values()) claim.update(this.#recordsAt(at));
    if (before > 0 && this.#responders.size === 0) this.#options.onName(null);
  }

  #open(key: string, at: LanInterface, family: Family): void {
    const { clock, log } = this.#options;
    const { name, infos } = at;
    const trouble = (error: unknown) => {
      if (this.#troubled.has(key)) return;
      this.#troubled.add(key);
      log.warn({ err: error, interface: name }, "the hub cannot be advertised on this interface");
    };
    const link = new MdnsLink({
      ...{ name, family, infos },
      onPacket: (bytes, sender) => {
        try {
          claim.receive(bytes, sender);
        } catch (error) {
          log.debug({ err: error, address: sender.address }, "an mDNS packet could not be understood");
        }
      },
      onError: trouble,
    });
    const claim = new Responder(this.#recordsAt(at), {
      ...{ link, clock },
      onTaken: () => this.#taken(name),
      onConflict: (claimed, phase) => this.#conflict(station, claimed, phase),
    });
    const station: InterfaceResponder = { at, link, claim, isOpen: false };
    this.#responders.set(key, station);
    link.open().then(
      () => {
        if (this.#responders.get(key) !== station) return;
        station.isOpen = true;
        this.#troubled.delete(key);
        claim.probe(this.#recordsAt(at), Math.random() * FIRST_PROBE_WITHIN_MS);
      },
      (error: unknown) => {
        trouble(error);
        link.close();
        // The next look tries again.
        if (this.#responders.get(key) === station) this.#responders.delete(key);
      },
    );
  }

  #recordsAt({ addresses }: LanInterface): Records {
    const reachable = [...this.#responders.values()].flatMap(({ at }) => at.addresses);
    const own = Object.values(networkInterfaces()).flatMap((infos = []) => infos.map(({ address }) => address));
    return recordsOf(this.#options, this.#names, {
      here: addresses,
      reachable: [...new Set([...reachable, ...addresses])].sort(),
      own,
    });
  }

  #taken(link: string): void {
    const { host } = this.#names;
    this.#options.log.info({ host, interface: link }, "advertised");
    this.#options.onName(host);
  }

  #conflict({ at, claim }: InterfaceResponder, claimed: Claimed, phase: "probing" | "taken"): void {
    const { clock, log, onName } = this.#options;
    const nowMs = clock.now();
    this.#conflictsAtMs = [...this.#conflictsAtMs, nowMs].filter((ms) => Math.abs(nowMs - ms) < CONFLICTS_WITHIN_MS);
    const isMany = this.#conflictsAtMs.length >= MANY_CONFLICTS;
    const delayMs = isMany ? SLOW_PROBE_MS : Math.random() * FIRST_PROBE_WITHIN_MS;
    if (phase === "taken") {
      // It may have been a mistake. Whoever has the name in earnest will say so.
      claim.probe(this.#recordsAt(at), delayMs);
      return;
    }
    const taken = this.#names[claimed];
    this.#numbers[claimed]++;
    log.info({ taken, next: this.#names[claimed], interface: at.name }, "another machine has this name");
    onName(null);
    for (const station of this.#responders.values()) {
      if (!station.isOpen) continue;
      void station.claim.goodbye();
      station.claim.probe(this.#recordsAt(station.at), delayMs);
    }
  }
}

/** A socket for each family of addresses under which the hub is reached there. */
function stationsOf(at: LanInterface): [key: string, { readonly at: LanInterface; readonly family: Family }][] {
  const all = at.infos.map(({ cidr }) => cidr).join(" ");
  return familiesOf(at.addresses).map((family) => [
    `${at.name} ${family} ${at.addresses.join(" ")} ${all}`,
    { at, family },
  ]);
}
