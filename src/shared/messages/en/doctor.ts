// What the doctor's checks found: a title, a message and a remedy for each finding, which share the code before the last
// slash.
import { listed } from "./format.ts";

type Host = { readonly host: string };
type Addresses = { readonly addresses: readonly string[] };
type Port = { readonly protocol: string; readonly port: number };
type Name = { readonly name: string };
type Names = Name & { readonly wanted: string };
/** The program that listens on a port. */
type Holder =
  | { readonly kind: "program"; readonly name: string; readonly pid: number }
  | { readonly kind: "hidden"; readonly user: string }
  | { readonly kind: "nobody" | "unknown" };
type Firewall = { readonly firewall: keyof typeof FIREWALLS };

/** At the beginning of a sentence. */
const FIREWALLS = {
  ufw: "ufw",
  firewalld: "firewalld",
  nftables: "nftables",
  iptables: "iptables",
  windows: "The firewall of Windows",
};
/** In the middle of a sentence. */
const CHECKS = {
  reach: "the hub’s ports",
  "port-conflict": "who holds a port",
  firewall: "the firewall",
  backups: "the backups",
  broker: "the outside broker",
  spool: "what waits for the database server",
  proxies: "proxies in front of the hub",
  certificate: "the certificate",
  mdns: "whether the hub is found by name",
  "public-name": "where the public name points",
};

function holderName(holder: Holder): string {
  switch (holder.kind) {
    case "program":
      return `${holder.name} (process ${holder.pid})`;
    case "hidden":
      return `a program of the user ${holder.user}`;
    case "nobody":
    case "unknown":
      return "another program";
  }
}

const foundAs = ({ name, addresses }: Name & Addresses) =>
  `It was searched for on the network, and answered as ${name} at ${listed(addresses)}.`;

