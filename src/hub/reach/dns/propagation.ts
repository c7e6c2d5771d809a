// Waits until the zone's own name servers answer with a TXT record: ACME servers query those, and a missing record costs an
// attempt. Where they cannot be queried, as in networks that intercept all DNS, the system's resolver is queried instead.
import { Resolver } from "node:dns/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../../shared/error-text.ts";
import { message } from "../../../shared/messages/message.ts";
import { ReachError } from "../reach-error.ts";

export interface PropagationOptions {
  /** Instead of the system's: `address` or `address:port`. */
  readonly resolvers?: readonly string[];
  readonly limitMs?: number;
  readonly pollMs?: number;
}

const LIMIT_MS = 180_000;
const POLL_MS = 2_000;
const QUERY_TIMEOUT_MS = 3_000;
const MAX_SERVERS = 8;

/** Rejects with a `ReachError` when `name` does not show `value` everywhere in time. */
export async function waitForTxt(
  name: string,
  value: string,
  signal: AbortSignal,
  { resolvers, limitMs = LIMIT_MS, pollMs = POLL_MS }: PropagationOptions,
): Promise<void> {
  const system = resolverOf(resolvers);
  const servers = await nameServers(system, name);
  const asked = servers.length > 0 ? servers.map((server) => resolverOf([server])) : [system];
  const endMs = performance.now() + limitMs;
  for (;;) {
    const shown = await Promise.all(asked.map((resolver) => shows(resolver, name, value)));
    if (shown.some((one) => one === "shown") && !shown.includes("missing")) return;
    // None of them can be queried from this network; the ACME server may reach them.
    if (servers.length > 0 && shown.every((one) => one === "silent")) asked.splice(0, asked.length, system);
    if (performance.now() >= endMs) break;
    await sleep(pollMs, undefined, { signal });
  }
  throw new ReachError(message("reach/not-propagated", { name, seconds: Math.round(limitMs / 1_000) }));
}

/** Addresses of the servers of the zone that holds `name`; empty where they are not found. */
async function nameServers(resolver: Resolver, name: string): Promise<string[]> {
  const labels = name.split(".");
  for (let first = 0; first < labels.length - 1; first++) {
    const names = await resolver.resolveNs(labels.slice(first).join(".")).catch(() => []);
    if (names.length === 0) continue;
    const addresses = await Promise.all(names.map((server) => resolver.resolve4(server).catch(() => [])));
    return addresses.flat().slice(0, MAX_SERVERS);
  }
  return [];
}

async function shows(resolver: Resolver, name: string, value: string): Promise<"shown" | "missing" | "silent"> {
  try {
    const records = await resolver.resolveTxt(name);
    return records.some((parts) => parts.join("") === value) ? "shown" : "missing";
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOTFOUND" || code === "ENODATA" ? "missing" : "silent";
  }
}

/** Of the system, or of these servers. */
export function resolverOf(servers: readonly string[] | undefined): Resolver {
  const resolver = new Resolver({ timeout: QUERY_TIMEOUT_MS, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return resolver;
}
