// Looks for hubs on every local network, as a Pi would: asks for `_bramble._tcp` and listens for a moment.
import { type DnsRecord, decode, encode } from "dns-packet";
import { lanInterfaces } from "./interfaces.ts";
import { type Family, MDNS_PORT, MdnsLink } from "./multicast-socket.ts";

/** A hub that says on the network where it is. */
export interface SeenHub {
  readonly hubId: string;
  /** What it is called among services. */
  readonly instance: string;
  /** The name of its machine, such as `bramble.local`. */
  readonly host: string;
  readonly addresses: readonly string[];
}

const SERVICE = "_bramble._tcp.local";
/** Who is told twice within a second what all have just heard does not answer; the second question is for those. */
const ASK_AFTER_MS = [0, 1_100];
const LISTEN_MS = 1_600;
/** Beyond so many somebody only makes noise. */
const RECORDS = 2_000;

/** Hubs that answered; rejects nowhere: where nothing can be sent, nobody answers. */
export async function browseHubs(host: string): Promise<readonly SeenHub[]> {
  const records: DnsRecord[] = [];
  const links = lanInterfaces(host).flatMap(({ name, addresses, infos }) => {
    const families = new Set(addresses.map((address): Family => (address.includes(":") ? "IPv6" : "IPv4")));
    return [...families].map(
      (family) =>
        new MdnsLink({
          ...{ name, family, infos },
          onPacket: (bytes, { port }) => {
            if (port === MDNS_PORT && records.length < RECORDS) records.push(...recordsIn(bytes));
          },
          // A link that cannot be asked has nobody who answers.
          onError: () => undefined,
        }),
    );
  });
  const open = await Promise.all(
    links.map((link) =>
      link.open().then(
        () => [link],
        () => [],
      ),
    ),
  );
  const question = encode({ type: "query", questions: [{ name: SERVICE, type: "PTR" }] });
  const timers = ASK_AFTER_MS.map((ms) =>
    setTimeout(() => {
      for (const link of open.flat()) void link.send(question);
    }, ms),
  );
  await new Promise((resolve) => setTimeout(resolve, open.flat().length > 0 ? LISTEN_MS : 0));
  for (const timer of timers) clearTimeout(timer);
  for (const link of links) link.close();
  return hubsIn(records);
}

/** What a packet tells; nothing where it is none. */
function recordsIn(bytes: Buffer): readonly DnsRecord[] {
  try {
    const { type, answers, additionals } = decode(bytes);
    return type === "response" ? [...answers, ...additionals] : [];
  } catch {
    return [];
  }
}

/** Anybody may send anything: only what has the right form counts. Goodbyes (`ttl` 0) take nothing back in so short a time. */
export function hubsIn(records: readonly DnsRecord[]): readonly SeenHub[] {
  const living = records.filter(({ ttl }) => ttl > 0);
  const named = (name: string, ...types: string[]) =>
    living.filter((record) => record.name.toLowerCase() === name.toLowerCase() && types.includes(record.type));
  const instances = new Set(named(SERVICE, "PTR").flatMap(({ data }) => (typeof data === "string" ? [data] : [])));
  return [...instances].flatMap((name) => {
    const hubId = named(name, "TXT")
      .map(idIn)
      .find((id) => id !== undefined);
    const host = named(name, "SRV")
      .map(targetIn)
      .find((target) => target !== undefined);
    if (hubId === undefined || host === undefined) return [];
    const addresses = named(host, "A", "AAAA").flatMap(({ data }) => (typeof data === "string" ? [data] : []));
    return [{ hubId, instance: name.slice(0, -SERVICE.length - 1), host, addresses: [...new Set(addresses)] }];
  });
}

function idIn({ data }: DnsRecord): string | undefined {
  const parts: unknown[] = Array.isArray(data) ? data : [data];
  const texts = parts.map((part) => (Buffer.isBuffer(part) ? part.toString() : ""));
  return texts.find((text) => text.startsWith("id="))?.slice("id=".length);
}

function targetIn({ data }: DnsRecord): string | undefined {
  const isService = typeof data === "object" && data !== null && "target" in data;
  return isService && typeof data.target === "string" ? data.target : undefined;
}
