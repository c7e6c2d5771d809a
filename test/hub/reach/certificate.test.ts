// Certificates from a real ACME server: by each of the challenges, renewed, refused, rate limited, and with a clock that is wrong.
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { request as requestHttps, createServer as serveHttps } from "node:https";
import { createServer as createTcpServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outside } from "../../../src/hub/reach/active-reach.ts";
import type { Reach } from "../../../src/hub/reach/reach.ts";
import { issueCertificate, makeAuthority } from "../../../src/hub/transport/tls/authority.ts";
import { Handshakes } from "../../../src/hub/transport/tls/handshakes.ts";
import type { ReachChange } from "../../../src/shared/security/reach.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeReach, settledCertificate, startService, TestService } from "../../support/reach.ts";
import { openTestStore } from "../../support/stores/store.ts";
import { type Pebble, portOf, startPebble } from "../../support/system/pebble.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

let pebble: Pebble;
beforeAll(async () => {
  pebble = await startPebble();
}, 120_000);
afterAll(() => pebble[Symbol.asyncDispose]());

const outside = (): Outside => ({
  challengePorts: pebble.ports,
  dns: { resolvers: [pebble.dnsServer], pollMs: 20 },
  pollMs: 20,
});

/** What orders a certificate from Pebble. */
function ordered(
  challenge: NonNullable<NonNullable<ReachChange["acme"]>["challenge"]>,
  change: ReachChange = {},
  directory = pebble.directoryUrl,
): ReachChange {
  const directoryCa = pebble.ca;
  const acme = { on: true, challenge, directory, directoryCa, email: "person@example.org", termsAgreed: true };
  return { name: "hub.example.org", lookupUrls: [], acme, ...change };
}

function leafOf(reach: Reach): X509Certificate {
  const { current } = reach.certificate;
  if (current === null) throw new Error("there is no certificate");
  return new X509Certificate(current.certPem);
}

/** DuckDNS's way to set a TXT record, into Pebble's DNS. */
function startDuckDns(): Promise<TestService> {
  return startService(async ({ query }) => {
    const host = "_acme-challenge.pi.duckdns.org.";
    if (query["clear"] === "true") await pebble.callChallengeDns("clear-txt", { host });
    else await pebble.callChallengeDns("set-txt", { host, value: query["txt"] });
    return { text: "OK" };
  });
}

