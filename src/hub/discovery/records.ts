// The hub's DNS records (RFC 6763: PTR, SRV and TXT for each service; RFC 6762: addresses and NSEC), which of them
// answer a query, and which records of others are in conflict with them. Pure.
import { type DnsRecord, encode, type Question } from "dns-packet";

export interface Advertised {
  readonly hubId: string;
  readonly httpPort: number;
  readonly mqttPort: number;
  /** Of the hub's HTTP; empty where there is none. */
  readonly basePath: string;
  /** 0, or left out, where there is none with TLS. */
  readonly httpsPort?: number;
  readonly mqttsPort?: number;
  /** Nobody on the network reaches the ports without TLS. */
  readonly isPlainRestricted?: boolean;
}

export interface Names {
  /** The host name: `bramble.local`. */
  readonly host: string;
  /** The instance name of the services: `Bramble on desk`. */
  readonly instance: string;
}

/** The name that a record belongs to. */
export type NameKind = keyof Names;

export interface Records {
  /** Answered on one link; its addresses are that link's. */
  readonly published: readonly DnsRecord[];
  /**
   * Unique records for the probes, the same on all links: probes that meet on two links must not lose to each other.
   */
  readonly probed: readonly DnsRecord[];
  /** Unique records of this machine, by `keyOf`: never a conflict, whatever their sender. */
  readonly own: ReadonlySet<string>;
  /** Names with unique records, in lower case. */
  readonly names: ReadonlyMap<string, NameKind>;
}

export interface Addresses {
  /** At which the hub is reached on this link. */
  readonly onLink: readonly string[];
  /** At which it is reached on any link. */
  readonly reachable: readonly string[];
  /** Every address of this machine: another responder on it may announce the same name with them. */
  readonly own: readonly string[];
}

/** 120 s for records with a host's name or address, 75 minutes for others (RFC 6762, section 10). */
const HOST_TTL_SECONDS = 120;
const SERVICE_TTL_SECONDS = 4_500;
/** RFC 6763, section 9. */
const SERVICE_TYPE_ENUMERATION = "_services._dns-sd._udp.local";

export function recordsOf(advertised: Advertised, { host, instance }: Names, addresses: Addresses): Records {
  const { hubId, httpPort, mqttPort, basePath, httpsPort = 0, mqttsPort = 0, isPlainRestricted = false } = advertised;
  const path = `path=${basePath || "/"}`;
  const ports = [
    ...(isPlainRestricted ? [] : [`mqtt=${mqttPort}`]),
    ...(mqttsPort > 0 ? [`mqtts=${mqttsPort}`] : []),
    ...(httpsPort > 0 ? [`https=${httpsPort}`] : []),
  ];
  const plain = [
    { type: "_mqtt._tcp.local", port: mqttPort, txt: [""] },
    { type: "_http._tcp.local", port: httpPort, txt: [path] },
  ];
  const secure = [
    { type: "_secure-mqtt._tcp.local", port: mqttsPort, txt: [""] },
    { type: "_https._tcp.local", port: httpsPort, txt: [path] },
  ];
  const services = [
    { type: "_bramble._tcp.local", port: httpPort, txt: ["v=1", `id=${hubId}`, ...ports, path] },
    ...(isPlainRestricted ? [] : plain),
    ...secure.filter(({ port }) => port > 0),
  ].map((service) => ({ ...service, name: `${instance}.${service.type}` }));

  const shared = services.flatMap(({ type, name }): DnsRecord[] => [
    { name: type, type: "PTR", ttl: SERVICE_TTL_SECONDS, flush: false, data: name },
    { name: SERVICE_TYPE_ENUMERATION, type: "PTR", ttl: SERVICE_TTL_SECONDS, flush: false, data: type },
  ]);
  const unique = services.flatMap(({ name, port, txt }): DnsRecord[] => [
    { name, type: "SRV", ttl: HOST_TTL_SECONDS, flush: true, data: { port, target: host } },
    { name, type: "TXT", ttl: SERVICE_TTL_SECONDS, flush: true, data: txt.map((part) => Buffer.from(part)) },
  ]);
  const atAddresses = (list: readonly string[]): DnsRecord[] =>
    list.map((data) => ({ name: host, type: addressType(data), ttl: HOST_TTL_SECONDS, flush: true, data }));
  const types = [...new Set(addresses.onLink.map(addressType))];
  // Asserts that the host has no addresses of another type (RFC 6762, section 6.1).
  const noOtherTypes = {
    name: host,
    type: "NSEC",
    ttl: HOST_TTL_SECONDS,
    flush: true,
    data: { nextDomain: host, rrtypes: types },
  };
  return {
    published: [...shared, ...unique, ...atAddresses(addresses.onLink), noOtherTypes],
    probed: [...unique, ...atAddresses(addresses.reachable)],
    own: new Set([...unique, ...atAddresses(addresses.own)].map(keyOf)),
    names: new Map([
      [host.toLowerCase(), "host"],
      ...services.map(({ name }) => [name.toLowerCase(), "instance"] as const),
    ]),
  };
}

