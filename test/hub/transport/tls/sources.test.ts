// Certificate sources: renewed in time and for new addresses, reloaded when their files change, and never replaced by an invalid one.
// Clock and names are fakes.
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import { issueCertificate, makeAuthority } from "../../../../src/hub/transport/tls/authority.ts";
import { OwnSource } from "../../../../src/hub/transport/tls/own-source.ts";
import { Tls } from "../../../../src/hub/transport/tls/tls.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { openTestStore } from "../../../support/stores/store.ts";
import { askHttps, changeTls, openTls, run, startTlsHub, tlsStatus, untilTrue } from "../../../support/tls.ts";

const DAY_MS = 24 * 3_600_000;
const log = pino({ enabled: false });
const START_MS = Date.UTC(2026, 5, 1);

async function startOwn(folder: string, nowMs: number, names: string[]) {
  const clock = new FakeClock(nowMs);
  const source = new OwnSource({ folder, names: () => names, clock, log });
  await source.start();
  const facts = () => new X509Certificate(source.current?.certPem ?? "");
  return { clock, source, facts, [Symbol.dispose]: () => source.stop() };
}

test("it is renewed thirty days before its end, by the same authority", async () => {
  using folder = makeTemporaryFolder();
  using own = await startOwn(folder.path, START_MS, ["bramble.local"]);
  const first = own.facts();
  const authority = own.source.authorityPem;
  let changes = 0;
  own.source.onChange(() => changes++);
  own.clock.set(START_MS + 365 * DAY_MS);
  own.clock.advance(60_000);
  own.clock.set(START_MS + 367 * DAY_MS);
  own.clock.advance(60_000);
  await untilTrue("a new certificate", async () => own.facts().fingerprint256 !== first.fingerprint256);
  expect(changes).toBe(1);
  expect(own.facts().serialNumber).not.toBe(first.serialNumber);
  expect(own.source.authorityPem).toBe(authority);
  expect(own.facts().verify(new X509Certificate(authority ?? "").publicKey)).toBe(true);
});

test("a new address or name is included within a minute; a removed one changes nothing", async () => {
  using folder = makeTemporaryFolder();
  const names = ["bramble.local", "192.168.1.5"];
  using own = await startOwn(folder.path, START_MS, names);
  const first = own.facts();
  names.push("fd00:0:0:1::5", "bramble-2.local");
  own.clock.advance(60_000);
  await untilTrue("a new certificate", async () => own.facts().fingerprint256 !== first.fingerprint256);
  const second = own.facts();
  expect([second.checkIP("fd00:0:0:1::5"), second.checkHost("bramble-2.local")]).not.toContain(undefined);
  names.pop();
  own.clock.advance(180_000);
  using again = await startOwn(folder.path, START_MS + 180_000, names);
  expect(again.facts().fingerprint256).toBe(second.fingerprint256);
});

test("an unset clock changes nothing; one that was ahead is compensated", async () => {
  using folder = makeTemporaryFolder();
  using own = await startOwn(folder.path, START_MS, ["a.local"]);
  const first = own.facts().fingerprint256;
  using unset = await startOwn(folder.path, 0, ["a.local"]);
  expect(unset.facts().fingerprint256).toBe(first);
  using ahead = await startOwn(folder.path, START_MS + 9 * 365 * DAY_MS, ["a.local"]);
  expect(ahead.facts().fingerprint256).not.toBe(first);
  using back = await startOwn(folder.path, START_MS, ["a.local"]);
  expect(Date.parse(back.facts().validFrom)).toBe(START_MS - DAY_MS);
});

test("a certificate made in 1970 is valid once the clock is set", async () => {
  using folder = makeTemporaryFolder();
  using own = await startOwn(folder.path, 0, ["a.local"]);
  for (const pem of [own.source.authorityPem, own.source.current?.certPem]) {
    const certificate = new X509Certificate(pem ?? "");
    expect(Date.parse(certificate.validFrom)).toBeLessThanOrEqual(Date.UTC(2026, 0, 1));
    expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.UTC(2027, 0, 1));
  }
});

test("a damaged authority is not replaced, since devices trust the old one", async () => {
  using folder = makeTemporaryFolder();
  (await startOwn(folder.path, START_MS, ["a.local"])).source.stop();
  const key = join(folder.path, "ca-key.pem");
  writeFileSync(key, "nothing");
  using own = await startOwn(folder.path, START_MS, ["a.local"]);
  expect(own.source.current).toBeNull();
  expect(own.source.problems.map(({ code }) => code)).toEqual(["tls/authority-broken"]);
  expect(readFileSync(key, "utf8")).toBe("nothing");
});

