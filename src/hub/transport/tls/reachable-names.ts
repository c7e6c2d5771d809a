// The names and addresses under which this hub is reached, and for which its certificate has to be good.
import { isIP } from "node:net";
import { hostname } from "node:os";
import { isLoopback, lanAddresses } from "../../access/networks.ts";

const MDNS_NAME = "bramble.local";
const DNS_NAME = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/;
const LOOPBACK = ["127.0.0.1", "::1"];
const EVERY_ADDRESS = ["::", "0.0.0.0"];

export interface Reach {
  /** The address that the hub listens on. */
  readonly host: string;
  /** The host name that mDNS has established; null while it has none. */
  readonly mdnsName: string | null;
  /** More names, as a person gave them. */
  readonly more: readonly string[];
}

/** Names first, then addresses, the hub's own computer last. */
export function reachableNames(
  { host, mdnsName, more }: Reach,
  addresses: readonly string[] = lanAddresses(),
): string[] {
  const [own = ""] = hostname().toLowerCase().split(".");
  const names = [mdnsName ?? MDNS_NAME, MDNS_NAME, own, `${own}.local`, hostname().toLowerCase(), ...more, "localhost"];
  const listening = isIP(host) === 0 || EVERY_ADDRESS.includes(host) || isLoopback(host) ? addresses : [host];
  const bare = listening.map((address) => address.replace(/%.*$/, ""));
  return [...new Set([...names.filter((name) => DNS_NAME.test(name) || isIP(name) !== 0), ...bare, ...LOOPBACK])];
}
