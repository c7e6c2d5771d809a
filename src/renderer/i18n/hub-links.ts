// The address of the hub's page as other machines open it. The desktop app's own has no meaning elsewhere.
import type { HubInfo } from "../../shared/api.ts";
import { isLoopbackHost } from "../../shared/loopback.ts";

type HubAddresses = Pick<HubInfo, "addresses" | "mdnsName" | "publicNames" | "plainPorts">;
type HubPorts = Pick<HubInfo, "httpPort" | "httpsPort" | "plainPorts" | "basePath" | "publicNames">;
/** `location`, or what stands for it. */
type Page = Pick<Location, "protocol" | "hostname" | "origin">;

export const hostInUrl = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/**
 * Where others may reach the hub, best first: as this browser does, unless it is on the hub's own computer, then the hub's
 * addresses and its names. Where there is nothing but TLS, a name that every browser trusts comes first: a phone that is sent to
 * an address is warned of it. Plain, IPv6 without brackets.
 */
export function hubHosts(
  { addresses, mdnsName, publicNames = [], plainPorts }: HubAddresses,
  page: Page = location,
): readonly string[] {
  const isBrowser = page.protocol === "http:" || page.protocol === "https:";
  const used = isBrowser && !isLoopbackHost(page.hostname) ? [page.hostname.replace(/^\[|\]$/g, "")] : [];
  const local = [...addresses, ...(mdnsName === undefined ? [] : [mdnsName])];
  const all = plainPorts === undefined ? [...used, ...local, ...publicNames] : [...used, ...publicNames, ...local];
  return all.length > 0 ? [...new Set(all)] : ["127.0.0.1"];
}

/** What the paths of the hub's page begin with, for one of `hubHosts`; without a slash at the end. */
export function hubUrl(host: string, hub: HubPorts, page: Page = location): string {
  const { httpPort, httpsPort, plainPorts, publicNames = [], basePath = "" } = hub;
  if (hostInUrl(host) === page.hostname && !isLoopbackHost(page.hostname)) return page.origin + basePath;
  const isSecure =
    httpsPort !== undefined && (plainPorts !== undefined || page.protocol === "https:" || publicNames.includes(host));
  return `${isSecure ? "https" : "http"}://${hostInUrl(host)}:${isSecure ? httpsPort : httpPort}${basePath}`;
}

/** `http://ADDRESS:PORT/#link=SECRET`. */
export function hubLink(
  host: string,
  hub: HubPorts,
  kind: "link" | "share",
  secret: string,
  page: Page = location,
): string {
  return `${hubUrl(host, hub, page)}/#${kind}=${secret}`;
}