test("renewed while clients are connected: old connections go on, new ones see the new certificate", async () => {
  await using tls = await startTlsHub();
  const { hub, ca, httpsPort } = tls;
  const old = await openTls(httpsPort, { ca });
  const before = (await tlsStatus(hub)).certificate?.fingerprint;
  hub.clock.set(hub.clock.now() + 380 * DAY_MS);
  hub.clock.advance(60_000);
  await untilTrue("the hub has noticed", async () => (await tlsStatus(hub)).certificate?.fingerprint !== before);
  old.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(String((await once(old, "data"))[0])).toContain("200 OK");
  expect(old.getPeerX509Certificate()?.fingerprint256).toBe(before);
  const after = (await tlsStatus(hub)).certificate?.fingerprint;
  // It is not yet good by this computer's clock, which the client goes by.
  const fresh = await openTls(httpsPort, { ca, rejectUnauthorized: false });
  expect(fresh.getPeerX509Certificate()?.fingerprint256).toBe(after);
  old.destroy();
  fresh.destroy();
});

interface Pair {
  readonly certPem: string;
  readonly keyPem: string;
}

/** As certbot lays them out: links in `live` to files in `archive`, each swapped by a rename. */
function layOut(folder: string, version: number, pair: Pair): void {
  const archive = join(folder, "archive");
  const live = join(folder, "live");
  mkdirSync(archive, { recursive: true });
  mkdirSync(live, { recursive: true });
  for (const [name, pem] of [
    ["privkey", pair.keyPem],
    ["fullchain", pair.certPem],
  ] as const) {
    writeFileSync(join(archive, `${name}${version}.pem`), pem);
    const link = join(live, `${name}.pem`);
    rmSync(`${link}.new`, { force: true });
    symlinkSync(join("..", "archive", `${name}${version}.pem`), `${link}.new`);
    renameSync(`${link}.new`, link);
  }
}

test("files: swapped links are noticed, broken ones refused, and the clients of the old go on", async () => {
  using folder = makeTemporaryFolder();
  const authority = await makeAuthority("elsewhere", Date.now());
  const issue = (nowMs = Date.now()) => issueCertificate(authority, ["localhost", "127.0.0.1"], nowMs);
  const first = await issue();
  layOut(folder.path, 1, first);
  await using hub = await startHubInside();
  const files = { certFile: join(folder.path, "live/fullchain.pem"), keyFile: join(folder.path, "live/privkey.pem") };
  expect(await changeTls(hub, { mode: "files" })).toMatchObject({ status: 400 });
  expect(await changeTls(hub, { mode: "files", certFile: "/nowhere/c.pem", keyFile: "/nowhere/k.pem" })).toMatchObject({
    status: 400,
    body: { error: "bad-certificate", message: expect.stringContaining("/nowhere/c.pem cannot be read") },
  });
  expect((await tlsStatus(hub)).mode).toBe("off");
  expect((await changeTls(hub, { mode: "files", ...files })).status).toBe(200);
  const { httpsPort, mqttsPort } = await tlsStatus(hub);
  const ca = authority.certPem;
  const old = await openTls(httpsPort, { ca });

  const second = await issue();
  layOut(folder.path, 2, second);
  const fingerprint = new X509Certificate(second.certPem).fingerprint256;
  await untilTrue("the hub has noticed", async () => (await tlsStatus(hub)).certificate?.fingerprint === fingerprint);
  const fresh = await openTls(mqttsPort, { ca });
  expect(fresh.getPeerX509Certificate()?.fingerprint256).toBe(fingerprint);
  fresh.destroy();
  old.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  expect(String((await once(old, "data"))[0])).toContain("200 OK");
  old.destroy();

  const third = await issue();
  const broken: readonly (readonly [Pair, string])[] = [
    [{ ...third, keyPem: second.keyPem }, "is not this key's"],
    [{ ...third, certPem: "rubbish" }, "holds no certificate"],
    [{ ...third, keyPem: "rubbish" }, "holds no private key"],
    [{ ...third, certPem: authority.certPem + third.certPem }, "must begin with the hub's own"],
  ];
  for (const [index, [pair, words]] of broken.entries()) {
    layOut(folder.path, 3 + index, pair);
    await untilTrue("the hub has noticed", async () =>
      (await tlsStatus(hub)).problems.some((problem) => problem.includes(words)),
    );
    expect((await tlsStatus(hub)).certificate?.fingerprint).toBe(fingerprint);
  }
  hub.clock.set(Date.now() + 500 * DAY_MS);
  layOut(folder.path, 20, third);
  await untilTrue("it is refused", async () =>
    (await tlsStatus(hub)).problems.some((one) => one.includes("expired on")),
  );
  layOut(folder.path, 21, await issue(Date.now() + 499 * DAY_MS));
  await untilTrue("the hub has noticed", async () => (await tlsStatus(hub)).problems.length === 0);
  expect((await run("curl", ["-sS", "--cacert", "/dev/null", `https://localhost:${httpsPort}/healthz`])).code).not.toBe(
    0,
  );
});

