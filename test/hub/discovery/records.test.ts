// Which records answer which query, conflicts and tiebreaks, and which interfaces are advertised on.
import { mkdirSync } from "node:fs";
import type { NetworkInterfaceInfo } from "node:os";
import { join } from "node:path";
import type { DnsRecord } from "dns-packet";
import { describe, expect, test } from "vitest";
import { isBridgeOfContainers, lanInterfaces, rankedAddresses } from "../../../src/hub/discovery/interfaces.ts";
import {
  answersTo,
  conflictingName,
  losesTiebreak,
  type Records,
  recordsOf,
} from "../../../src/hub/discovery/records.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";

const NAMES = { host: "bramble.local", instance: "Bramble on desk" };
const SERVICE = "Bramble on desk._bramble._tcp.local";

function records(addresses: readonly string[], httpPort = 8080, basePath = ""): Records {
  const advertised = { hubId: "hub", httpPort, mqttPort: 1883, basePath };
  return recordsOf(advertised, NAMES, { onLink: addresses, reachable: addresses, own: addresses });
}

test("ports with TLS are advertised while they are open, and those without it unless they are closed to the network", () => {
  const at = { onLink: ["10.0.0.1"], reachable: ["10.0.0.1"], own: ["10.0.0.1"] };
  const advertised = (ports: object) => {
    const { published } = recordsOf(
      { hubId: "hub", httpPort: 8080, mqttPort: 1883, basePath: "", ...ports },
      NAMES,
      at,
    );
    const services = published.filter(({ type, name }) => type === "PTR" && !name.startsWith("_services"));
    const txt = published.find(({ type, name }) => type === "TXT" && name === SERVICE);
    return { services: services.map(({ name }) => name.split(".")[0]), txt: String(txt?.data) };
  };
  expect(advertised({})).toEqual({ services: ["_bramble", "_mqtt", "_http"], txt: "v=1,id=hub,mqtt=1883,path=/" });
  const secure = { httpsPort: 8443, mqttsPort: 8883 };
  expect(advertised(secure)).toEqual({
    services: ["_bramble", "_mqtt", "_http", "_secure-mqtt", "_https"],
    txt: "v=1,id=hub,mqtt=1883,mqtts=8883,https=8443,path=/",
  });
  expect(advertised({ ...secure, isPlainRestricted: true })).toEqual({
    services: ["_bramble", "_secure-mqtt", "_https"],
    txt: "v=1,id=hub,mqtts=8883,https=8443,path=/",
  });
});

const words = (list: readonly DnsRecord[]) => list.map(({ name, type }) => `${type} ${name}`);
const record = (name: string, type: string, data: unknown): DnsRecord => ({ name, type, ttl: 120, flush: true, data });

describe("an answer", () => {
  const desk = records(["10.0.0.1"]);

  test("has the records that are needed next as additionals", () => {
    const { answers, additionals } = answersTo([{ name: "_bramble._tcp.local", type: "PTR" }], [], desk);
    expect(words(answers)).toEqual(["PTR _bramble._tcp.local"]);
    const next = [`SRV ${SERVICE}`, `TXT ${SERVICE}`, "A bramble.local", "NSEC bramble.local"];
    expect(words(additionals)).toEqual(next);
  });

  test("leaves out known answers with at least half of their TTL left", () => {
    const questions = [{ name: "_MQTT._tcp.local", type: "PTR" }];
    const { answers } = answersTo(questions, [], desk);
    const known = (ttl: number) =>
      answersTo(
        questions,
        answers.map((one) => ({ ...one, ttl })),
        desk,
      ).answers;
    expect([answers.length, known(4_500).length, known(2_000).length]).toEqual([1, 0, 1]);
  });

  test("is an NSEC record for an address type that the host has not", () => {
    const { answers, additionals } = answersTo([{ name: "Bramble.local", type: "AAAA" }], [], desk);
    expect([words(answers), words(additionals)]).toEqual([["NSEC bramble.local"], []]);
  });

  test.each([
    ["bramble-2.local", "A"],
    ["bramble.local", "SRV"],
    ["_hap._tcp.local", "PTR"],
  ])("there is none for %s %s", (name, type) => {
    expect(answersTo([{ name, type }], [], desk).answers).toEqual([]);
  });
});

