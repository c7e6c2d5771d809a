// Parses the rules of ufw, nftables, iptables and the state of Windows' and macOS' firewalls. Pure.

/** A port that must be open to others. */
export interface OpenPort {
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** The ports that no rule in ufw's `user.rules` opens to every address. */
export function closedByUfw(rules: string, ports: readonly OpenPort[]): OpenPort[] {
  const allowed = [
    ...rules.matchAll(/^### tuple ### allow (tcp|udp|any) ([\d,:]+) 0\.0\.0\.0\/0 any 0\.0\.0\.0\/0 in/gm),
  ];
  return ports.filter(
    ({ protocol, port }) =>
      !allowed.some(([, rule = "", list = ""]) => (rule === "any" || rule === protocol) && isInList(list, port)),
  );
}

/** `80,443,6000:6007`. */
function isInList(list: string, port: number): boolean {
  return list.split(",").some((part) => {
    const [from = "", to = from] = part.split(":");
    return Number(from) <= port && port <= Number(to);
  });
}

/**
 * The first input chain in `nft list ruleset` that drops packets and does not accept all of the ports, as a command names
 * it: `inet filter input`. Null when there is none.
 */
export function droppingChain(ruleset: string, ports: readonly OpenPort[]): string | null {
  for (const table of blocksOf("table", ruleset)) {
    for (const chain of blocksOf("chain", table.body)) {
      const isInput = /\bhook input\b/.test(chain.body);
      const drops =
        /\bpolicy drop\b|^\s*(?:drop|reject)\b|\bcounter(?: packets \d+ bytes \d+)? (?:drop|reject)\b/m.test(
          chain.body,
        );
      if (isInput && drops && ports.some((port) => !isAccepted(chain.body, port))) return `${table.name} ${chain.name}`;
    }
  }
  return null;
}

/** Blocks such as `chain input { … }`, each with what is between its braces. */
function blocksOf(kind: string, text: string): { readonly name: string; readonly body: string }[] {
  const blocks: { name: string; body: string }[] = [];
  for (const match of text.matchAll(new RegExp(`^[ \\t]*${kind} ([^{\\n]+?) \\{`, "gm"))) {
    const start = match.index + match[0].length;
    let depth = 1;
    let end = start;
    while (end < text.length && depth > 0) {
      const character = text[end++];
      depth += character === "{" ? 1 : character === "}" ? -1 : 0;
    }
    blocks.push({ name: match[1] ?? "", body: text.slice(start, end - 1) });
  }
  return blocks;
}

function isAccepted(chain: string, { protocol, port }: OpenPort): boolean {
  const rules = chain.split("\n").filter((line) => line.includes(`${protocol} dport`) && /\baccept\b/.test(line));
  return rules.some((line) => new RegExp(`\\b${port}\\b`).test(line.slice(line.indexOf("dport"))));
}

/** Whether `iptables -S INPUT` drops packets to one of the ports. */
export function iptablesDrops(rules: string, ports: readonly OpenPort[]): boolean {
  const lines = rules.split("\n");
  const drops = lines.some(
    (line) => line === "-P INPUT DROP" || /^-A INPUT (?:-j|.*-m comment .* -j) (?:DROP|REJECT)\b/.test(line),
  );
  const isAccepted = ({ protocol, port }: OpenPort) =>
    lines.some((line) => {
      const list = /--dports? ([\d,:]+)/.exec(line)?.[1];
      return (
        line.includes(`-p ${protocol} `) && line.endsWith("-j ACCEPT") && list !== undefined && isInList(list, port)
      );
    });
  return drops && !ports.every(isAccepted);
}

/** Whether Windows' `netsh advfirewall show currentprofile` says that it is on; null when the output is localised. */
export function isWindowsFirewallOn(text: string): boolean | null {
  const state = /^State\s+(\w+)/m.exec(text)?.[1];
  return state === undefined ? null : state.toUpperCase() === "ON";
}

/**
 * What macOS' `socketfilterfw --getglobalstate` says: 0 is off, 1 on, 2 blocks all; null when there is no such output.
 */
export function macFirewallState(text: string): number | null {
  const state = /State = (\d)/.exec(text)?.[1];
  return state === undefined ? null : Number(state);
}