test("files: people are warned a fortnight before, in /healthz, on the hub's page and by the doctor", async () => {
  using folder = makeTemporaryFolder();
  const authority = await makeAuthority("elsewhere", Date.now());
  layOut(folder.path, 1, await issueCertificate(authority, ["localhost"], Date.now()));
  await using hub = await startHubInside();
  const files = { certFile: join(folder.path, "live/fullchain.pem"), keyFile: join(folder.path, "live/privkey.pem") };
  await changeTls(hub, { mode: "files", ...files });
  const health = async () =>
    (await (await hub.fetch("/healthz")).json()) as { status: string; tls?: { message: string } };
  expect((await health()).tls).toBeUndefined();
  hub.clock.set(hub.clock.now() + 385 * DAY_MS);
  expect(await health()).toMatchObject({ status: "warning", tls: { message: expect.stringContaining("expires on") } });
  hub.clock.set(hub.clock.now() + 20 * DAY_MS);
  expect((await health()).tls?.message).toContain("expired on");
  const { checks } = (await (await hub.fetch("/api/v1/doctor")).json()) as { checks: { id: string; state: string }[] };
  expect(checks).toContainEqual(expect.objectContaining({ id: "certificate", state: "wrong" }));
  expect(checks).toContainEqual(expect.objectContaining({ id: "mqtts-port", state: "fine" }));
});

test("HSTS is sent over TLS alone, and only where every browser can obey it", async () => {
  using folder = makeTemporaryFolder();
  const authority = await makeAuthority("public", Date.now());
  layOut(folder.path, 1, await issueCertificate(authority, ["localhost"], Date.now()));
  const files = { certFile: join(folder.path, "live/fullchain.pem"), keyFile: join(folder.path, "live/privkey.pem") };
  await using hub = await startHubInside({ publicAuthorities: [authority.certPem] });
  const hstsOf = async (ca: string) => {
    const { httpsPort } = await tlsStatus(hub);
    const { headers } = await askHttps(httpsPort, "/healthz", { ca });
    return headers["strict-transport-security"];
  };
  await changeTls(hub, { mode: "files", ...files });
  // The ports without TLS are in use: a browser that was told so would leave them.
  expect(await hstsOf(authority.certPem)).toBeUndefined();
  await changeTls(hub, { plainPorts: "closed-but-loopback" });
  expect(await hstsOf(authority.certPem)).toBe("max-age=2592000");
  // RFC 6797, section 7.2: never without TLS.
  expect((await hub.fetch("/healthz")).headers.get("strict-transport-security")).toBeNull();
  // A certificate that a person has to trust first.
  await changeTls(hub, { mode: "own" });
  expect(await hstsOf(await (await hub.fetch("/ca.pem")).text())).toBeUndefined();
});

/** An address of this computer at which others reach it. */
function outsideAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((infos) => infos ?? []);
  return all.find(({ internal, family }) => !internal && family === "IPv4")?.address;
}

const outside = outsideAddress();

test.skipIf(outside === undefined)("TLS in place of the plain ports: those answer this computer alone", async () => {
  await using tls = await startTlsHub({ flags: ["--allow", `${outside}/32`] });
  const { hub } = tls;
  const info = async () => (await hub.fetch("/api/v1/hub")).json();
  /** On a connection of its own. */
  const reach = () =>
    new Promise((done) => {
      const asked = get({ host: outside, port: hub.httpPort, path: "/healthz", agent: false }, (answer) => {
        answer.resume();
        done(answer.statusCode);
      });
      asked.on("error", () => done("closed"));
    });
  expect(await reach()).toBe(200);
  expect((await changeTls(hub, { plainPorts: "closed-but-loopback" })).status).toBe(200);
  expect(await info()).toMatchObject({ plainPorts: "closed-but-loopback", httpsPort: tls.httpsPort });
  expect(await reach()).toBe("closed");
  await hub.restart();
  expect(await reach()).toBe("closed");
  expect((await changeTls(hub, { mode: "off" })).status).toBe(200);
  expect(await reach()).toBe(200);
});

test("a change that cannot be saved changes nothing", async () => {
  using folder = makeTemporaryFolder();
  const clock = new FakeClock(START_MS);
  await using open = await openTestStore(clock);
  const own = () => new OwnSource({ folder: folder.path, names: () => ["bramble.local"], clock, log });
  const tls = new Tls({
    host: "127.0.0.1",
    isOnByDefault: false,
    records: open.store.records,
    sources: { own, files: own, acme: own },
    onPortsChanged: () => undefined,
  });
  await tls.prepare();
  await tls.start();
  expect(await tls.change({ mode: "own" })).toBeNull();
  const { certificate } = tls;
  expect(certificate?.names).toContain("bramble.local");
  await open.store.stop();
  for (const change of [{ mode: "off" }, { plainPorts: "closed-but-loopback" }] as const) {
    await expect(tls.change(change)).rejects.toThrow();
    expect(tls.settings).toEqual({ mode: "own", plainPorts: "open" });
    expect(tls.certificate).toEqual(certificate);
  }
  await tls.stop();
});
