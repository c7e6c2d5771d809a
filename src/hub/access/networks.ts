// Which addresses may speak to the hub at all. Asked when a connection opens, before anything of it is read.
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

export class Networks {
  readonly #allowed: BlockList;

  /** `more` are CIDR networks beside the private ones and the IPv6 prefixes that are on-link here. */
  constructor(more: readonly string[]) {
    this.#allowed = toBlockList([...LOCAL_NETWORKS, ...onLinkPrefixes(), ...more]);
  }

  allows(address: string): boolean {
    const plain = plainAddress(address);
    return this.#allowed.check(plain, isIPv6(plain) ? "ipv6" : "ipv4");
  }
}

/** An address as a person writes it: without the IPv6 wrapping of IPv4, without a zone. */
export function plainAddress(address: string | undefined): string {
  const bare = (address ?? "").replace(/%.*$/, "");
  const wrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return wrapped?.[1] ?? bare;
}

const LOOPBACK = toBlockList(["127.0.0.0/8", "::1/128"]);

export function isLoopback(address: string): boolean {
  return LOOPBACK.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Addresses at which other machines reach this one: IPv4 first, then IPv6 that is not link-local. */
export function lanAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  const byFamily = (family: string) => outside.filter((one) => one.family === family).map(({ address }) => address);
  return [...byFamily("IPv4"), ...byFamily("IPv6")];
}

function onLinkPrefixes(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ family, cidr }) => (family === "IPv6" && cidr !== null ? [cidr] : []));
}

function toBlockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", prefix = ""] = cidr.split("/");
    list.addSubnet(address, Number(prefix), isIPv4(address) ? "ipv4" : "ipv6");
  }
  return list;
}
