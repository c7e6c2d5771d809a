// Which of this machine's interfaces lead to a local network where Pis may be: not the way into a VPN, and not what
// containers and virtual machines have among themselves.
import { existsSync, readdirSync } from "node:fs";
import { isIPv6 } from "node:net";
import { type NetworkInterfaceInfo, networkInterfaces } from "node:os";
import type { Family } from "./multicast-socket.ts";

export interface LanInterface {
  readonly name: string;
  /** Where the hub is reached on it. */
  readonly addresses: readonly string[];
  /** All that it has. */
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
/** A network of one address has nobody else in it. */
const ONE_ADDRESS = /\/(32|128)$/;

/** The families of addresses under which an interface is reached. */
export function familiesOf(addresses: readonly string[]): Family[] {
  return [...new Set(addresses.map((address): Family => (isIPv6(address) ? "IPv6" : "IPv4")))];
}

/** Those on which a hub that listens on `host` is reached. */
export function lanInterfaces(host: string, all: Interfaces = networkInterfaces()): LanInterface[] {
  return Object.entries(all).flatMap(([name, infos = []]) => {
    if (!isLan(name, infos)) return [];
    const addresses = infos.filter((info) => isReachable(info) && listensOn(host, info)).map(({ address }) => address);
    return addresses.length > 0 ? [{ name, addresses, infos }] : [];
  });
}

function isLan(name: string, infos: readonly NetworkInterfaceInfo[]): boolean {
  if (SKIPPED.some((prefix) => name.startsWith(prefix))) return false;
  // What has no address on the wire is a tunnel, whatever it is called.
  return infos.every(({ internal, mac }) => !internal && mac !== NO_MAC) && !isBridgeOfContainers(name);
}

/** A bridge without an adapter in it joins what is inside this machine. Only Linux tells. */
function isBridgeOfContainers(name: string): boolean {
  const folder = `/sys/class/net/${name}`;
  if (!existsSync(`${folder}/bridge`)) return false;
  return !readdirSync(`${folder}/brif`).some((port) => {
    const parts = readdirSync(`/sys/class/net/${port}`);
    // An adapter, or what stands on one: a VLAN, a bond.
    return parts.some((part) => part === "device" || part.startsWith("lower_"));
  });
}

function isReachable({ address, cidr }: NetworkInterfaceInfo): boolean {
  return !address.startsWith("fe80:") && cidr !== null && !ONE_ADDRESS.test(cidr);
}

function listensOn(host: string, { address }: NetworkInterfaceInfo): boolean {
  return host === "::" || (host === "0.0.0.0" ? !isIPv6(address) : host === address);
}