describe("by each challenge", () => {
  test.for(["http-01", "tls-alpn-01"] as const)("%s, on a port that is open meanwhile", async (challenge) => {
    await using open = await openTestStore();
    const reach = makeReach(open, new FakeClock(Date.now()), { outside: outside() });
    await reach.start();
    let changes = 0;
    reach.certificate.onChange(() => changes++);
    expect(await reach.change(ordered(challenge, { name: "Hub.Example.ORG." }))).toBeNull();
    expect(await settledCertificate(reach)).toMatchObject({ state: "valid" });
    expect(leafOf(reach).checkHost("hub.example.org")).toBe("hub.example.org");
    expect(changes).toBeGreaterThan(0);
    // Nobody listens there any more.
    const port = challenge === "http-01" ? pebble.ports.http : pebble.ports.tls;
    await using free = new TestService(() => ({ text: "" }));
    await free.start("127.0.0.1", port);
    await reach.stop();
  });

  test("http-01, on the hub's own HTTP port", async () => {
    await using open = await openTestStore();
    const { http } = pebble.ports;
    const reach = makeReach(open, new FakeClock(Date.now()), { outside: outside(), httpPort: () => http });
    const hub = createServer(({ url = "" }, response) =>
      response.end(reach.challenges.httpAnswer(url.replace("/.well-known/acme-challenge/", "")) ?? "not found"),
    );
    hub.listen(http, "127.0.0.1");
    await reach.start();
    await reach.change(ordered("http-01"));
    expect(await settledCertificate(reach)).toMatchObject({ state: "valid" });
    await reach.stop();
    hub.close();
  });

  test("tls-alpn-01, on the hub's own HTTPS port, whose other clients see no difference", async () => {
    await using open = await openTestStore();
    const port = pebble.ports.tls;
    const reach = makeReach(open, new FakeClock(Date.now()), {
      outside: outside(),
      tls: () => ({ httpsPort: port, mqttsPort: null, certPem: own.certPem }),
    });
    const own = await issueCertificate(await makeAuthority("here", Date.now()), ["hub.example.org"], Date.now());
    const { fingerprint256 } = new X509Certificate(own.certPem);
    const failures: unknown[] = [];
    const handshakes = new Handshakes({
      protocols: ["http/1.1"],
      challenges: reach.challenges,
      onFailure: (_address, failure) => failures.push(failure),
      answerOther: () => null,
    });
    handshakes.present(own);
    const hub = createTcpServer((socket) => handshakes.begin(socket, (secure) => secure.end("hub")));
    hub.listen(port, "127.0.0.1");
    await reach.start();
    await reach.change(ordered("tls-alpn-01"));
    // While the challenge may run.
    const servername = "hub.example.org";
    const seen = connectTls({ port, host: "127.0.0.1", servername, rejectUnauthorized: false });
    const [data] = await once(seen, "data");
    expect([String(data), seen.getPeerX509Certificate()?.fingerprint256]).toEqual(["hub", fingerprint256]);
    expect(await settledCertificate(reach)).toMatchObject({ state: "valid" });
    expect(leafOf(reach).checkHost("hub.example.org")).toBe("hub.example.org");
    // No challenge runs any more: the protocol is not spoken here.
    const late = connectTls({ port, host: "127.0.0.1", servername, ALPNProtocols: ["acme-tls/1"] });
    await expect(once(late, "secureConnect")).rejects.toThrow();
    expect(failures).toEqual([]);
    await reach.stop();
    hub.close();
  });

  test("dns-01, through a provider, whose record is removed afterwards", async () => {
    await using open = await openTestStore();
    await using duckDns = await startDuckDns();
    const reach = makeReach(open, new FakeClock(Date.now()), { outside: { ...outside(), providerUrl: duckDns.url } });
    await reach.start();
    await reach.change(ordered("dns-01", { name: "pi.duckdns.org", provider: { kind: "duckdns", token: "secret" } }));
    expect(await settledCertificate(reach)).toMatchObject({ state: "valid" });
    expect(duckDns.asked.map(({ query }) => [query["domains"], query["token"], query["clear"] ?? "set"])).toEqual([
      ["pi", "secret", "set"],
      ["pi", "secret", "true"],
    ]);
    await reach.stop();
  });
});

