// Whether a firewall of this computer blocks Pis, and the command that opens the ports. The check changes nothing.
import type { HubInfo } from "../../shared/api.ts";
import { message, type ParamsOf } from "../../shared/messages/message.ts";
import type { Finding } from "./finding.ts";
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
const WINDOWS_RULE = "Bramble";

type Ports = Pick<HubInfo, "httpPort" | "mqttPort" | "httpsPort" | "mqttsPort" | "plainPorts">;
type Firewall = ParamsOf<"firewall/open/title">["firewall"];

export async function checkFirewall(hub: Ports, system: System): Promise<readonly Finding[]> {
  switch (system.platform) {
    case "linux":
      return [await onLinux(hub, system)];
    case "win32":
      return [await onWindows(hub, system)];
    case "darwin":
      return [await onMac(system)];
    default:
      return [noFirewallFound(message("firewall/unknown-system/message"))];
  }
}

async function onLinux(hub: Ports, system: System): Promise<Finding> {
  const ports = portsOf(hub);
  return (
    (await ufw(ports, system)) ??
    (await firewalld(ports, system)) ??
    (await nftables(ports, system)) ??
    (await iptables(ports, system)) ??
    noFirewallFound(message("firewall/none/message"))
  );
}

async function ufw(ports: readonly OpenPort[], system: System): Promise<Finding | null> {
  const config = await system.readText("/etc/ufw/ufw.conf");
  if (config === null || !/^\s*ENABLED\s*=\s*["']?yes/im.test(config)) return null;
  // Only root may read the rules.
  const rules = await system.readText("/etc/ufw/user.rules");
  const closed = rules === null ? ports : closedByUfw(rules, ports);
  if (closed.length === 0) return portsOpen("ufw");
  const command = closed.map(({ protocol, port }) => `sudo ufw allow ${port}/${protocol}`).join(" && ");
  return mayBlock({ firewall: "ufw", areRulesKnown: rules !== null, command });
}

async function firewalld(ports: readonly OpenPort[], system: System): Promise<Finding | null> {
  if ((await system.run("firewall-cmd", "--state"))?.text.trim() !== "running") return null;
  const answers = await Promise.all(ports.map((port) => system.run("firewall-cmd", `--query-port=${portSpec(port)}`)));
  const texts = answers.map((ran) => ran?.text.trim());
  const closed = ports.filter((_, index) => texts[index] !== "yes");
  if (closed.length === 0) return portsOpen("firewalld");
  const add = closed.map((port) => `--add-port=${portSpec(port)}`).join(" ");
  const areRulesKnown = texts.every((text) => text === "yes" || text === "no");
  const command = `sudo firewall-cmd --permanent ${add} && sudo firewall-cmd --reload`;
  return mayBlock({ firewall: "firewalld", areRulesKnown, command });
}

async function nftables(ports: readonly OpenPort[], system: System): Promise<Finding | null> {
  const rules = await system.run("nft", "list", "ruleset");
  if (rules === null) return null;
  if (!rules.ok) return rulesHidden("nftables", "sudo nft list ruleset");
  const chain = droppingChain(rules.text, ports);
  if (chain === null) return null;
  const add = ports.map(({ protocol, port }) => `sudo nft insert rule ${chain} ${protocol} dport ${port} accept`);
  return mayBlock({ firewall: "nftables", areRulesKnown: true, command: add.join(" && "), untilRestart: true });
}

async function iptables(ports: readonly OpenPort[], system: System): Promise<Finding | null> {
  const rules = await system.run("iptables", "-S", "INPUT");
  if (rules === null) return null;
  if (!rules.ok) return rulesHidden("iptables", "sudo iptables -S INPUT");
  if (!iptablesDrops(rules.text, ports)) return null;
  const add = ports.map(({ protocol, port }) => `sudo iptables -I INPUT -p ${protocol} --dport ${port} -j ACCEPT`);
  return mayBlock({ firewall: "iptables", areRulesKnown: true, command: add.join(" && "), untilRestart: true });
}

async function onWindows(hub: Ports, system: System): Promise<Finding> {
  const profile = await system.run("netsh", "advfirewall", "show", "currentprofile");
  const isOn = isWindowsFirewallOn(profile?.text ?? "");
  if (isOn === false) return noFirewallFound(message("firewall/windows-off/message"));
  const rule = await system.run("netsh", "advfirewall", "firewall", "show", "rule", `name=${WINDOWS_RULE}`);
  if (rule?.ok === true && [hub.mqttPort, hub.httpPort].every((port) => rule.text.includes(String(port))))
    return portsOpen("windows");
  const add = `netsh advfirewall firewall add rule name="${WINDOWS_RULE}" dir=in action=allow`;
  return {
    id: ID,
    state: "hint",
    title: message("firewall/windows/title"),
    message: message("firewall/windows/message"),
    remedy: message("firewall/windows/remedy"),
    command: `${add} protocol=TCP localport=${hub.httpPort},${hub.mqttPort}\n${add} protocol=UDP localport=${MDNS_PORT}`,
  };
}

async function onMac(system: System): Promise<Finding> {
  const state = macFirewallState((await system.run(MAC_FIREWALL, "--getglobalstate"))?.text ?? "");
  if (state === 0) return noFirewallFound(message("firewall/macos-off/message"));
  const blocksAll = state === 2;
  const program = `"${process.execPath}"`;
  return {
    id: ID,
    state: "hint",
    title: message("firewall/macos/title"),
    message: blocksAll ? message("firewall/macos-blocks-all/message") : message("firewall/macos/message"),
    remedy: blocksAll ? message("firewall/macos-blocks-all/remedy") : message("firewall/macos/remedy"),
    command: `sudo ${MAC_FIREWALL} --add ${program} && sudo ${MAC_FIREWALL} --unblockapp ${program}`,
  };
}

function portsOf({ httpPort, mqttPort, httpsPort = 0, mqttsPort = 0, plainPorts }: Ports): OpenPort[] {
  const plain = plainPorts === undefined ? [mqttPort, httpPort] : [];
  return [
    ...[...plain, mqttsPort, httpsPort].flatMap((port): OpenPort[] => (port > 0 ? [{ protocol: "tcp", port }] : [])),
    { protocol: "udp", port: MDNS_PORT },
  ];
}

function portSpec({ protocol, port }: OpenPort): string {
  return `${port}/${protocol}`;
}

function noFirewallFound(why: Finding["message"]): Finding {
  return { id: ID, state: "fine", title: message("firewall/none/title"), message: why };
}

/** The usual answer on Linux when the hub does not run as root: no reason for a hint. */
function rulesHidden(firewall: Firewall, command: string): Finding {
  return {
    id: ID,
    state: "fine",
    title: message("firewall/none/title"),
    message: message("firewall/rules-hidden/message", { firewall }),
    remedy: message("firewall/rules-hidden/remedy"),
    command,
  };
}

function portsOpen(firewall: Firewall): Finding {
  return {
    id: ID,
    state: "fine",
    title: message("firewall/open/title", { firewall }),
    message: message("firewall/open/message"),
  };
}

interface Blocking {
  readonly firewall: Firewall;
  readonly areRulesKnown: boolean;
  /** Opens the ports. */
  readonly command: string;
  /** The command's rules are gone after a restart of the computer. */
  readonly untilRestart?: boolean;
}

/** A hint even where the rules could be read: rules that are not understood here may accept the packets. */
function mayBlock({ firewall, areRulesKnown, command, untilRestart = false }: Blocking): Finding {
  return {
    id: ID,
    state: "hint",
    title: message("firewall/may-block/title", { firewall }),
    message: areRulesKnown ? message("firewall/may-block/message") : message("firewall/may-block-unread/message"),
    remedy: message("firewall/may-block/remedy", { untilRestart }),
    command,
  };
}
