// Finds hubs on every local network, as a Pi would: browses for `_bramble._tcp` (RFC 6763, section 4) with one
// bonjour-service for each interface and family, on a socket that is open before it starts. An interface whose socket
// cannot be opened, or sent on, is reported beside the hubs that the others found.
import { isIP, isIPv6 } from "node:net";
import { Bonjour, type Browser, type Service } from "bonjour-service";
import { BrowseSocket } from "./browse-socket.ts";
import { familiesOf, lanInterfaces } from "./interfaces.ts";
import { type Family, MdnsLink, MULTICAST_GROUPS } from "./multicast-socket.ts";

/** A hub that advertises itself on the network. */
export interface FoundHub {
  readonly hubId: string;
  /** The service's instance name: `Bramble on desk`. */
  readonly instance: string;
  /** The SRV record's target: `bramble.local`. */
  readonly host: string;
  readonly addresses: readonly string[];
  readonly ports: Readonly<Partial<Record<PortName, number>>>;
  /** Of the advertisement's form, as its TXT record has it; null where it has none. */
  readonly version: string | null;
}

export type PortName = "http" | "mqtt" | "https" | "mqtts";

/** An interface that could not be searched. */
export interface BrowseFailure {
  readonly interfaceName: string;
  readonly family: Family;
  readonly error: Error;
}

export interface BrowseResult {
  readonly hubs: readonly FoundHub[];
  /** Names of the interfaces that were searched. */
  readonly searched: readonly string[];
  readonly failures: readonly BrowseFailure[];
}

const TYPE = "bramble";
const SUFFIX = `._${TYPE}._tcp.local`;
/** Responders suppress an answer they multicast within the last second (RFC 6762, section 6), so ask twice. */
const FIRST_REPEAT_MS = 1_100;
/** Intervals between queries grow at least by this factor (RFC 6762, section 5.2). */
const REPEAT_FACTOR = 2;
/** Long enough for the answer to the second query. */
const DEFAULT_LISTEN_MS = 1_600;
/** An instance name, a host name or an id has none (RFC 6763, section 4.1.1), and a terminal obeys them. */
const CONTROL_CHARACTERS = /\p{Cc}/u;

interface OpenBrowser {
  readonly interfaceName: string;
  readonly bonjour: Bonjour;
  readonly browser: Browser;
}

/**
 * Searches the interfaces that have the address `host` (`::` is all of them) for `listenMs` milliseconds of real time:
 * other hosts do not answer by a clock that is handed in. An interface that cannot be searched is in `failures`.
 */
export async function browseHubs(host: string, listenMs = DEFAULT_LISTEN_MS): Promise<BrowseResult> {
  const failures = new Map<MdnsLink, BrowseFailure>();
  const opening = lanInterfaces(host).flatMap(({ name, addresses, infos }) =>
    familiesOf(addresses).map(async (family): Promise<OpenBrowser[]> => {
      const fail = (error: Error) => {
        if (!failures.has(link)) failures.set(link, { interfaceName: name, family, error });
      };
      const link: MdnsLink = new MdnsLink({
        name,
        family,
        infos,
        onPacket: (bytes, sender) => socket.receive(bytes, sender),
        onError: fail,
      });
      const socket = new BrowseSocket(link, TYPE);
      try {
        await link.open();
      } catch (error) {
        link.close();
        fail(error instanceof Error ? error : new Error(String(error)));
        return [];
      }
      return [{ interfaceName: name, ...browserOn(socket, family, name) }];
    }),
  );
  const open = (await Promise.all(opening)).flat();
  if (open.length > 0) await listen(open, listenMs);
  const services = open.flatMap(({ browser }) => browser.services);
  for (const { browser, bonjour } of open) {
    browser.stop();
    bonjour.destroy();
  }
  return {
    hubs: merged(services.flatMap((service) => hubOf(service) ?? [])),
    searched: [...new Set(open.map(({ interfaceName }) => interfaceName))],
    failures: [...failures.values()],
  };
}

/** Starts to browse: `find` sends the first query. */
function browserOn(socket: BrowseSocket, family: Family, interfaceName: string): Omit<OpenBrowser, "interfaceName"> {
  // bonjour-service passes unknown options on to multicast-dns, which needs group and interface for IPv6.
  const options = {
    type: family === "IPv4" ? "udp4" : "udp6",
    socket,
    bind: false,
    ip: MULTICAST_GROUPS[family],
    interface: interfaceName,
  };
  const bonjour = new Bonjour(options);
  return { bonjour, browser: bonjour.find({ type: TYPE }) };
}

async function listen(open: readonly OpenBrowser[], listenMs: number): Promise<void> {
  const timers: NodeJS.Timeout[] = [];
  let waitMs = FIRST_REPEAT_MS;
  for (let atMs = waitMs; atMs < listenMs; atMs += waitMs) {
    timers.push(
      setTimeout(() => {
        for (const { browser } of open) browser.update();
      }, atMs),
    );
    waitMs *= REPEAT_FACTOR;
  }
  await new Promise((resolve) => setTimeout(resolve, listenMs));
  for (const timer of timers) clearTimeout(timer);
}

/** Null where the service is not a valid hub: any host may advertise anything. */
function hubOf({ fqdn, host, port, addresses = [], txt }: Service): FoundHub | null {
  const hubId = textIn(txt, "id");
  if (hubId === null || !fqdn.toLowerCase().endsWith(SUFFIX)) return null;
  const instance = fqdn.slice(0, -SUFFIX.length);
  const version = textIn(txt, "v");
  if ([hubId, instance, host, version ?? ""].some((text) => CONTROL_CHARACTERS.test(text))) return null;
  const ports: [PortName, number][] = [["http", port]];
  for (const name of ["mqtt", "https", "mqtts"] as const) ports.push([name, Number(textIn(txt, name))]);
  return {
    hubId,
    instance,
    host,
    addresses: addresses.filter((address) => isIP(address) !== 0),
    ports: Object.fromEntries(ports.filter(([, number]) => Number.isInteger(number) && number > 0 && number < 65_536)),
    version,
  };
}

/** A key's value in a decoded TXT record; null where it has none. */
function textIn(txt: unknown, key: string): string | null {
  if (typeof txt !== "object" || txt === null || !Object.hasOwn(txt, key)) return null;
  const value: unknown = Reflect.get(txt, key);
  return typeof value === "string" && value !== "" ? value : null;
}

/** One entry for each hub and name, with its addresses on every interface, IPv4 first. */
function merged(seen: readonly FoundHub[]): FoundHub[] {
  const byName = new Map<string, FoundHub>();
  for (const hub of seen) {
    const key = JSON.stringify([hub.hubId, hub.instance.toLowerCase()]);
    const known = byName.get(key)?.addresses ?? [];
    const addresses = [...new Set([...known, ...hub.addresses])];
    byName.set(key, { ...hub, addresses: addresses.sort((a, b) => Number(isIPv6(a)) - Number(isIPv6(b))) });
  }
  return [...byName.values()];
}
