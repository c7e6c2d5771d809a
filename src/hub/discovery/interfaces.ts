// Which interfaces of this machine lead to a LAN where Pis may be: no VPNs, and no networks of containers and virtual
// machines.
import { readdirSync } from "node:fs";
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

/** Begin the names of adapters that lead to no LAN, in lower case. */
const POINT_TO_POINT = ["tun", "tap", "wg", "ppp", "utun", "ipsec", "gif", "stf", "sit", "ip6tnl", "wwan"];
const VPNS = [
  "tailscale",
  "zt",
  "zerotier",
  "feth",
  "hamachi",
  "nordlynx",
  "openvpn",
  "wireguard",
  "proton",
  "mullvad",
];
const MORE_VPNS = ["radmin", "wintun", "tap-", "cscotun", "gpd", "pangp", "cloudflarewarp", "netbird", "nebula"];
const CONTAINERS = ["docker", "veth", "ve-", "vb-", "lxc", "lxd", "incus", "cni", "podman", "cali", "flannel"];
const CLUSTERS = ["weave", "cilium", "kube", "nerdctl", "minikube"];
const VIRTUAL_MACHINES = ["virbr", "vnet", "vmnet", "vmenet", "vnic", "vboxnet", "bridge10", "vmware", "virtualbox"];
const PEER_TO_PEER = ["awdl", "llw", "anpi", "npcap", "dummy"];
const VIRTUAL = [
  ...POINT_TO_POINT,
  ...VPNS,
  ...MORE_VPNS,
  ...CONTAINERS,
  ...CLUSTERS,
  ...VIRTUAL_MACHINES,
  ...PEER_TO_PEER,
];
/** Names that a prefix would not tell from those of a LAN: Hamachi's, Netbird's, and a bridge that Docker made. */
const VIRTUAL_NAMES = /^(ham\d+|wt\d+|br-[0-9a-f]{12})$/;
/** Windows lets people, and installers, write something before it. */
const VIRTUAL_WORDS = /\b(hamachi|zerotier|tailscale|wireguard|openvpn|virtualbox|vmware|docker|npcap)\b/;
/** Hyper-V's switches are vEthernet adapters all: those for virtual machines and containers have these in their names … */
const INNER_SWITCH = /^vethernet .*\b(wsl|default switch|nat|dockernat|docker|internal|hns|container|minikube)\b/;
/** … or an address of Hyper-V's own, where one to the outside has the address of its network card. */
const HYPER_V_MAC = "00:15:5d:";
/** This computer's end of a network of VirtualBox, VMware, Hamachi or OpenVPN, which Windows may call "Ethernet 3". */
const VIRTUAL_MACS = ["0a:00:27:", "00:50:56:c0:00:", "7a:79:19:", "00:ff:"];
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

/**
 * Addresses to hand out, best first, of a hub that listens on every address of the families that `host` names (`::` is
 * both). Those of virtual adapters are left out where there is another; link-local ones come last, because every idle
 * adapter has one. IPv4 comes before IPv6.
 */
export function rankedAddresses(host: "0.0.0.0" | "::", all: Interfaces = networkInterfaces()): string[] {
  const ranked = Object.entries(all).flatMap(([name, infos = []]) =>
    infos
      .filter((info) => !info.internal && !isLinkLocalIPv6(info.address) && listensOn(host, info))
      .map((info) => ({ address: info.address, rank: rankOf(name, infos, info) })),
  );
  const best = Math.min(...ranked.map(({ rank }) => rank));
  return ranked
    .filter(({ rank }) => rank < RANK.virtual || best === RANK.virtual)
    .sort((a, b) => a.rank - b.rank || Number(isIPv6(a.address)) - Number(isIPv6(b.address)))
    .map(({ address }) => address);
}

/** A bridge that is not called so may still be one of containers, and a tunnel may be the only way to a Pi. */
const RANK = { lan: 0, doubtful: 1, linkLocal: 2, virtual: 3 } as const;

function rankOf(name: string, infos: readonly NetworkInterfaceInfo[], info: NetworkInterfaceInfo): number {
  if (isVirtual(name, infos)) return RANK.virtual;
  if (info.address.startsWith("169.254.")) return RANK.linkLocal;
  return isLan(name, infos) && isReachable(info) ? RANK.lan : RANK.doubtful;
}

function isVirtual(adapterName: string, infos: readonly NetworkInterfaceInfo[]): boolean {
  const name = adapterName.toLowerCase();
  if (name.startsWith("vethernet ")) return INNER_SWITCH.test(name) || hasMac(infos, [HYPER_V_MAC]);
  if (VIRTUAL.some((prefix) => name.startsWith(prefix)) || VIRTUAL_NAMES.test(name)) return true;
  return VIRTUAL_WORDS.test(name) || hasMac(infos, VIRTUAL_MACS);
}

function hasMac(infos: readonly NetworkInterfaceInfo[], prefixes: readonly string[]): boolean {
  return infos.some(({ mac }) => prefixes.some((prefix) => mac.toLowerCase().startsWith(prefix)));
}

function isLan(name: string, infos: readonly NetworkInterfaceInfo[]): boolean {
  if (isVirtual(name, infos)) return false;
  // An interface without a MAC address is a tunnel, whatever its name.
  return infos.every(({ internal, mac }) => !internal && mac !== NO_MAC) && !isBridgeOfContainers(name);
}

/**
 * A bridge without an adapter joins containers or virtual machines of this machine. Known on Linux alone. Containers come and go:
 * what is listed may be gone when it is read.
 */
export function isBridgeOfContainers(name: string, folder = "/sys/class/net"): boolean {
  if (namesIn(`${folder}/${name}/bridge`) === null) return false;
  const ports = namesIn(`${folder}/${name}/brif`) ?? [];
  return !ports.some((port) => {
    const parts = namesIn(`${folder}/${port}`) ?? [];
    // An adapter, or a VLAN or bond on top of one.
    return parts.some((part) => part === "device" || part.startsWith("lower_"));
  });
}

/** Null where there is no such folder, or none that can be read. */
function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder);
  } catch {
    return null;
  }
}

function isReachable({ address, cidr }: NetworkInterfaceInfo): boolean {
  return !isLinkLocalIPv6(address) && cidr !== null && !ONE_ADDRESS.test(cidr);
}

function isLinkLocalIPv6(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}

function listensOn(host: string, { address }: NetworkInterfaceInfo): boolean {
  return host === "::" || (host === "0.0.0.0" ? !isIPv6(address) : host === address);
}
