// Classifies addresses: which of them can be reached from outside.
import { BlockList, isIPv4, isIPv6 } from "node:net";

/** RFC 6598 (carrier-grade NAT), RFC 1918, link-local, loopback, documentation, benchmarking, multicast and above. */
const NOT_PUBLIC_IPV4 = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const;

const notPublicIPv4 = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_IPV4) notPublicIPv4.addSubnet(network, prefix, "ipv4");
const globalIPv6 = new BlockList();
globalIPv6.addSubnet("2000::", 3, "ipv6");
const documentationIPv6 = new BlockList();
documentationIPv6.addSubnet("2001:db8::", 32, "ipv6");

/** Whether the internet routes to the address. */
export function isPublicIPv4(address: string): boolean {
  return isIPv4(address) && !notPublicIPv4.check(address, "ipv4");
}

/** Whether the internet routes to the address. */
function isGlobalIPv6(address: string): boolean {
  return isIPv6(address) && globalIPv6.check(address, "ipv6") && !documentationIPv6.check(address, "ipv6");
}

/** An address made of the adapter's own number stays; others may be temporary (RFC 8981). */
const STABLE = /ff:fe[0-9a-f]{2}:[0-9a-f]{1,4}$/i;

/** The global address to publish: the current one as long as it exists, since names point to it. */
export function bestIPv6(addresses: readonly string[], inUse: string | null): string | null {
  const global = addresses.filter(isGlobalIPv6);
  if (inUse !== null && global.includes(inUse)) return inUse;
  return global.find((address) => STABLE.test(address)) ?? global[0] ?? null;
}
