// The mDNS socket of one interface and address family. Packets from other links are dropped: some systems deliver a
// group's packets to every socket that joined it on any interface, and an answer would name an address of the wrong
// link.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { BlockList } from "node:net";
import type { NetworkInterfaceInfo } from "node:os";

export type Family = NetworkInterfaceInfo["family"];

export interface Sender {
  readonly address: string;
  readonly port: number;
}

export interface MdnsLinkOptions {
  readonly name: string;
  readonly family: Family;
  /** The interface's addresses, of either family. */
  readonly infos: readonly NetworkInterfaceInfo[];
  readonly onPacket: (bytes: Buffer, sender: Sender) => void;
  readonly onError: (error: Error) => void;
}

export const MDNS_PORT = 5353;
export const MULTICAST_GROUPS = { IPv4: "224.0.0.251", IPv6: "ff02::fb" } as const;
/** RFC 6762, section 11. */
const TTL = 255;

export class MdnsLink {
  readonly #options: MdnsLinkOptions;
  readonly #onLink = new BlockList();
  #socket: Socket | null = null;
  /** Of what is being sent: a socket that is closed meanwhile calls nobody back. */
  readonly #sending = new Set<() => void>();

  constructor(options: MdnsLinkOptions) {
    this.#options = options;
  }

  /** Rejects where the interface has no multicast, or another program has port 5353 without sharing it. */
  async open(): Promise<void> {
    const { family, name, infos, onPacket, onError } = this.#options;
    for (const info of infos) {
      const [address = "", prefix = ""] = info.cidr?.split("/") ?? [];
      if (info.cidr !== null) this.#onLink.addSubnet(address, Number(prefix), blockFamily(info.family));
    }
    const socket = createSocket(
      family === "IPv4" ? { type: "udp4", reuseAddr: true } : { type: "udp6", reuseAddr: true, ipv6Only: true },
    );
    this.#socket = socket;
    socket.on("error", onError);
    socket.on("message", (bytes, { address, port }) => {
      if (this.#isOnLink(address)) onPacket(bytes, { address, port });
    });
    const listening = once(socket, "listening");
    // On Linux a socket can be bound to the group, which leaves unicast packets to the system's own responder.
    const group = family === "IPv4" ? MULTICAST_GROUPS.IPv4 : `${MULTICAST_GROUPS.IPv6}%${name}`;
    if (process.platform === "linux") socket.bind(MDNS_PORT, group);
    else socket.bind(MDNS_PORT);
    await listening;
    if (this.#socket !== socket) return;
    const here = this.#address();
    socket.addMembership(MULTICAST_GROUPS[family], here);
    socket.setMulticastInterface(here);
    socket.setMulticastTTL(TTL);
    socket.setMulticastLoopback(true);
  }

  /** Sends to the group, or to one host. Resolves when it is sent or has failed; then `onError` was called. */
  send(bytes: Buffer, to?: Sender): Promise<void> {
    const { family, onError } = this.#options;
    const { port, address } = to ?? { port: MDNS_PORT, address: MULTICAST_GROUPS[family] };
    return new Promise((resolve) => {
      if (this.#socket === null) return resolve();
      const sent = () => {
        this.#sending.delete(sent);
        resolve();
      };
      this.#sending.add(sent);
      this.#socket.send(bytes, port, address, (error) => {
        if (error !== null) onError(error);
        sent();
      });
    });
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
    for (const sent of this.#sending) sent();
  }

  #address(): string {
    const { family, infos, name } = this.#options;
    const info = infos.find((one) => one.family === family);
    if (family === "IPv4") return info?.address ?? "";
    // The scope is a number on Windows, a name elsewhere.
    const scope = infos.map((one) => (one.family === "IPv6" ? (one.scopeid ?? 0) : 0)).find((id) => id !== 0);
    return `::%${process.platform === "win32" ? scope : name}`;
  }

  #isOnLink(address: string): boolean {
    const [bare = "", scope] = address.split("%");
    if (scope !== undefined && process.platform === "linux" && scope !== this.#options.name) return false;
    return this.#onLink.check(bare, blockFamily(this.#options.family));
  }
}

function blockFamily(family: Family): "ipv4" | "ipv6" {
  return family === "IPv4" ? "ipv4" : "ipv6";
}
