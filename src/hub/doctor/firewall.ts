// Whether a firewall of this computer blocks Pis, and the command that opens the ports. The check changes nothing.
import type { HubInfo } from "../../shared/api.ts";
import type { Check } from "../../shared/doctor.ts";
import {
  closedByUfw,
  droppingChain,
  iptablesDrops,
  isWindowsFirewallOn,
  macFirewallState,
  type OpenPort,
} from "./firewall-rules.ts";
import type { System } from "./system.ts";

const MDNS_PORT = 5353;
const ID = "firewall";
const MAC_FIREWALL = "/usr/libexec/ApplicationFirewall/socketfilterfw";
const UNTIL_RESTART = ", which counts until it restarts";
const WINDOWS_RULE = "Bramble";

type Ports = Pick<HubInfo, "httpPort" | "mqttPort">;

export async function checkFirewall(hub: Ports, system: System): Promise<readonly Check[]> {
  switch (system.platform) {
    case "linux":
      return [await onLinux(hub, system)];
    case "win32":
      return [await onWindows(hub, system)];
    case "darwin":
      return [await onMac(system)];
    default:
      return [noFirewallFound("What this system has for a firewall is not known to Bramble.")];
  }
}

async function onLinux(hub: Ports, system: System): Promise<Check> {
  const ports = portsOf(hub);
  return (
    (await ufw(ports, system)) ??
    (await firewalld(ports, system)) ??
    (await nftables(ports, system)) ??
    (await iptables(ports, system)) ??
    noFirewallFound("Neither ufw nor firewalld is on, and no rule of nftables or iptables drops what Pis send.")
  );
}

