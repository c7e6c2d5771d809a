// Which interfaces of this machine lead to a LAN where Pis may be: no VPNs, and no networks of containers and virtual
// machines.
import { existsSync, readdirSync } from "node:fs";
import { isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { Family } from "./multicast-socket.ts";

export interface LanInterface {
  readonly name: string;
  /** At which the hub is reached on it. */
  readonly addresses: readonly string[];
  /** All of its addresses. */
  readonly infos: readonly NetworkInterfaceInfo[];
}

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

const POINT_TO_POINT = ["tun", "tap", "wg", "ppp", "utun", "ipsec"];
const VPNS = ["tailscale", "Tailscale", "zt", "ZeroTier", "NordLynx", "OpenVPN"];
const CONTAINERS = ["docker", "veth", "ve-", "vb-", "lxc", "lxd", "incus", "cni", "podman", "cali", "flannel"];
const CLUSTERS = ["weave", "cilium", "kube", "nerdctl"];
const VIRTUAL_MACHINES = ["virbr", "vnet", "vmnet", "vboxnet", "bridge10", "VMware", "VirtualBox"];
const WINDOWS_SWITCHES = ["vEthernet (WSL", "vEthernet (Default Switch"];
const SKIPPED = [...POINT_TO_POINT, ...VPNS, ...CONTAINERS, ...CLUSTERS, ...VIRTUAL_MACHINES, ...WINDOWS_SWITCHES];
const NO_MAC = "00:00:00:00:00:00";
/** A prefix that leaves no room for another host. */
const ONE_ADDRESS = /\/(32|128)$/;

/** The families of addresses under which an interface is reached. */
export function familiesOf(addresses: readonly string[]): Family[] {
  return [...new Set(addresses.map((address): Family => (isIPv6(address) ? "IPv6" : "IPv4")))];
}

/** LAN interfaces on which a hub that listens on `host` is reached. */
export function lanInterfaces(host: string, all: Interfaces = networkInterfaces()): LanInterface[] {
  return Object.entries(all).flatMap(([name, infos = []]) => {
    if (!isLan(name, infos)) return [];
    const addresses = infos.filter((info) => isReachable(info) && listensOn(host, info)).map(({ address }) => address);
    return addresses.length > 0 ? [{ name, addresses, infos }] : [];
  });
}

function isLan(name: string, infos: readonly NetworkInterfaceInfo[]): boolean {
  if (SKIPPED.some((prefix) => name.startsWith(prefix))) return false;
  // An interface without a MAC address is a tunnel, whatever its name.
  return infos.every(({ internal, mac }) => !internal && mac !== NO_MAC) && !isBridgeOfContainers(name);
}

/** A bridge without an adapter joins containers or virtual machines of this machine. Known on Linux alone. */
function isBridgeOfContainers(name: string): boolean {
  const folder = `/sys/class/net/${name}`;
  if (!existsSync(`${folder}/bridge`)) return false;
  return !readdirSync(`${folder}/brif`).some((port) => {
    const parts = readdirSync(`/sys/class/net/${port}`);
    // An adapter, or a VLAN or bond on top of one.
    return parts.some((part) => part === "device" || part.startsWith("lower_"));
  });
}

function isReachable({ address, cidr }: NetworkInterfaceInfo): boolean {
  return !address.startsWith("fe80:") && cidr !== null && !ONE_ADDRESS.test(cidr);
}

function listensOn(host: string, { address }: NetworkInterfaceInfo): boolean {
  return host === "::" || (host === "0.0.0.0" ? !isIPv6(address) : host === address);
}
