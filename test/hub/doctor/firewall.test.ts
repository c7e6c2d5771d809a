// The output of firewalls of all systems, and the resulting hint: the exact command with this hub's ports.
import { describe, expect, test } from "vitest";
import { renderFinding } from "../../../src/hub/doctor/finding.ts";
import { checkFirewall } from "../../../src/hub/doctor/firewall.ts";
import type { System } from "../../../src/hub/doctor/system.ts";

const HUB = { httpPort: 8081, mqttPort: 1884 };

interface Recorded {
  readonly files?: Readonly<Record<string, string>>;
  /** By command line; a text is what it prints and ends well with. */
  readonly programs?: Readonly<Record<string, string | { readonly ok: boolean; readonly text: string }>>;
}

/** A system that answers as another one did. */
function recorded(platform: NodeJS.Platform, { files = {}, programs = {} }: Recorded): System {
  return {
    platform,
    readText: async (path) => files[path] ?? null,
    run: async (...line) => {
      const ran = programs[line.join(" ")];
      return typeof ran === "string" ? { ok: true, text: ran } : (ran ?? null);
    },
  };
}

const check = async (platform: NodeJS.Platform, record: Recorded) => {
  const [check] = (await checkFirewall(HUB, recorded(platform, record))).map((finding) => renderFinding(finding, "en"));
  return check;
};

const UFW_RULES = `*filter
:ufw-user-input - [0:0]
### RULES ###

### tuple ### allow tcp 1884 0.0.0.0/0 any 0.0.0.0/0 in
-A ufw-user-input -p tcp --dport 1884 -j ACCEPT

### tuple ### allow tcp 8000:8100 0.0.0.0/0 any 0.0.0.0/0 in
-A ufw-user-input -p tcp -m multiport --dports 8000:8100 -j ACCEPT

### tuple ### allow any 5353 0.0.0.0/0 any 192.168.1.0/24 in
-A ufw-user-input -p udp --dport 5353 -s 192.168.1.0/24 -j ACCEPT

### tuple ### deny udp 5353 0.0.0.0/0 any 0.0.0.0/0 in
### END RULES ###
`;

const NFT_DROPS = `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		iif "lo" accept
		tcp dport { 22, 8081 } accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
}
`;

const NFT_OF_CONTAINERS = `table ip filter {
	chain DOCKER {
		iifname != "docker0" oifname "docker0" counter packets 0 bytes 0 drop
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
	}
	chain INPUT {
		type filter hook input priority filter; policy accept;
	}
}
`;