async function ufw(ports: readonly OpenPort[], system: System): Promise<Check | null> {
  const config = await system.readText("/etc/ufw/ufw.conf");
  if (config === null || !/^\s*ENABLED\s*=\s*["']?yes/im.test(config)) return null;
  // Only root may read the rules.
  const rules = await system.readText("/etc/ufw/user.rules");
  const closed = rules === null ? ports : closedByUfw(rules, ports);
  if (closed.length === 0) return portsOpen("ufw");
  return mayBlock(
    "ufw",
    rules !== null,
    closed.map(({ protocol, port }) => `sudo ufw allow ${port}/${protocol}`).join(" && "),
  );
}

async function firewalld(ports: readonly OpenPort[], system: System): Promise<Check | null> {
  if ((await system.run("firewall-cmd", "--state"))?.text.trim() !== "running") return null;
  const answers = await Promise.all(ports.map((port) => system.run("firewall-cmd", `--query-port=${portSpec(port)}`)));
  const texts = answers.map((ran) => ran?.text.trim());
  const closed = ports.filter((_, index) => texts[index] !== "yes");
  if (closed.length === 0) return portsOpen("firewalld");
  const add = closed.map((port) => `--add-port=${portSpec(port)}`).join(" ");
  const isSure = texts.every((text) => text === "yes" || text === "no");
  return mayBlock("firewalld", isSure, `sudo firewall-cmd --permanent ${add} && sudo firewall-cmd --reload`);
}

async function nftables(ports: readonly OpenPort[], system: System): Promise<Check | null> {
  const rules = await system.run("nft", "list", "ruleset");
  if (rules === null) return null;
  if (!rules.ok) return rulesHidden("nftables", "sudo nft list ruleset");
  const chain = droppingChain(rules.text, ports);
  if (chain === null) return null;
  const add = ports.map(({ protocol, port }) => `sudo nft insert rule ${chain} ${protocol} dport ${port} accept`);
  return mayBlock("nftables", true, add.join(" && "), UNTIL_RESTART);
}

async function iptables(ports: readonly OpenPort[], system: System): Promise<Check | null> {
  const rules = await system.run("iptables", "-S", "INPUT");
  if (rules === null) return null;
  if (!rules.ok) return rulesHidden("iptables", "sudo iptables -S INPUT");
  if (!iptablesDrops(rules.text, ports)) return null;
  const add = ports.map(({ protocol, port }) => `sudo iptables -I INPUT -p ${protocol} --dport ${port} -j ACCEPT`);
  return mayBlock("iptables", true, add.join(" && "), UNTIL_RESTART);
}

async function onWindows(hub: Ports, system: System): Promise<Check> {
  const profile = await system.run("netsh", "advfirewall", "show", "currentprofile");
  const isOn = isWindowsFirewallOn(profile?.text ?? "");
  if (isOn === false) return noFirewallFound("The firewall of Windows is off.");
  const rule = await system.run("netsh", "advfirewall", "firewall", "show", "rule", `name=${WINDOWS_RULE}`);
  if (rule?.ok === true && [hub.mqttPort, hub.httpPort].every((port) => rule.text.includes(String(port))))
    return portsOpen("The firewall of Windows");
  const add = `netsh advfirewall firewall add rule name="${WINDOWS_RULE}" dir=in action=allow`;
  return {
    ...{ id: ID, state: "hint", title: "The firewall of Windows may keep Pis out" },
    message: "It is on, and has no rule that is called Bramble. It may have asked once whether to let this program in.",
    remedy: "If a Pi does not get through, run this in a terminal that was started as administrator:",
    command: `${add} protocol=TCP localport=${hub.httpPort},${hub.mqttPort}\n${add} protocol=UDP localport=${MDNS_PORT}`,
  };
}

async function onMac(system: System): Promise<Check> {
  const state = macFirewallState((await system.run(MAC_FIREWALL, "--getglobalstate"))?.text ?? "");
  if (state === 0) return noFirewallFound("The firewall of macOS is off.");
  const program = `"${process.execPath}"`;
  return {
    ...{ id: ID, state: "hint", title: "The firewall of macOS may keep Pis out" },
    message:
      state === 2
        ? "It is set to block all incoming connections."
        : "It lets in what comes for programs that it knows, and may not know this one.",
    remedy:
      state === 2
        ? "Take that back in System Settings, Network, Firewall, Options. Then run this in a terminal:"
        : "If a Pi does not get through, run this in a terminal:",
    command: `sudo ${MAC_FIREWALL} --add ${program} && sudo ${MAC_FIREWALL} --unblockapp ${program}`,
  };
}

function portsOf({ httpPort, mqttPort }: Ports): OpenPort[] {
  return [
    { protocol: "tcp", port: mqttPort },
    { protocol: "tcp", port: httpPort },
    { protocol: "udp", port: MDNS_PORT },
  ];
}

function portSpec({ protocol, port }: OpenPort): string {
  return `${port}/${protocol}`;
}

function noFirewallFound(message: string): Check {
  return { id: ID, state: "fine", title: "No firewall is seen on this computer", message };
}

/** The usual answer on Linux when the hub does not run as root: no reason for a hint. */
function rulesHidden(name: string, command: string): Check {
  return {
    ...{ id: ID, state: "fine", title: "No firewall is seen on this computer" },
    message: `Neither ufw nor firewalld is on. The rules of ${name} are shown to root alone, as the hub is not.`,
    remedy: "If no Pi gets through, see whether they drop what comes in:",
    command,
  };
}

function portsOpen(name: string): Check {
  return { id: ID, state: "fine", title: `${name} lets Pis in`, message: "It has rules for the hub’s ports." };
}

/** `isSure`: the rules could be read. A hint even then: rules that are not understood here may accept the packets. */
function mayBlock(name: string, isSure: boolean, command: string, lasts = ""): Check {
  return {
    ...{ id: ID, state: "hint", title: `A firewall is on: ${name}` },
    message: isSure
      ? "It has no rule that lets everybody in to all ports of the hub, so it may keep Pis out."
      : "What it lets in can be seen by root alone. It may keep Pis out.",
    remedy: `If a Pi does not get through, run this in a terminal of this computer${lasts}:`,
    command,
  };
}