describe("in the course of time", () => {
  test("it is kept over a restart, and renewed at two thirds of its life, once", async () => {
    await using open = await openTestStore();
    const clock = new FakeClock(Date.now());
    const first = makeReach(open, clock, { outside: outside() });
    await first.start();
    await first.change(ordered("http-01"));
    const { notBeforeMs = 0, notAfterMs = 0, renewAtMs = 0 } = await settledCertificate(first);
    const share = (renewAtMs - notBeforeMs) / (notAfterMs - notBeforeMs);
    expect(share).toBeGreaterThanOrEqual(2 / 3);
    expect(share).toBeLessThan(2 / 3 + 0.02);
    const { serialNumber } = leafOf(first);
    await first.stop();

    const reach = makeReach(open, clock, { outside: outside() });
    await reach.start();
    expect(leafOf(reach).serialNumber).toBe(serialNumber);
    clock.set(renewAtMs - 2 * MINUTE_MS);
    clock.advance(MINUTE_MS);
    expect((await reach.status(false)).certificate.state).toBe("valid");
    // Later than the latest renewal of a certificate of that age.
    clock.set(notBeforeMs + 0.7 * (notAfterMs - notBeforeMs));
    clock.advance(MINUTE_MS);
    expect((await reach.status(false)).certificate.state).toBe("issuing");
    await settledCertificate(reach);
    const renewed = leafOf(reach).serialNumber;
    expect(renewed).not.toBe(serialNumber);
    // Pebble's clock did not go on: the new certificate is as old. That must not order one a minute.
    const aged = await reach.status(false);
    expect(aged.certificate.problem).toContain("issued just now is old by this computer’s clock");
    expect(aged.checks.find(({ id }) => id === "clock")).toMatchObject({ state: "wrong" });
    clock.advance(10 * MINUTE_MS);
    expect((await settledCertificate(reach)).retryAtMs).toBeGreaterThan(clock.now() + DAY_MS - 20 * MINUTE_MS);
    expect(leafOf(reach).serialNumber).toBe(renewed);
    // With the clock set right it is valid, and nothing is due.
    clock.set(Date.now());
    clock.advance(MINUTE_MS);
    expect((await reach.status(false)).certificate.state).toBe("valid");
    expect(leafOf(reach).serialNumber).toBe(renewed);
    await reach.stop();
  });

  test("with a clock a month behind it is used, and called not yet valid", async () => {
    await using open = await openTestStore();
    const reach = makeReach(open, new FakeClock(Date.now() - 30 * DAY_MS), { outside: outside() });
    await reach.start();
    await reach.change(ordered("http-01"));
    const certificate = await settledCertificate(reach);
    expect(certificate).toMatchObject({ state: "not-yet-valid" });
    expect(certificate.problem).toContain("not yet valid by this computer’s clock");
    expect(leafOf(reach).checkHost("hub.example.org")).toBe("hub.example.org");
    const { checks } = await reach.status(false);
    expect(checks.find(({ id }) => id === "clock")?.title).toBe("This computer’s clock is 30 days behind");
    await reach.stop();
  });

  test("with a clock a month ahead people are told", async () => {
    await using open = await openTestStore();
    const reach = makeReach(open, new FakeClock(Date.now() + 30 * DAY_MS), { outside: outside() });
    await reach.start();
    await reach.change(ordered("http-01"));
    expect(await settledCertificate(reach)).toMatchObject({ state: "valid" });
    const { checks, ready } = await reach.status(false);
    expect(checks.find(({ id }) => id === "clock")?.title).toBe("This computer’s clock is 30 days ahead");
    expect(ready).toBe(false);
    await reach.stop();
  });

  test("a directory that forgot the account gets a new one a minute later", async () => {
    await using open = await openTestStore();
    const clock = new FakeClock(Date.now());
    const reach = makeReach(open, clock, { outside: outside() });
    await reach.start();
    await reach.change(ordered("http-01"));
    await settledCertificate(reach);
    await pebble.restart();
    expect(await reach.issueNow()).toBeNull();
    expect((await settledCertificate(reach)).problem).toContain("does not issue the certificate");
    expect(await reach.issueNow()).toBeNull();
    expect((await settledCertificate(reach)).problem).toBeUndefined();
    await reach.stop();
  });
});

