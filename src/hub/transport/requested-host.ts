// Where a client outside of the hub's container reaches it: at the host of its own request, since the container's addresses mean
// nothing there. It goes into the answer to that client alone, and never into a cache.
// Invariant: it is a plain address of the allowed networks, or a name among `--allowed-host`; no request makes up another.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { canonicalAddress, isLoopback, isOwnAddress, type Networks } from "../access/networks.ts";
import type { Config } from "../config.ts";

interface RequestedHost {
  /** Plain: IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Null outside of a container, and behind a proxy, whose host the request names. */
export type FindRequestedHost = (request: IncomingMessage, forwardedHost: string | null) => RequestedHost | null;

const DEFAULT_PORTS = { http: 80, https: 443 };

export function findRequestedHost(
  { isContainer, allowedHosts }: Pick<Config, "isContainer" | "allowedHosts">,
  networks: Pick<Networks, "allows">,
): FindRequestedHost {
  if (!isContainer) return () => null;
  return ({ headers, socket }, forwardedHost) => {
    const scheme = "encrypted" in socket && socket.encrypted === true ? "https" : "http";
    const url = URL.parse(`${scheme}://${headers.host ?? ""}`);
    if (url === null || forwardedHost !== null) return null;
    const name = url.hostname.replace(/^\[|\]$/g, "");
    const host = isIP(name) === 0 ? name : (canonicalAddress(name) ?? name);
    const isAddress = isIP(host) !== 0 && !isLoopback(host) && !isOwnAddress(host) && networks.allows(host);
    if (!isAddress && !allowedHosts.includes(host)) return null;
    return { host, port: url.port === "" ? DEFAULT_PORTS[scheme] : Number(url.port) };
  };
}
