// Who gets in: by address, by what a browser says of itself, and by link, session, token or ticket.
import { createHmac } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { makeAuthenticate } from "../../../src/hub/access/authenticate.ts";
import { BrowserGuard } from "../../../src/hub/access/browsers.ts";
import { isLoopback, lanAddresses, Networks, plainAddress } from "../../../src/hub/access/networks.ts";
import { decide, type Principal } from "../../../src/hub/access/principal.ts";
import { makeSecret, Sessions } from "../../../src/hub/access/sessions.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

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

  test("more can be let in, and nothing beside them", () => {
    const networks = new Networks(["203.0.113.0/24", "2001:db8:1::/48", "198.51.100.7/32"]);
    const addresses = ["203.0.113.255", "::ffff:203.0.113.1", "2001:db8:1::5", "198.51.100.7", "192.168.1.5"];
    expect(addresses.filter((address) => !networks.allows(address))).toEqual([]);
    const others = ["203.0.114.0", "2001:db8:2::5", "198.51.100.8"];
    expect(others.filter((address) => networks.allows(address))).toEqual([]);
  });

  test("neighbours on this machine's own IPv6 networks are let in", () => {
    const own = Object.values(networkInterfaces()).flatMap(
      (all) => all?.filter(({ family }) => family === "IPv6") ?? [],
    );
    const networks = new Networks([]);
    expect(own.filter(({ address }) => !networks.allows(address))).toEqual([]);
  });

  test("an IPv6 network that appears later is let in; the interfaces are looked at once a second at most", () => {
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

describe("sessions", () => {
  const START_MS = Date.UTC(2026, 0, 31, 12);
  const LAN = "192.168.1.5";
  const HERE = "127.0.0.1";
  const SHELL: Principal = { kind: "shell", role: "admin" };

  function start(signingKey = makeSecret(), nowMs = START_MS) {
    const clock = new FakeClock(nowMs);
    const sessions = new Sessions({ token: "run-token", clock });
    sessions.start(signingKey);
    const authenticate = makeAuthenticate(sessions);
    const isAdmin = async (text: string, address: string): Promise<boolean> =>
      decide(await authenticate({ kind: "token", text }, address), "admin") === "granted";
    return { clock, signingKey, sessions, authenticate, isAdmin };
  }

  /** A token that says `payload`, signed as `alg` says. */
  function forge(alg: string, payload: unknown, key: string): string {
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ alg, typ: "JWT" })}.${part(payload)}`;
    const hash = { HS256: "sha256", HS512: "sha512" }[alg];
    const secret = Buffer.from(key, "base64url");
    return `${signed}.${hash === undefined ? "" : createHmac(hash, secret).update(signed).digest("base64url")}`;
  }

  test("the link opens one session, once", async () => {
    const { sessions, isAdmin } = start();
    const session = (await sessions.signIn(sessions.linkSecret)) ?? expect.unreachable("no session");
    expect(await isAdmin(session, LAN)).toBe(true);
    expect(await sessions.signIn(sessions.linkSecret)).toBeNull();
    expect(await isAdmin(session, LAN)).toBe(true);
  });

  test("two who use the link at once get one session", async () => {
    const { sessions } = start();
    const both = await Promise.all([sessions.signIn(sessions.linkSecret), sessions.signIn(sessions.linkSecret)]);
    expect(both.filter((session) => session !== null)).toHaveLength(1);
  });

  test("the link is good for ten minutes", async () => {
    const [inTime, tooLate] = [start(), start()];
    inTime.clock.advance(10 * MINUTE_MS);
    tooLate.clock.advance(10 * MINUTE_MS + 1);
    expect(await inTime.sessions.signIn(inTime.sessions.linkSecret)).not.toBeNull();
    expect(await tooLate.sessions.signIn(tooLate.sessions.linkSecret)).toBeNull();
  });

  test("a wrong secret opens nothing and does not use the link up", async () => {
    const { sessions } = start();
    const { linkSecret } = sessions;
    for (const wrong of [
      "",
      "x",
      linkSecret.slice(1),
      `${linkSecret}x`,
      linkSecret.toUpperCase(),
      makeSecret(),
      "run-token",
    ]) {
      expect(await sessions.signIn(wrong)).toBeNull();
    }
    expect(await sessions.signIn(linkSecret)).not.toBeNull();
  });

  test("every start has a link of its own that nobody guesses", () => {
    const secrets = Array.from({ length: 50 }, () => start("key").sessions.linkSecret);
    expect(new Set(secrets).size).toBe(50);
    expect(Math.min(...secrets.map((secret) => Buffer.from(secret, "base64url").length))).toBeGreaterThanOrEqual(16);
  });

  test("a session lasts 30 days, and outlives a restart", async () => {
    const first = start();
    const session = (await first.sessions.signIn(first.sessions.linkSecret)) ?? expect.unreachable("no session");
    first.clock.advance(30 * DAY_MS - 1_000);
    expect(await first.isAdmin(session, LAN)).toBe(true);
    first.clock.advance(1_000);
    expect(await first.isAdmin(session, LAN)).toBe(false);
    expect(await start(first.signingKey).isAdmin(session, LAN)).toBe(true);
    expect(await start(first.signingKey, START_MS - 10 * MINUTE_MS).isAdmin(session, LAN)).toBe(true);
    expect(await start().isAdmin(session, LAN)).toBe(false);
  });

  const seconds = START_MS / 1_000;
  const admin = { role: "admin", iat: seconds, exp: seconds + 3_600 };
  const KEY = makeSecret();

  test("a token signed with the hub's key is what the forgeries below fall short of", async () => {
    expect(await start(KEY).isAdmin(forge("HS256", admin, KEY), LAN)).toBe(true);
  });

  test.each([
    ["signed with another key", forge("HS256", admin, makeSecret())],
    ["signed with an empty key", forge("HS256", admin, "")],
    ["not signed", forge("none", admin, KEY)],
    ["not signed, in other letters", forge("NonE", admin, KEY)],
    ["signed in another way", forge("HS512", admin, KEY)],
    ["over", forge("HS256", { ...admin, exp: seconds }, KEY)],
    ["without an end", forge("HS256", { ...admin, exp: undefined }, KEY)],
    ["that ends as nothing", forge("HS256", { ...admin, exp: null }, KEY)],
    ["that ends in text", forge("HS256", { ...admin, exp: "2099-01-01" }, KEY)],
    ["that ends too late", forge("HS256", { ...admin, exp: seconds + 31 * 24 * 3_600 }, KEY)],
    ["that never ends", forge("HS256", { ...admin, exp: Number.MAX_SAFE_INTEGER }, KEY)],
    ["of another role", forge("HS256", { ...admin, role: "viewer" }, KEY)],
    ["of no role", forge("HS256", { iat: seconds, exp: seconds + 3_600 }, KEY)],
    ["of null", forge("HS256", null, KEY)],
    ["of a list", forge("HS256", [admin], KEY)],
    ["of text", forge("HS256", "admin", KEY)],
    ["cut", forge("HS256", admin, KEY).slice(0, -2)],
    ["without a signature", forge("HS256", admin, KEY).replace(/[^.]*$/, "")],
    ["of two parts", forge("HS256", admin, KEY).replace(/\.[^.]*$/, "")],
    ["empty", ""],
    ["dots", ".."],
    ["no token at all", "run-token"],
  ])("a session that is %s is none", async (_how, session) => {
    expect(await start(KEY).isAdmin(session, LAN)).toBe(false);
  });

  test("a session whose payload was changed is none", async () => {
    const [header, , signature] = forge("HS256", { ...admin, role: "viewer" }, KEY).split(".");
    const [, payload] = forge("HS256", admin, KEY).split(".");
    expect(await start(KEY).isAdmin(`${header}.${payload}.${signature}`, LAN)).toBe(false);
  });

  test.each([
    ["run-token", HERE, true],
    ["run-token", "::1", true],
    ["run-token", "127.9.9.9", true],
    ["run-token", LAN, false],
    ["run-token", "8.8.8.8", false],
    ["run-token", "", false],
    ["Run-token", HERE, false],
    ["run-toke", HERE, false],
    ["run-token ", HERE, false],
    ["", HERE, false],
  ])("this run's token is good from loopback alone: %j from %j: %s", async (token, address, expected) => {
    const { isAdmin, authenticate } = start();
    expect(await isAdmin(token, address)).toBe(expected);
    const kind = expected ? "shell" : "anonymous";
    expect(await authenticate({ kind: "password", text: token }, address)).toMatchObject({ kind });
  });

  test("loopback alone is nobody", async () => {
    expect(await start().isAdmin("", HERE)).toBe(false);
  });

  test("a ticket opens one live connection, once", () => {
    const { sessions } = start();
    const [first, second] = [sessions.makeTicket(SHELL), sessions.makeTicket(SHELL)];
    expect(first).not.toBe(second);
    expect(sessions.redeemTicket(first)).toEqual(SHELL);
    expect(sessions.redeemTicket(first)).toBeNull();
    expect(sessions.redeemTicket(second)).toEqual(SHELL);
  });

  test("a ticket is good for 30 seconds", () => {
    const { clock, sessions } = start();
    const [inTime, tooLate] = [sessions.makeTicket(SHELL), sessions.makeTicket(SHELL)];
    clock.advance(30_000);
    expect(sessions.redeemTicket(inTime)).toEqual(SHELL);
    clock.advance(1);
    expect(sessions.redeemTicket(tooLate)).toBeNull();
    clock.advance(-1);
    expect(sessions.redeemTicket(tooLate), "used up, though wrong").toBeNull();
  });

  test("tickets that nobody uses do not pile up: the newest are good", () => {
    const { sessions } = start();
    const tickets = Array.from({ length: 3_000 }, () => sessions.makeTicket(SHELL));
    expect(tickets.filter((ticket) => sessions.redeemTicket(ticket) !== null)).toEqual(tickets.slice(-1_000));
  });

  test("secrets, sessions and tokens are no tickets", async () => {
    const { sessions, isAdmin } = start();
    const session = (await sessions.signIn(sessions.linkSecret)) ?? expect.unreachable("no session");
    for (const other of ["", "run-token", sessions.linkSecret, session])
      expect(sessions.redeemTicket(other)).toBeNull();
    expect(await isAdmin(sessions.makeTicket(SHELL), LAN)).toBe(false);
  });

  test("each credential is good for what it is made for, and for nothing else", async () => {
    const { sessions, authenticate } = start();
    const session = (await sessions.signIn(sessions.linkSecret)) ?? expect.unreachable("no session");
    const person: Principal = { kind: "person", role: "admin" };
    const anonymous: Principal = { kind: "anonymous" };
    expect(await authenticate(null, HERE)).toEqual(anonymous);
    expect(await authenticate({ kind: "token", text: session }, LAN)).toEqual(person);
    expect(await authenticate({ kind: "password", text: session }, HERE), "a browser's, on MQTT").toEqual(anonymous);
    expect(await authenticate({ kind: "ticket", text: session }, HERE)).toEqual(anonymous);
    expect(await authenticate({ kind: "ticket", text: "run-token" }, HERE)).toEqual(anonymous);
    const ticket = sessions.makeTicket(person);
    expect(await authenticate({ kind: "token", text: ticket }, HERE)).toEqual(anonymous);
    expect(await authenticate({ kind: "password", text: ticket }, HERE)).toEqual(anonymous);
    expect(await authenticate({ kind: "ticket", text: ticket }, LAN), "of the one who asked for it").toEqual(person);
    expect(await authenticate({ kind: "ticket", text: ticket }, LAN)).toEqual(anonymous);
  });
});
