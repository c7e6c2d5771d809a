// The networks from which clients may connect. Checked when a connection opens, before anything of it is read.
import { BlockList, isIPv4, isIPv6 } from "node:net";
import { networkInterfaces } from "node:os";

const LOCAL_NETWORKS = [
  "127.0.0.0/8",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "169.254.0.0/16",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
] as const;

const IPV6_GROUPS_OF_A_NETWORK = 4;
/** How often the interfaces are read again because of an address that is refused. */
const MIN_READ_INTERVAL_MS = 1_000;

export interface NetworksOptions {
  /** IPv6 networks, in CIDR form, that are on-link on this machine's interfaces now. */
  readonly onLinkPrefixes?: () => readonly string[];
  /** Milliseconds that only ever grow. */
  readonly monotonicMs?: () => number;
}

export class Networks {
  #fixed: readonly string[];
  readonly #onLinkPrefixes: () => readonly string[];
  readonly #monotonicMs: () => number;
  #allowed: BlockList;
  #readAtMs: number;

  /** `more` are CIDR networks beside the private ones and the IPv6 prefixes that are on-link here. */
  constructor(more: readonly string[], options: NetworksOptions = {}) {
    this.#fixed = [...LOCAL_NETWORKS, ...more];
    this.#onLinkPrefixes = options.onLinkPrefixes ?? onLinkPrefixes;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#allowed = this.#readInterfaces();
    this.#readAtMs = this.#monotonicMs();
  }

  /** `more` replaces that of the constructor or of the last call. */
  change(more: readonly string[]): void {
    this.#fixed = [...LOCAL_NETWORKS, ...more];
    this.#allowed = this.#readInterfaces();
  }

  /** Routers hand out IPv6 prefixes at any time: before an address is refused, the interfaces are read again. */
  allows(address: string): boolean {
    const plain = plainAddress(address);
    if (!isIPv6(plain)) return this.#allowed.check(plain, "ipv4");
    if (this.#allowed.check(plain, "ipv6")) return true;
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#readAtMs < MIN_READ_INTERVAL_MS) return false;
    this.#readAtMs = nowMs;
    this.#allowed = this.#readInterfaces();
    return this.#allowed.check(plain, "ipv6");
  }

  #readInterfaces(): BlockList {
    return toBlockList([...this.#fixed, ...this.#onLinkPrefixes()]);
  }
}

/** An address as a person writes it: without the IPv6 wrapping of IPv4, without a zone. */
export function plainAddress(address: string | undefined): string {
  const bare = (address ?? "").replace(/%.*$/, "");
  const wrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return wrapped?.[1] ?? bare;
}

/** An address as another program wrote it, in the one form that lists and logs know it by; null where it is none. */
export function canonicalAddress(text: string): string | null {
  const plain = plainAddress(text);
  if (isIPv4(plain)) return plain;
  if (!isIPv6(plain)) return null;
  const compressed = new URL(`http://[${plain}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(compressed) ?? [];
  if (high === undefined || low === undefined) return compressed;
  return [high, low].map((half) => `${Number.parseInt(half, 16) >> 8}.${Number.parseInt(half, 16) & 0xff}`).join(".");
}

/** An IPv4 address, or the first 64 bits of an IPv6 one, within which a host can take any address. */
export function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.split("::");
  const groups = head.split(":").filter((group) => group !== "");
  const rest = tail === undefined ? [] : tail.split(":").filter((group) => group !== "");
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - groups.length - rest.length }, () => "0");
  return [...groups, ...zeros, ...rest].slice(0, IPV6_GROUPS_OF_A_NETWORK).join(":");
}

const LOOPBACK = toBlockList(["127.0.0.0/8", "::1/128"]);

export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

export function isOwnAddress(address: string): boolean {
  return Object.values(networkInterfaces()).some((all) => all?.some((one) => one.address === address));
}

/** Addresses at which other machines reach this one: IPv4 first, then IPv6 that is not link-local; 169.254.… last. */
export function lanAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  const byFamily = (family: string) => outside.filter((one) => one.family === family).map(({ address }) => address);
  const addresses = [...byFamily("IPv4"), ...byFamily("IPv6")];
  return addresses.sort((a, b) => Number(a.startsWith("169.254.")) - Number(b.startsWith("169.254.")));
}

function onLinkPrefixes(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ family, cidr }) => (family === "IPv6" && cidr !== null ? [cidr] : []));
}

/** Networks in CIDR form, as a list that addresses are looked up in. */
export function toBlockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", prefix = ""] = cidr.split("/");
    list.addSubnet(address, Number(prefix), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return list;
}