describe("on Linux", () => {
  test("ufw is on, and its rules are only readable by root", async () => {
    const files = { "/etc/ufw/ufw.conf": "# comment\nENABLED=yes\nLOGLEVEL=low\n" };
    expect(await check("linux", { files })).toMatchObject({
      state: "hint",
      title: "A firewall is on: ufw",
      message: expect.stringContaining("root alone"),
      command: "sudo ufw allow 1884/tcp && sudo ufw allow 8081/tcp && sudo ufw allow 5353/udp",
    });
  });

  test("ufw lets in to some ports, and to one from elsewhere alone", async () => {
    const files = { "/etc/ufw/ufw.conf": "ENABLED=yes\n", "/etc/ufw/user.rules": UFW_RULES };
    expect(await check("linux", { files })).toMatchObject({ state: "hint", command: "sudo ufw allow 5353/udp" });
  });

  test("ufw lets in to all ports", async () => {
    const rules = UFW_RULES.replace("deny udp 5353", "allow udp 5353");
    const files = { "/etc/ufw/ufw.conf": "ENABLED=yes\n", "/etc/ufw/user.rules": rules };
    expect(await check("linux", { files })).toMatchObject({ state: "fine", title: "ufw lets Pis in" });
  });

  test("ufw is off", async () => {
    const files = { "/etc/ufw/ufw.conf": "ENABLED=no\n" };
    expect(await check("linux", { files })).toMatchObject({
      state: "fine",
      title: expect.stringContaining("No firewall"),
    });
  });

  test("firewalld runs", async () => {
    const programs = {
      "firewall-cmd --state": "running\n",
      "firewall-cmd --query-port=1884/tcp": "yes\n",
      "firewall-cmd --query-port=8081/tcp": { ok: false, text: "no\n" },
      "firewall-cmd --query-port=5353/udp": { ok: false, text: "no\n" },
    };
    expect(await check("linux", { programs })).toMatchObject({
      state: "hint",
      title: "A firewall is on: firewalld",
      command: "sudo firewall-cmd --permanent --add-port=8081/tcp --add-port=5353/udp && sudo firewall-cmd --reload",
    });
  });

  test("a chain of nftables drops what comes in", async () => {
    expect(await check("linux", { programs: { "nft list ruleset": NFT_DROPS } })).toMatchObject({
      state: "hint",
      title: "A firewall is on: nftables",
      command: expect.stringMatching(
        /^sudo nft insert rule inet filter input tcp dport 1884 accept && .*udp dport 5353 accept$/,
      ),
    });
  });

  test("nftables rules between containers are ignored", async () => {
    expect(await check("linux", { programs: { "nft list ruleset": NFT_OF_CONTAINERS } })).toMatchObject({
      state: "fine",
    });
  });

  test("nftables lets in to all ports", async () => {
    const rules = NFT_DROPS.replace("22, 8081 } accept", "22, 8081, 1884 } accept\n\t\tudp dport 5353 accept");
    expect(await check("linux", { programs: { "nft list ruleset": rules } })).toMatchObject({ state: "fine" });
  });

  test.each([
    ["-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n", "hint"],
    ["-P INPUT ACCEPT\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j REJECT --reject-with icmp-host-prohibited\n", "hint"],
    ["-P INPUT ACCEPT\n-A INPUT -s 10.0.0.9/32 -j DROP\n", "fine"],
    [
      "-P INPUT DROP\n-A INPUT -p tcp -m multiport --dports 1884,8081 -j ACCEPT\n-A INPUT -p udp -m udp --dport 5353 -j ACCEPT\n",
      "fine",
    ],
  ])("iptables has %j: %s", async (rules, state) => {
    expect(await check("linux", { programs: { "iptables -S INPUT": rules } })).toMatchObject({ state });
  });

  test("rules that only root can read are reported with the command that shows them", async () => {
    const programs = { "nft list ruleset": { ok: false, text: "" } };
    expect(await check("linux", { programs })).toMatchObject({ state: "fine", command: "sudo nft list ruleset" });
  });
});

const NETSH = (state: string) => `
Private Profile Settings: 
----------------------------------------------------------------------
State                                 ${state}
Firewall Policy                       BlockInbound,AllowOutbound
LocalFirewallRules                    N/A (GPO-store only)
Ok.
`;
const RULE = `
Rule Name:                            Bramble
----------------------------------------------------------------------
Enabled:                              Yes
Direction:                            In
LocalPort:                            8081,1884
Action:                               Allow
Ok.
`;

describe("on Windows", () => {
  const profile = "netsh advfirewall show currentprofile";
  const rule = "netsh advfirewall firewall show rule name=Bramble";

  test("the firewall is on, or its output is localised", async () => {
    for (const state of ["ON", "EIN"]) {
      const programs = { [profile]: NETSH(state).replace("State", state === "EIN" ? "Status" : "State") };
      expect(await check("win32", { programs })).toMatchObject({
        state: "hint",
        command: expect.stringMatching(
          /action=allow protocol=TCP localport=8081,1884\n.* protocol=UDP localport=5353$/,
        ),
      });
    }
  });

  test("the rule is there", async () => {
    const programs = { [profile]: NETSH("ON"), [rule]: RULE };
    expect(await check("win32", { programs })).toMatchObject({ state: "fine" });
    const ofOtherPorts = { [profile]: NETSH("ON"), [rule]: RULE.replace("1884", "1883") };
    expect(await check("win32", { programs: ofOtherPorts })).toMatchObject({ state: "hint" });
  });

  test("the firewall is off", async () => {
    expect(await check("win32", { programs: { [profile]: NETSH("OFF") } })).toMatchObject({ state: "fine" });
  });
});

test.each([
  ["Firewall is disabled. (State = 0)\n", "fine", undefined],
  ["Firewall is enabled. (State = 1)\n", "hint", "may not know this one"],
  ["Firewall is blocking all non-essential incoming connections. (State = 2)\n", "hint", "block all incoming"],
])("on macOS, %j: %s", async (text, state, message) => {
  const programs = { "/usr/libexec/ApplicationFirewall/socketfilterfw --getglobalstate": text };
  const result = await check("darwin", { programs });
  expect(result).toMatchObject({ state });
  if (message !== undefined) {
    expect(result?.message).toContain(message);
    expect(result?.command).toContain(`--unblockapp "${process.execPath}"`);
  }
});

test("on an unknown system", async () => {
  expect(await check("freebsd", {})).toMatchObject({ state: "fine" });
});