describe("failures have messages", () => {
  /** Orders by HTTP-01 for a name that Pebble's DNS knows as the test wants. */
  async function problemOf(name: string): Promise<string | undefined> {
    await using open = await openTestStore();
    const reach = makeReach(open, new FakeClock(Date.now()), { outside: outside() });
    await reach.start();
    await reach.change(ordered("http-01", { name }));
    const { problem, state } = await settledCertificate(reach);
    expect(state).toBe("none");
    await reach.stop();
    return problem;
  }

  test("a name that DNS does not have", async () => {
    await pebble.callChallengeDns("set-servfail", { host: "nowhere.example.org." });
    const problem = await problemOf("nowhere.example.org");
    expect(problem).toContain("cannot reach nowhere.example.org");
    expect(problem).toContain("Point the name here");
    expect(problem).toContain("could not resolve");
  });

  test("a name that points to where nothing listens", async () => {
    await pebble.callChallengeDns("add-a", { host: "closed.example.org.", addresses: ["127.0.0.9"] });
    expect(await problemOf("closed.example.org")).toContain(
      `cannot reach closed.example.org on port ${pebble.ports.http}. Point the name here and forward the port`,
    );
  });

  test("a name that points to another server", async () => {
    await pebble.callChallengeDns("add-a", { host: "other.example.org.", addresses: ["127.0.0.8"] });
    await using other = new TestService(() => ({ text: "Welcome" }));
    await other.start("127.0.0.8", pebble.ports.http);
    expect(await problemOf("other.example.org")).toContain("found another server than this hub at other.example.org");
  });

  test("a port that is taken", async () => {
    await using other = new TestService(() => ({ text: "Welcome" }));
    await other.start("127.0.0.1", pebble.ports.http);
    expect(await problemOf("hub.example.org")).toContain(`Port ${pebble.ports.http} is taken by another program`);
  });

  test("a record that the provider's name servers do not show", async () => {
    await using open = await openTestStore();
    await using forgetful = await startService(() => ({ text: "OK" }));
    const dns = { resolvers: [pebble.dnsServer], pollMs: 10, limitMs: 100 };
    const seams = { ...outside(), providerUrl: forgetful.url, dns };
    const reach = makeReach(open, new FakeClock(Date.now()), { outside: seams });
    await reach.start();
    await reach.change(ordered("dns-01", { name: "pi.duckdns.org", provider: { kind: "duckdns", token: "secret" } }));
    expect((await settledCertificate(reach)).problem).toContain("do not show it");
    await reach.stop();
  });

  test("a directory with an untrusted certificate, and one that is not ACME", async () => {
    await using open = await openTestStore();
    const reach = makeReach(open, new FakeClock(Date.now()), { outside: outside() });
    await reach.start();
    const acme = { ...ordered("http-01").acme, directoryCa: "" };
    await reach.change(ordered("http-01", { acme }));
    expect((await settledCertificate(reach)).problem).toContain("not signed by an authority");
    await reach.change(ordered("http-01", {}, `https://127.0.0.1:${pebble.ports.management}/roots/0`));
    expect((await settledCertificate(reach)).problem).toContain("does not answer as an ACME directory");
    await reach.stop();
  });

  test("a directory that is down: waits double from a minute, and outlast a restart", async () => {
    await using open = await openTestStore();
    const clock = new FakeClock(Date.now());
    const reach = makeReach(open, clock, { outside: outside() });
    await reach.start();
    await reach.change(ordered("http-01", {}, "https://127.0.0.1:1/dir"));
    const waitsMs: number[] = [];
    for (let tries = 0; tries < 12; tries++) {
      const { problem, retryAtMs = 0 } = await settledCertificate(reach);
      expect(problem).toContain("refuses connections");
      waitsMs.push(retryAtMs - clock.now());
      if (tries < 11) clock.advance(retryAtMs - clock.now());
    }
    expect(waitsMs.map((ms) => ms / MINUTE_MS)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440]);
    const before = (await reach.status(false)).certificate;
    await reach.stop();
    const again = makeReach(open, clock, { outside: outside() });
    await again.start();
    expect((await again.status(false)).certificate).toEqual(before);
    await again.stop();
  });

  test("a rate limit: no request before its end, not even manually", async () => {
    await using open = await openTestStore();
    let isLimited = true;
    let orders = 0;
    const proxy = limitingProxy(() => {
      orders++;
      return isLimited;
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", () => resolve()));
    const clock = new FakeClock(Date.now());
    const reach = makeReach(open, clock, { outside: outside() });
    await reach.start();
    await reach.change(ordered("http-01", {}, `https://127.0.0.1:${portOf(proxy)}/dir`));
    const { problem, retryAtMs } = await settledCertificate(reach);
    expect(problem).toContain("issues no more certificates for this name for now. It says: “too many certificates");
    expect(retryAtMs).toBe(clock.now() + 2 * 3_600_000);
    expect(await reach.issueNow()).toEqual({ code: "certificate-limited", params: { untilMs: retryAtMs } });
    // Settings that change do not get around it.
    await reach.change({ acme: { email: "other@example.org" } });
    clock.advance(2 * 3_600_000 - MINUTE_MS);
    expect((await settledCertificate(reach)).state).toBe("none");
    expect(orders).toBe(1);
    isLimited = false;
    clock.advance(MINUTE_MS);
    expect(await settledCertificate(reach)).not.toHaveProperty("problem");
    expect(leafOf(reach).checkHost("hub.example.org")).toBe("hub.example.org");
    await reach.stop();
    proxy.close();
    proxy.closeAllConnections();
  });
});

/** Pebble, but for new orders while `isLimited`. */
function limitingProxy(isLimited: () => boolean) {
  const tls = { cert: readFileSync(pebble.certPath), key: readFileSync(pebble.keyPath) };
  return serveHttps(tls, (incoming, outgoing) => {
    const { url: path, method, headers } = incoming;
    if (path === "/order-plz" && isLimited()) {
      const type = "urn:ietf:params:acme:error:rateLimited";
      outgoing.writeHead(429, { "Content-Type": "application/problem+json", "Retry-After": "7200" });
      outgoing.end(JSON.stringify({ type, detail: "too many certificates already issued for this name", status: 429 }));
      return;
    }
    const target = { host: "127.0.0.1", port: pebble.ports.directory, path, method, headers, ca: pebble.ca };
    const forwarded = requestHttps({ ...target, agent: false }, (answer: IncomingMessage) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(forwarded);
  });
}