/**
 * Records for announcements and goodbyes (RFC 6762, sections 8.3 and 10.1); service types are shared with other hosts.
 */
export function announced({ published }: Records): DnsRecord[] {
  return published.filter(({ name, type }) => name !== SERVICE_TYPE_ENUMERATION && type !== "NSEC");
}

export interface Answers {
  readonly answers: readonly DnsRecord[];
  /** Records that the asker needs next (RFC 6763, section 12). */
  readonly additionals: readonly DnsRecord[];
}

/** Answers to `questions`, without the known answers of the query (RFC 6762, section 7.1). */
export function answersTo(
  questions: readonly Question[],
  knownAnswers: readonly DnsRecord[],
  { published }: Records,
): Answers {
  const known = new Map(knownAnswers.map((record) => [keyOf(record), record.ttl]));
  const matching = questions.flatMap(({ name, type }) => {
    const named = published.filter((record) => sameName(record.name, name));
    const ofType = named.filter((record) => record.type !== "NSEC" && (type === "ANY" || record.type === type));
    // A negative answer spares the asker its timeout (RFC 6762, section 6.1).
    return ofType.length > 0 || (type !== "A" && type !== "AAAA")
      ? ofType
      : named.filter(({ type }) => type === "NSEC");
  });
  // A known answer counts while at least half of its TTL is left.
  const answers = [...new Set(matching)].filter((record) => (known.get(keyOf(record)) ?? 0) < record.ttl / 2);
  const additionals = new Set(answers.flatMap((answer) => additionalsFor(answer, published)));
  return { answers, additionals: [...additionals].filter((record) => !answers.includes(record)) };
}

function additionalsFor({ type, data }: DnsRecord, published: readonly DnsRecord[]): readonly DnsRecord[] {
  const ofHost = published.filter((record) => ["A", "AAAA", "NSEC"].includes(record.type));
  if (type === "PTR") {
    const ofService = published.filter(({ name, type }) => name === data && (type === "SRV" || type === "TXT"));
    return ofService.length > 0 ? [...ofService, ...ofHost] : [];
  }
  return type === "SRV" || type === "A" || type === "AAAA" ? ofHost : [];
}

/**
 * The name for which the record is a conflict: a unique record with other data than this machine's (RFC 6762, section
 * 9).
 */
export function conflictingName(record: DnsRecord, { names, own }: Records): NameKind | null {
  const kind = names.get(record.name.toLowerCase());
  const isUnique = ["A", "AAAA", "SRV", "TXT"].includes(record.type);
  return kind === undefined || !isUnique || record.ttl === 0 || own.has(keyOf(record)) ? null : kind;
}

/**
 * The tiebreak of simultaneous probes (RFC 6762, section 8.2): true when the hub loses and must wait. The
 * lexicographically later data wins.
 */
export function losesTiebreak(theirs: readonly DnsRecord[], { probed, names }: Records): boolean {
  return [...names.keys()].some((name) => {
    const ofName = (records: readonly DnsRecord[]) =>
      records
        .filter((record) => sameName(record.name, name))
        .map(tiebreakKey)
        .sort(Buffer.compare);
    const opposing = ofName(theirs);
    return opposing.length > 0 && compareLists(ofName(probed), opposing) < 0;
  });
}

function compareLists(ours: readonly Buffer[], theirs: readonly Buffer[]): number {
  for (const [index, our] of ours.entries()) {
    const their = theirs[index];
    if (their === undefined) return 1;
    const order = Buffer.compare(our, their);
    if (order !== 0) return order;
  }
  return ours.length - theirs.length;
}

/** Identifies a record by name, type and data, whatever its TTL. */
export function keyOf(record: DnsRecord): string {
  return `${record.name.toLowerCase()} ${record.type} ${dataOf(record).toString("latin1")}`;
}

/** Type, then data (section 8.2.1); the class is always IN. */
function tiebreakKey(record: DnsRecord): Buffer {
  const bytes = encodeAlone(record);
  return Buffer.concat([bytes.subarray(TYPE_START, TYPE_START + 2), bytes.subarray(DATA_START)]);
}

function dataOf(record: DnsRecord): Buffer {
  return encodeAlone(record).subarray(DATA_START);
}

/** The packet's header and the root name come first; class, TTL and length lie between type and data. */
const TYPE_START = 12 + 1;
const DATA_START = TYPE_START + 2 + 2 + 4 + 2;

function encodeAlone(record: DnsRecord): Buffer {
  return encode({ type: "response", answers: [{ ...record, name: "." }] });
}

function addressType(address: string): "A" | "AAAA" {
  return address.includes(":") ? "AAAA" : "A";
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
