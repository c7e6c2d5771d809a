// What the hub advertises, as DNS records, and which of them answer a question (RFC 6762 and 6763).
import { type DnsRecord, encode, type Question } from "dns-packet";

export interface Advertised {
  readonly hubId: string;
  readonly httpPort: number;
  readonly mqttPort: number;
}

export interface Names {
  /** Of this machine: `bramble.local`. */
  readonly host: string;
  /** Of its services: `Bramble on desk`. */
  readonly instance: string;
}

/** Which of the names a record claims. */
export type Claimed = keyof Names;

export interface Records {
  /** What is told on one link. */
  readonly told: readonly DnsRecord[];
  /** What must be unique, on all links alike: probes for it that meet each other on two links do not quarrel. */
  readonly claimed: readonly DnsRecord[];
  /** Records of names that must be unique, by `keyOf`, that are no conflict. */
  readonly own: ReadonlySet<string>;
  /** Names that must be unique, in lower case. */
  readonly names: ReadonlyMap<string, Claimed>;
}

export interface Addresses {
  /** Where the hub is reached on this link. */
  readonly here: readonly string[];
  /** Where it is reached at all. */
  readonly reachable: readonly string[];
  /** All that this machine has: another program may speak for it under the same name. */
  readonly own: readonly string[];
}

/** Seconds; what names a host is asked for more often (RFC 6762, section 10). */
const HOST_TTL = 120;
const SERVICE_TTL = 4_500;
const ALL_SERVICES = "_services._dns-sd._udp.local";

export function recordsOf(advertised: Advertised, { host, instance }: Names, addresses: Addresses): Records {
  const { hubId, httpPort, mqttPort } = advertised;
  const services = [
    { type: "_bramble._tcp.local", port: httpPort, txt: ["v=1", `id=${hubId}`, `mqtt=${mqttPort}`, "path=/"] },
    { type: "_mqtt._tcp.local", port: mqttPort, txt: [""] },
    { type: "_http._tcp.local", port: httpPort, txt: ["path=/"] },
  ].map((service) => ({ ...service, name: `${instance}.${service.type}` }));

  const shared = services.flatMap(({ type, name }): DnsRecord[] => [
    { name: type, type: "PTR", ttl: SERVICE_TTL, flush: false, data: name },
    { name: ALL_SERVICES, type: "PTR", ttl: SERVICE_TTL, flush: false, data: type },
  ]);
  const unique = services.flatMap(({ name, port, txt }): DnsRecord[] => [
    { name, type: "SRV", ttl: HOST_TTL, flush: true, data: { port, target: host } },
    { name, type: "TXT", ttl: SERVICE_TTL, flush: true, data: txt.map((part) => Buffer.from(part)) },
  ]);
  const atAddresses = (list: readonly string[]): DnsRecord[] =>
    list.map((data) => ({ name: host, type: addressType(data), ttl: HOST_TTL, flush: true, data }));
  const types = [...new Set(addresses.here.map(addressType))];
  const nothingElse = {
    ...{ name: host, type: "NSEC", ttl: HOST_TTL, flush: true },
    data: { nextDomain: host, rrtypes: types },
  };
  return {
    told: [...shared, ...unique, ...atAddresses(addresses.here), nothingElse],
    claimed: [...unique, ...atAddresses(addresses.reachable)],
    own: new Set([...unique, ...atAddresses(addresses.own)].map(keyOf)),
    names: new Map([
      [host.toLowerCase(), "host"],
      ...services.map(({ name }) => [name.toLowerCase(), "instance"] as const),
    ]),
  };
}

/** Everything that is told when a link comes up, and taken back when it goes: what others name as well stays. */
export function announced({ told }: Records): DnsRecord[] {
  return told.filter(({ name, type }) => name !== ALL_SERVICES && type !== "NSEC");
}

export interface Answers {
  readonly answers: readonly DnsRecord[];
  /** What will be asked for next. */
  readonly additionals: readonly DnsRecord[];
}

/** What answers `questions`, without what the asker says it `knows`. */
export function answersTo(questions: readonly Question[], knows: readonly DnsRecord[], { told }: Records): Answers {
  const known = new Map(knows.map((record) => [keyOf(record), record.ttl]));
  const asked = questions.flatMap(({ name, type }) => {
    const named = told.filter((record) => sameName(record.name, name));
    const right = named.filter((record) => record.type !== "NSEC" && (type === "ANY" || record.type === type));
    // That there is none is an answer, too, where the name is the hub's: nobody has to wait for one.
    return right.length > 0 || (type !== "A" && type !== "AAAA") ? right : named.filter(({ type }) => type === "NSEC");
  });
  // Each once, and none that the asker will know for a good while yet (RFC 6762, section 7.1).
  const answers = [...new Set(asked)].filter((record) => (known.get(keyOf(record)) ?? 0) < record.ttl / 2);
  const additionals = new Set(answers.flatMap((answer) => nextTo(answer, told)));
  return { answers, additionals: [...additionals].filter((record) => !answers.includes(record)) };
}

function nextTo({ type, data }: DnsRecord, told: readonly DnsRecord[]): readonly DnsRecord[] {
  const ofHost = told.filter((record) => ["A", "AAAA", "NSEC"].includes(record.type));
  if (type === "PTR") {
    const ofService = told.filter(({ name, type }) => name === data && (type === "SRV" || type === "TXT"));
    return ofService.length > 0 ? [...ofService, ...ofHost] : [];
  }
  return type === "SRV" || type === "A" || type === "AAAA" ? ofHost : [];
}

/** Whose name it is, and with other data than the hub's own: somebody else claims it. */
export function claimedByAnother(record: DnsRecord, { names, own }: Records): Claimed | null {
  const claimed = names.get(record.name.toLowerCase());
  const tells = ["A", "AAAA", "SRV", "TXT"].includes(record.type);
  return claimed === undefined || !tells || record.ttl === 0 || own.has(keyOf(record)) ? null : claimed;
}

/**
 * Which of two that ask for the same name at once goes on (RFC 6762, section 8.2): true where the hub must give way.
 * The data that is the greater wins.
 */
export function losesTo(theirs: readonly DnsRecord[], { claimed, names }: Records): boolean {
  return [...names.keys()].some((name) => {
    const ofName = (records: readonly DnsRecord[]) =>
      records
        .filter((record) => sameName(record.name, name))
        .map(inOrder)
        .sort(Buffer.compare);
    const opponent = ofName(theirs);
    return opponent.length > 0 && compareLists(ofName(claimed), opponent) < 0;
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

/** Names one record, whatever its time to live. */
export function keyOf(record: DnsRecord): string {
  return `${record.name.toLowerCase()} ${record.type} ${dataOf(record).toString("latin1")}`;
}

/** Type, then data: the class is always the same. */
function inOrder(record: DnsRecord): Buffer {
  const bytes = encodeAlone(record);
  return Buffer.concat([bytes.subarray(TYPE_START, TYPE_START + 2), bytes.subarray(DATA_START)]);
}

function dataOf(record: DnsRecord): Buffer {
  return encodeAlone(record).subarray(DATA_START);
}

/** A packet's head and the root's name come first; class, time to live and length lie between type and data. */
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
