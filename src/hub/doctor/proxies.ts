// Whether the hub can distinguish its clients: it cannot where an untrusted proxy, a container's bridge or a router replaces their
// addresses by its own. No finding where it can.
import { endianness } from "node:os";
import type { HubInfo } from "../../shared/api.ts";
import { message } from "../../shared/messages/message.ts";
import { isLoopback } from "../access/networks.ts";
import { REMEMBERED_MS } from "../diagnostics/connection-failures.ts";
import type { DoctorOptions } from "./context.ts";
import type { Finding } from "./finding.ts";
import type { System } from "./system.ts";

/** Fewer may be programs on one machine. */
const MIN_DEVICES_BEHIND_GATEWAY = 5;
const CONTAINER_MARKS = ["/.dockerenv", "/run/.containerenv"];
const DEFAULT_ROUTE = "00000000";

type Options = Pick<DoctorOptions, "untrustedForwarders" | "registry" | "clock">;

export async function checkProxies(hub: HubInfo, options: Options, system: System): Promise<readonly Finding[]> {
  return [untrustedProxies(options.untrustedForwarders()), await gateway(hub, options, system)].flat();
}

function untrustedProxies(addresses: readonly string[]): readonly Finding[] {
  if (addresses.length === 0) return [];
  return [
    {
      id: "untrusted-proxy",
      state: "hint",
      title: message("proxy/untrusted/title", { addresses }),
      message: message("proxy/untrusted/message"),
      remedy: message("proxy/untrusted/remedy", { networks: addresses.join(",") }),
    },
  ];
}

async function gateway(hub: HubInfo, { registry, clock }: Options, system: System): Promise<readonly Finding[]> {
  const sinceMs = clock.now() - REMEMBERED_MS;
  const seen = registry.list().filter(({ address, lastSeenMs }) => address !== null && lastSeenMs > sinceMs);
  const [address, another] = new Set(seen.map((device) => device.address));
  if (!address || another !== undefined || seen.length < MIN_DEVICES_BEHIND_GATEWAY || isLoopback(address)) return [];
  const marks = await Promise.all(CONTAINER_MARKS.map((path) => system.readText(path)));
  const isInContainer = marks.some((text) => text !== null);
  const routes = (await system.readText("/proc/net/route")) ?? "";
  // The traffic of a rootless container comes from a program that has the container's own address.
  const gateways = [...defaultGateways(routes), ...(isInContainer ? hub.addresses : [])];
  if (!gateways.includes(address)) return [];
  return [
    {
      id: "one-gateway",
      state: "hint",
      title: message("proxy/gateway/title", { address }),
      message: message("proxy/gateway/message", { isInContainer }),
      remedy: message("proxy/gateway/remedy", { address, isInContainer }),
    },
  ];
}

/** Of Linux: each line has the interface, the destination and the gateway, as the machine's own numbers in hexadecimal. */
function defaultGateways(routes: string): string[] {
  return routes.split("\n").flatMap((line) => {
    const [, destination, gateway = ""] = line.split("\t");
    if (destination !== DEFAULT_ROUTE || !/^[\dA-F]{8}$/i.test(gateway)) return [];
    const bytes = [...Buffer.from(gateway, "hex")];
    return [(endianness() === "LE" ? bytes.toReversed() : bytes).join(".")];
  });
}