describe("a name", () => {
  const desk = records(["10.0.0.1"]);
  const attic = records(["10.0.0.2"]);
  const elsewhere = records(["10.0.0.1"], 8081);

  test("is in conflict when a unique record has other data", () => {
    const theirs = (other: Records) => other.published.flatMap((one) => conflictingName(one, desk) ?? []);
    expect(theirs(desk)).toEqual([]);
    expect(theirs(attic)).toEqual(["host"]);
    expect(theirs(elsewhere)).toEqual(["instance", "instance"]);
    expect(conflictingName({ ...record("BRAMBLE.local", "A", "10.0.0.2"), ttl: 0 }, desk)).toBeNull();
  });

  test("goes to one of two simultaneous probers, and both agree which", () => {
    for (const [one, other] of [
      [desk, attic],
      [desk, elsewhere],
      [records(["10.0.0.1", "10.0.0.2"]), desk],
    ] as const) {
      expect([losesTiebreak(other.probed, one), losesTiebreak(one.probed, other)].sort()).toEqual([false, true]);
    }
    expect(losesTiebreak(desk.probed, desk)).toBe(false);
    expect(losesTiebreak([], desk)).toBe(false);
    expect(losesTiebreak([record("other.local", "A", "255.255.255.255")], desk)).toBe(false);
  });
});

