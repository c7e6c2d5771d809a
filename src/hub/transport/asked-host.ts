// Where a client outside of the hub's container reaches it. The container's own addresses mean nothing there, so the one that
// the client asked for is told to it. It goes into what that client alone is answered, and never into a cache.
// Invariant: it is a plain address of the allowed networks, or a name that a person gave the hub: no request makes up another.
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { canonicalAddress, isLoopback, isOwnAddress, type Networks } from "../access/networks.ts";
import type { Config } from "../config.ts";

interface AskedHost {
  /** Plain: IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Null where the hub knows better by itself, or where a proxy stands between: what is asked for there is the proxy's. */
export type FindAskedHost = (request: IncomingMessage, forwardedHost: string | null) => AskedHost | null;

const DEFAULT_PORTS = { http: 80, https: 443 };

export function findAskedHost(
  { isContainer, allowedHosts }: Pick<Config, "isContainer" | "allowedHosts">,
  networks: Pick<Networks, "allows">,
): FindAskedHost {
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
