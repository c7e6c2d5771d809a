// Which clients may connect: by address, and by a browser's Host and Origin.
import { hostname, networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { BrowserGuard } from "../../../src/hub/access/browsers.ts";
import { isLoopback, lanAddresses, Networks, plainAddress } from "../../../src/hub/access/networks.ts";

describe("networks", () => {
  test.each([
    "127.0.0.1",
    "127.8.9.10",
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.5",
    "169.254.7.7",
    "::1",
    "fd12:3456::1",
    "fc00::1",
    "fe80::1",
    "fe80::1%eth0",
    "febf::1",
    "::ffff:192.168.1.5",
    "::FFFF:10.0.0.1",
    "::ffff:c0a8:105",
  ])("%s is let in", (address) => {
    expect(new Networks([]).allows(address)).toBe(true);
  });

  test.each([
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "11.0.0.0",
    "100.64.0.1",
    "169.253.0.1",
    "0.0.0.0",
    "2606:4700::1111",
    "fec0::1",
    "::2",
    "::",
    "::ffff:8.8.8.8",
    "::ffff:808:808",
    "64:ff9b::7f00:1",
    "",
    "unknown",
    "192.168.1.5:80",
  ])("%j is not", (address) => {
    expect(new Networks([]).allows(address)).toBe(false);
  });

  test("further networks can be allowed, and only those", () => {
    const networks = new Networks(["203.0.113.0/24", "2001:db8:1::/48", "198.51.100.7/32"]);
    const addresses = ["203.0.113.255", "::ffff:203.0.113.1", "2001:db8:1::5", "198.51.100.7", "192.168.1.5"];
    expect(addresses.filter((address) => !networks.allows(address))).toEqual([]);
    const others = ["203.0.114.0", "2001:db8:2::5", "198.51.100.8"];
    expect(others.filter((address) => networks.allows(address))).toEqual([]);
  });

  test("on-link IPv6 networks are allowed", () => {
    const own = Object.values(networkInterfaces()).flatMap(
      (all) => all?.filter(({ family }) => family === "IPv6") ?? [],
    );
    const networks = new Networks([]);
    expect(own.filter(({ address }) => !networks.allows(address))).toEqual([]);
  });

  test("a new IPv6 network is allowed; interfaces are read once a second at most", () => {
    let nowMs = 0;
    let looks = 0;
    let prefixes = ["2001:db8:1::1/64"];
    const onLinkPrefixes = () => {
      looks++;
      return prefixes;
    };
    const networks = new Networks(["2001:db8:9::/64"], { onLinkPrefixes, monotonicMs: () => nowMs });
    expect(networks.allows("2001:db8:2::5")).toBe(false);
    prefixes = ["2001:db8:2::1/64"];
    nowMs = 999;
    expect(networks.allows("2001:db8:2::5")).toBe(false);
    expect(looks).toBe(1);
    nowMs = 1_000;
    expect(networks.allows("2001:db8:2::5")).toBe(true);
    expect(networks.allows("2001:db8:9::5"), "given by hand").toBe(true);
    expect(networks.allows("fe80::1%eth0"), "always").toBe(true);
    expect(networks.allows("2001:db8:1::5"), "gone since").toBe(false);
    expect(looks).toBe(2);
    nowMs = 60_000;
    for (const address of ["8.8.8.8", "::ffff:8.8.8.8", "unknown", "2001:db8:2::6"]) networks.allows(address);
    expect(looks, "for IPv4, and for what is let in, there is nothing to look for").toBe(2);
    for (let times = 0; times < 100; times++) networks.allows("2001:db8:3::5");
    expect(looks).toBe(3);
  });

  test.each([
    ["::ffff:192.168.1.5", "192.168.1.5"],
    ["fe80::1%eth0", "fe80::1"],
    ["192.168.1.5", "192.168.1.5"],
    ["2001:db8::1", "2001:db8::1"],
    [undefined, ""],
  ])("%s is written %j", (address, plain) => {
    expect(plainAddress(address)).toBe(plain);
  });

  test.each([
    ["127.0.0.1", true],
    ["127.255.255.254", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["128.0.0.1", false],
    ["192.168.1.5", false],
    ["::ffff:192.168.1.5", false],
    ["::2", false],
    ["", false],
  ])("%j is this very machine: %s", (address, expected) => {
    expect(isLoopback(address)).toBe(expected);
  });

  test("the addresses for others hold neither loopback nor link-local ones", () => {
    expect(lanAddresses().filter((address) => isLoopback(address) || address.startsWith("fe80:"))).toEqual([]);
  });
});

describe("a browser", () => {
  const guard = new BrowserGuard(["hub.example"]);
  /** The code of the refusal, or null. */
  const check = (...headers: string[]): string | null => guard.check(headers)?.code ?? null;

  test.each([
    "localhost",
    "localhost:8080",
    "LocalHost:8080",
    "bramble.local",
    "bramble.local:8080",
    "bramble.local.",
    hostname(),
    `${hostname()}:8080`,
    `${hostname()}.local`,
    "hub.example",
    "HUB.example:80",
    "192.168.1.5",
    "192.168.1.5:8080",
    "8.8.8.8",
    "[::1]:8080",
    "[fd00::1]",
  ])("reaches the hub as %s", (host) => {
    expect(check("Host", host)).toBeNull();
  });

  test.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "bramble.local.evil.example",
    "sub.hub.example",
    "xbramble.local",
    "192.168.1.5.evil.example",
    "localhost@evil.example",
    "evil.example@localhost",
    "localhost/evil",
    "localhost?evil",
    "localhost\\evil",
    "evil.example/localhost",
    "evil.example#localhost",
    "localhost:99999",
    "localhost, evil.example",
    "[::1",
    "",
    " ",
  ])("does not reach it as %j (DNS rebinding)", (host) => {
    expect(check("Host", host)).toBe("foreign-host");
  });

  test("names one host", () => {
    expect(check("Host", "localhost", "host", "localhost")).toBe("foreign-host/several");
    expect(check("Host", "localhost", "HOST", "evil.example")).toBe("foreign-host/several");
  });

  test.each([
    ["http://localhost:8080", "localhost:8080"],
    ["http://LOCALHOST:8080", "localhost:8080"],
    ["http://bramble.local", "bramble.local"],
    ["http://bramble.local", "bramble.local:80"],
    ["https://bramble.local:8443", "bramble.local:8443"],
    ["http://192.168.1.5:8080", "192.168.1.5:8080"],
    ["http://[fd00::1]:8080", "[fd00::1]:8080"],
    ["bramble://app", "127.0.0.1:8080"],
  ])("may run the hub's own page: Origin %s at %s", (origin, host) => {
    expect(check("Host", host, "Origin", origin)).toBeNull();
  });

  test.each([
    ["http://evil.example", "localhost:8080"],
    ["http://localhost", "localhost:8080"],
    ["http://localhost:3000", "localhost:8080"],
    ["http://127.0.0.1:8080", "localhost:8080"],
    ["http://192.168.1.6:8080", "192.168.1.5:8080"],
    ["null", "localhost:8080"],
    ["", "localhost:8080"],
    ["file://", "localhost:8080"],
    ["ftp://localhost:8080", "localhost:8080"],
    ["bramble://other", "localhost:8080"],
    ["bramble://app.evil.example", "localhost:8080"],
    ["chrome-extension://localhost:8080", "localhost:8080"],
    ["http://localhost:8080, http://evil.example", "localhost:8080"],
  ])("may not run another's page against the hub: Origin %j at %s", (origin, host) => {
    expect(check("Host", host, "Origin", origin)).toBe("foreign-origin");
  });

  test("names one origin", () => {
    expect(check("Host", "localhost", "Origin", "http://localhost", "origin", "http://localhost")).toBe(
      "foreign-origin",
    );
  });

  test("is not a device: that sends no Origin, and in HTTP/1.0 not even a Host", () => {
    expect(check("Host", "192.168.1.5:8080", "User-Agent", "python-requests")).toBeNull();
    expect(check()).toBeNull();
    expect(check("Origin", "http://localhost")).toBe("foreign-origin");
  });

  test("finds a header's value only where a value is", () => {
    expect(check("X-Name", "host", "Accept", "evil.example", "Host", "localhost")).toBeNull();
  });
});