describe("an interface", () => {
  const info = (address: string, prefix = 24, mac = "02:00:00:00:00:01"): NetworkInterfaceInfo => {
    const cidr = `${address}/${prefix}`;
    const common = { address, netmask: "", mac, internal: address.startsWith("127."), cidr };
    return address.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
  };
  const found = (host: string, all: Record<string, NetworkInterfaceInfo[]>) =>
    lanInterfaces(host, all).map(({ name, addresses }) => `${name} ${addresses.join(" ")}`);

  test.each(["eth0", "enp3s0", "wlan0", "eth0.20", "bond0", "Ethernet", "Wi-Fi", "en0", "br0", "vEthernet (External)"])(
    "%s leads to a local network",
    (name) => {
      expect(found("0.0.0.0", { [name]: [info("10.0.0.1")] })).toEqual([`${name} 10.0.0.1`]);
    },
  );

  test.each([
    ...["tun0", "tap0", "wg0", "ppp0", "utun3", "tailscale0", "ztabcdef", "ZeroTier One [1]", "Tailscale"],
    ...[
      "docker0",
      "veth12ab",
      "virbr0",
      "vmnet8",
      "lxcbr0",
      "lxdbr0",
      "cni0",
      "podman0",
      "flannel.1",
      "vEthernet (WSL)",
    ],
    ...["ham0", "Hamachi", "LogMeIn Hamachi", "vEthernet (nat)", "vEthernet (WSL (Hyper-V firewall))", "wt0"],
    ...["vEthernet (Default Switch)", "VMware Network Adapter VMnet8", "VirtualBox Host-Only Network", "nordlynx"],
    ...[
      "br-1a2b3c4d5e6f",
      "vboxnet0",
      "awdl0",
      "feth1234",
      "OpenVPN TAP-Windows6",
      "Radmin VPN",
      "Npcap Loopback Adapter",
    ],
  ])("%s does not", (name) => {
    expect(found("0.0.0.0", { [name]: [info("10.0.0.1")] })).toEqual([]);
  });

  test.each([
    ["vEthernet (LAN)", "00:15:5d:01:02:03"],
    ["Ethernet 3", "0a:00:27:00:00:0b"],
    ["Ethernet 2", "00:50:56:c0:00:08"],
    ["Ethernet 4", "7A:79:19:01:02:03"],
    ["Local Area Connection", "00:ff:12:34:56:78"],
  ])("%s with the address %s of a virtual adapter does not", (name, mac) => {
    expect(found("0.0.0.0", { [name]: [info("10.0.0.1", 24, mac)] })).toEqual([]);
    expect(found("0.0.0.0", { [name]: [info("10.0.0.1")] })).toEqual([`${name} 10.0.0.1`]);
  });

  describe("among the addresses to hand out", () => {
    const lan = [info("192.168.77.3")];

    test.each([
      ["link-local ones are last", { e0: [info("169.254.10.20", 16)], e1: lan }, ["192.168.77.3", "169.254.10.20"]],
      ["those of virtual adapters are missing", { ham0: [info("25.1.2.3", 8)], eth0: lan }, ["192.168.77.3"]],
      ["also where Windows has them", { Hamachi: [info("25.1.2.3", 8)], Ethernet: lan }, ["192.168.77.3"]],
      ["and Hyper-V's", { "vEthernet (nat)": [info("172.20.0.1", 20)], eth0: lan }, ["192.168.77.3"]],
      ["a VPN's is better than none", { tailscale0: [info("100.64.0.1", 32)] }, ["100.64.0.1"]],
      ["a link-local one is as well", { e0: [info("169.254.10.20", 16)] }, ["169.254.10.20"]],
      [
        "and better than that of a network inside this computer",
        { docker0: [info("172.17.0.1", 16)], e0: [info("169.254.10.20", 16)] },
        ["169.254.10.20"],
      ],
      [
        "IPv4 comes before IPv6, which is never link-local",
        { e0: [info("fe80::1", 64), info("fd00::1", 64), info("febf::1", 64)], e1: lan },
        ["192.168.77.3", "fd00::1"],
      ],
      ["loopback is none", { lo: [info("127.0.0.1", 8)] }, []],
    ] as [string, Record<string, NetworkInterfaceInfo[]>, string[]][])("%s", (_, all, addresses) => {
      expect(rankedAddresses("::", all)).toEqual(addresses);
      expect(rankedAddresses("0.0.0.0", all)).toEqual(addresses.filter((address) => !address.includes(":")));
    });
  });

  test("without an address on the wire, or with nobody else in its network, is none either", () => {
    const tunnel = [info("10.0.0.1", 24, "00:00:00:00:00:00")];
    expect(found("::", { corp: tunnel, lo: [info("127.0.0.1", 8)], point: [info("10.0.0.1", 32)] })).toEqual([]);
  });

  test("counts where the hub listens on it", () => {
    const all = {
      eth0: [info("10.0.0.1"), info("10.0.1.1"), info("fd00::1", 64), info("fe80::1", 64)],
      eth1: [info("10.0.2.1")],
      eth2: [info("fe80::2", 64)],
    };
    expect(found("0.0.0.0", all)).toEqual(["eth0 10.0.0.1 10.0.1.1", "eth1 10.0.2.1"]);
    expect(found("::", all)).toEqual(["eth0 10.0.0.1 10.0.1.1 fd00::1", "eth1 10.0.2.1"]);
    expect(found("10.0.1.1", all)).toEqual(["eth0 10.0.1.1"]);
    expect(found("10.9.9.9", all)).toEqual([]);
  });
});

test("a bridge is one of containers while they come and go, and leads to the network with an adapter", () => {
  using system = makeTemporaryFolder();
  const make = (path: string) => mkdirSync(join(system.path, path), { recursive: true });
  expect(isBridgeOfContainers("br0", system.path)).toBe(false);
  make("br0/bridge");
  // The bridge is being removed: what is in it is gone already.
  expect(isBridgeOfContainers("br0", system.path)).toBe(true);
  make("br0/brif/veth1");
  make("br0/brif/veth2");
  make("veth2");
  // One container has ended meanwhile.
  expect(isBridgeOfContainers("br0", system.path)).toBe(true);
  make("br0/brif/eth0");
  make("eth0/device");
  expect(isBridgeOfContainers("br0", system.path)).toBe(false);
});