export const doctor = {
  "check-failed/title": ({ check }: { readonly check: keyof typeof CHECKS }) =>
    `The doctor could not find out about ${CHECKS[check]}.`,
  /** `reason` is the system's. */
  "check-failed/message": ({ reason }: { readonly reason: string }) => reason,
  "check-failed/timeout": ({ seconds }: { readonly seconds: number }) => `It took longer than ${seconds} seconds.`,

  "network/loopback/title": () => "No Raspberry Pi can reach this hub",
  "network/loopback/message": ({ host }: Host) =>
    `It was started with --host ${host}, and listens to this computer alone.`,
  "network/loopback/remedy": () => "Start it without --host.",
  "network/ipv6-alone/title": () => "No Raspberry Pi can reach this hub: its network is IPv6 alone",
  "network/ipv6-alone/message": ({ host, addresses }: Host & Addresses) =>
    `This computer’s address is ${listed(addresses)}. The hub was started with --host ${host}: it listens to IPv4 alone.`,
  "network/ipv6-alone/remedy": () => "Start it with --host ::, which is IPv6 and IPv4, or without --host.",
  "network/none/title": () => "This computer is on no network",
  "network/none/message": () => "It has no address but its own loopback, so no Raspberry Pi can reach it.",
  "network/none/remedy": () => "Connect it to the network of the Pis, by cable or Wi-Fi.",
  "network/not-allowed/title": ({ addresses }: Addresses) =>
    `The hub lets nobody in from the network of ${listed(addresses)}`,
  "network/not-allowed/message": () => "It lets in private networks, and this one is not private.",
  "network/not-allowed/remedy": () => "If Pis are on that network, start the hub with --allow and the network.",
  "network/fine/title": ({ addresses }: Addresses) => `This computer’s address is ${listed(addresses)}`,
  "network/fine/message": () => "Pis must be on the same network, and not on one for guests.",

  "port/answers/title": ({ protocol, port }: Port) => `${protocol} answers on port ${port}`,
  "port/answers/message": ({ addresses }: Addresses) =>
    `At ${listed(addresses)}. That is seen from this computer: a firewall may still keep others out.`,
  "port/fails/title": ({ protocol, port }: Port) => `${protocol} does not answer on port ${port} as it should`,
  /** The addresses at which another program answers, none takes a connection, and nothing answers in time. */
  "port/fails/message": ({
    another,
    closed,
    silent,
  }: {
    readonly another: readonly string[];
    readonly closed: readonly string[];
    readonly silent: readonly string[];
  }) =>
    [
      another.length > 0 ? [`At ${listed(another)} another program answers.`] : [],
      closed.length > 0 ? [`At ${listed(closed)} connections are refused.`] : [],
      silent.length > 0 ? [`At ${listed(silent)} nothing answers within two seconds.`] : [],
    ]
      .flat()
      .join(" "),
  "port/another-program/remedy": ({ flag }: { readonly flag: string }) =>
    `End the other program, or start the hub with another ${flag}.`,
  "port/unreachable/remedy": () =>
    "Restart the hub. If that does not help, a firewall or a security program on this computer is in the way.",

  "port-conflict/none/title": () => "The hub has its ports",
  "port-conflict/none/message": () => "No other program has a port that the hub wanted.",
  "port-conflict/over/title": ({ protocol, port }: Port) => `${protocol} port ${port} is free again`,
  "port-conflict/over/message": ({ used }: { readonly used: number }) =>
    `Another program had it when the hub started, so the hub uses ${used}. Devices that do not know that do not reach it.`,
  "port-conflict/over/remedy": ({ port }: { readonly port: number }) => `Restart the hub: it then takes ${port}.`,
  "port-conflict/taken/title": ({ protocol, port, holder }: Port & { readonly holder: Holder }) =>
    `${protocol} port ${port} is taken by ${holderName(holder)}`,
  "port-conflict/taken/message": ({ used, port }: { readonly used: number; readonly port: number }) =>
    `This hub uses ${used} instead. A device that asks at ${port} reaches the other program.`,
  "port-conflict/taken/remedy": ({ used, hasCommand }: { readonly used: number; readonly hasCommand: boolean }) =>
    `End that program and restart the hub, or give devices the port ${used}.${hasCommand ? " This names the program:" : ""}`,
  /** For the middle of a sentence. */
  "port-holder": ({ holder }: { readonly holder: Holder }) => holderName(holder),

  "firewall/none/title": () => "No firewall is seen on this computer",
  "firewall/none/message": () =>
    "Neither ufw nor firewalld is on, and no rule of nftables or iptables drops what Pis send.",
  "firewall/unknown-system/message": () => "What this system has for a firewall is not known to Bramble.",
  "firewall/windows-off/message": () => "The firewall of Windows is off.",
  "firewall/macos-off/message": () => "The firewall of macOS is off.",
  "firewall/rules-hidden/message": ({ firewall }: Firewall) =>
    `Neither ufw nor firewalld is on. The rules of ${FIREWALLS[firewall]} are shown to root alone, as the hub is not.`,
  "firewall/rules-hidden/remedy": () => "If no Pi gets through, see whether they drop what comes in:",
  "firewall/open/title": ({ firewall }: Firewall) => `${FIREWALLS[firewall]} lets Pis in`,
  "firewall/open/message": () => "It has rules for the hub’s ports.",
  "firewall/may-block/title": ({ firewall }: Firewall) => `A firewall is on: ${FIREWALLS[firewall]}`,
  "firewall/may-block/message": () =>
    "It has no rule that lets everybody in to all ports of the hub, so it may keep Pis out.",
  "firewall/may-block-unread/message": () => "What it lets in can be seen by root alone. It may keep Pis out.",
  "firewall/may-block/remedy": ({ untilRestart }: { readonly untilRestart: boolean }) =>
    `If a Pi does not get through, run this in a terminal of this computer${untilRestart ? ", which counts until it restarts" : ""}:`,
  "firewall/windows/title": () => "The firewall of Windows may keep Pis out",
  "firewall/windows/message": () =>
    "It is on, and has no rule that is called Bramble. It may have asked once whether to let this program in.",
  "firewall/windows/remedy": () =>
    "If a Pi does not get through, run this in a terminal that was started as administrator:",
  "firewall/macos/title": () => "The firewall of macOS may keep Pis out",
  "firewall/macos/message": () => "It lets in what comes for programs that it knows, and may not know this one.",
  "firewall/macos/remedy": () => "If a Pi does not get through, run this in a terminal:",
  "firewall/macos-blocks-all/message": () => "It is set to block all incoming connections.",
  "firewall/macos-blocks-all/remedy": () =>
    "Take that back in System Settings, Network, Firewall, Options. Then run this in a terminal:",

  "mdns/off/title": () => "Pis do not find this hub by themselves",
  "mdns/off/message": () => "It was started with --no-mdns, and does not advertise itself.",
  "mdns/found/title": ({ name }: Name) => `Pis find this hub as ${name}`,
  "mdns/found/message": foundAs,
  "mdns/renamed/title": ({ name, wanted }: Names) => `This hub is ${name}: another machine is called ${wanted}`,
  "mdns/renamed/message": ({ name, wanted, addresses }: Names & Addresses) =>
    `${foundAs({ name, addresses })} A script that asks for ${wanted} reaches the other machine.`,
  "mdns/renamed/remedy": ({ name }: Name) =>
    `Give such scripts the name ${name}, or give the other machine another name and restart this hub.`,
  "mdns/not-found/title": () => "This hub was not found on the network",
  /** `name` is null where the hub has none yet; `failure` is of the first interface that could not be used. */
  "mdns/not-found/message": ({
    name,
    failure,
    isInContainer,
  }: {
    readonly name: string | null;
    readonly failure: { readonly interfaceName: string; readonly reason: string } | null;
    readonly isInContainer: boolean;
  }) => {
    const cause =
      failure !== null
        ? `UDP port 5353 cannot be used on ${failure.interfaceName} (${failure.reason}): another program may keep it to itself.`
        : isInContainer
          ? "It runs in a container, whose network keeps multicast to itself unless the container is run with --network host."
          : "A firewall or a VPN may be in the way.";
    return name === null
      ? `It has no name there yet: either it has just been started, or it could not advertise itself. ${cause}`
      : `It calls itself ${name}, but did not answer when it was searched for. ${cause}`;
  },
  "mdns/give-address/remedy": ({
    address,
    mqttPort,
    httpPort,
  }: {
    readonly address: string;
    readonly mqttPort: number;
    readonly httpPort: number;
  }) =>
    `Give Pis the address ${address}, with port ${mqttPort} for MQTT and ${httpPort} for HTTP.${address.includes(":") ? ` A URL has it in brackets: http://[${address}]:${httpPort}.` : ""}`,
  "other-hub/title": ({ instance }: { readonly instance: string }) => `There is another hub: ${instance}`,
  "other-hub/message": ({ host, addresses }: Host & Addresses) =>
    `It is ${host}${addresses.length > 0 ? ` at ${listed(addresses)}` : ""}. A Pi that looks for a hub may find that one in place of this.`,
  "other-hub/remedy": () => "If a Pi is missing here, look for it there.",

  "public-name/title": ({ name, addresses }: Name & Addresses) =>
    addresses.length === 0 ? `${name} is not found by DNS` : `${name} points elsewhere (${listed(addresses)})`,
  "public-name/message": ({ addresses }: Addresses) =>
    `This hub is at ${listed(addresses)}. From outside, nobody finds it by its public name, unless that is a tunnel’s or a proxy’s.`,
  "public-name/remedy": () => "Turn on dynamic DNS, or set the address at the provider of the name.",
};
