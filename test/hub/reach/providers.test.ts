// DNS providers, each against a fake server with its documented API: success, a bad token, rate limiting, garbage, and downtime. No
// message contains a secret.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Cloudflare } from "../../../src/hub/reach/dns/cloudflare.ts";
import { CommandProvider } from "../../../src/hub/reach/dns/command.ts";
import { DeSec } from "../../../src/hub/reach/dns/desec.ts";
import type { AddressProvider } from "../../../src/hub/reach/dns/dns-provider.ts";
import { DuckDns } from "../../../src/hub/reach/dns/duckdns.ts";
import { UrlProvider } from "../../../src/hub/reach/dns/url-provider.ts";
import { ReachError } from "../../../src/hub/reach/reach-error.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { type Asked, startService } from "../../support/reach.ts";

const SECRET = "s3cret-token";
const NAME = "hub.example.org";
const RECORD = `_acme-challenge.${NAME}`;
const clock = new FakeClock(Date.UTC(2026, 0, 31));

async function failureOf(act: Promise<unknown>): Promise<ReachError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof ReachError) return error;
    throw error;
  }
  return expect.unreachable("it did not fail");
}

const called = ({ method, path, query }: Asked) => `${method} ${path} ${new URLSearchParams(query)}`.trim();

const PROVIDERS: readonly [name: string, make: (baseUrl: string) => AddressProvider][] = [
  ["DuckDNS", (baseUrl) => new DuckDns(SECRET, { clock, baseUrl })],
  ["deSEC", (baseUrl) => new DeSec(SECRET, { clock, baseUrl })],
  ["Cloudflare", (baseUrl) => new Cloudflare(SECRET, { clock, baseUrl })],
  [
    "a URL",
    (baseUrl) => {
      const url = `${baseUrl}/nic/update?hostname={name}&myip={ipv4}`;
      return new UrlProvider({ url, username: "pi", password: SECRET }, { clock });
    },
  ],
];

describe.for(PROVIDERS)("%s", ([, make]) => {
  test("asks to be left alone for as long as it says", async () => {
    await using service = await startService(() => ({ status: 429, headers: { "Retry-After": "120" }, text: "slow" }));
    const failure = await failureOf(make(service.url).setAddress(NAME, "203.0.113.9", null));
    expect(failure).toMatchObject({ isFinal: false, retryAfterMs: 120_000 });
    expect(failure.message).toContain("asks to be left alone");
  });

  test("answers with garbage, which is cut, and in which no secret is shown", async () => {
    await using service = await startService(() => ({ text: `<html>${SECRET} ${"x".repeat(1_000)}` }));
    const failure = await failureOf(make(service.url).setAddress(NAME, "203.0.113.9", null));
    expect(failure.isFinal).toBe(false);
    expect(failure.message).toContain("no answer of such a service. It says: “<html>… xxx");
    expect(failure.message).not.toContain(SECRET);
    expect(failure.message.length).toBeLessThan(400);
  });

  test("fails, and is down", async () => {
    const service = await startService(() => ({ status: 500, text: "oops" }));
    const { url } = service;
    expect((await failureOf(make(url).setAddress(NAME, "203.0.113.9", null))).message).toContain(
      "failed. It says: “oops”",
    );
    await service[Symbol.asyncDispose]();
    const down = await failureOf(make(url).setAddress(NAME, "203.0.113.9", null));
    expect(down.message).toContain("it refuses connections");
    expect(down.isFinal).toBe(false);
  });
});

test("DuckDNS is asked by one GET, and does not say what is wrong", async () => {
  await using service = await startService(() => ({ text: "OK" }));
  const provider = new DuckDns(SECRET, { clock, baseUrl: service.url });
  await provider.setTxt("_acme-challenge.pi.duckdns.org", "value");
  await provider.removeTxt("_acme-challenge.pi.duckdns.org", "value");
  await provider.setAddress("pi.duckdns.org", "auto", "2001:db8::1");
  expect(service.asked.map(called)).toEqual([
    `GET /update domains=pi&token=${SECRET}&txt=value`,
    `GET /update domains=pi&token=${SECRET}&txt=value&clear=true`,
    `GET /update domains=pi&token=${SECRET}&ipv6=2001%3Adb8%3A%3A1`,
    `GET /update domains=pi&token=${SECRET}&ip=`,
  ]);
  service.answer = () => ({ text: "KO" });
  const failure = await failureOf(provider.setTxt("_acme-challenge.pi.duckdns.org", "value"));
  expect(failure.isFinal).toBe(true);
  expect(failure.message).toContain("either the token is wrong");
});

test("deSEC has sets of records in the domain that holds the name", async () => {
  await using service = await startService(({ method }) => ({
    text: JSON.stringify(method === "GET" ? [{ name: "example.org", minimum_ttl: 3600 }] : []),
  }));
  const provider = new DeSec(SECRET, { clock, baseUrl: service.url });
  await provider.setTxt(RECORD, "value");
  await provider.removeTxt(RECORD);
  await provider.setAddress(NAME, "203.0.113.9", null);
  expect(service.asked.map(called).slice(0, 2)).toEqual([
    `GET /domains/ owns_qname=${RECORD}`,
    "PATCH /domains/example.org/rrsets/",
  ]);
  expect(service.asked.every(({ authorization }) => authorization === `Token ${SECRET}`)).toBe(true);
  expect(service.asked.flatMap(({ body }) => body ?? [])).toEqual([
    { subname: "_acme-challenge.hub", type: "TXT", ttl: 3600, records: ['"value"'] },
    { subname: "_acme-challenge.hub", type: "TXT", ttl: 3600, records: [] },
    { subname: "hub", type: "A", ttl: 3600, records: ["203.0.113.9"] },
  ]);
  service.answer = () => ({ text: "[]" });
  expect((await failureOf(provider.setTxt(RECORD, "value"))).message).toContain("does not keep");
  service.answer = () => ({ status: 401, text: '{"detail":"Invalid token."}' });
  expect(await failureOf(provider.setTxt(RECORD, "value"))).toMatchObject({ isFinal: true });
});

test("Cloudflare has records in the zone that the token sees", async () => {
  const found = (...ids: string[]) => ({ text: JSON.stringify({ success: true, result: ids.map((id) => ({ id })) }) });
  await using service = await startService(({ method, path, query }) => {
    if (path === "/zones") return query["name"] === "example.org" ? found("z1") : found();
    return method === "GET" && query["type"] !== "AAAA" ? found("r1") : { text: '{"success":true,"result":[]}' };
  });
  const provider = new Cloudflare(SECRET, { clock, baseUrl: service.url });
  await provider.setTxt(RECORD, "value");
  await provider.removeTxt(RECORD, "value");
  await provider.setAddress(NAME, "203.0.113.9", "2001:db8::1");
  expect(
    service.asked.filter(({ method }) => method !== "GET").map(({ method, path, body }) => [method, path, body]),
  ).toEqual([
    ["POST", "/zones/z1/dns_records", { type: "TXT", name: RECORD, content: '"value"', ttl: 60 }],
    ["DELETE", "/zones/z1/dns_records/r1", undefined],
    ["PATCH", "/zones/z1/dns_records/r1", { content: "203.0.113.9" }],
    ["POST", "/zones/z1/dns_records", { type: "AAAA", name: NAME, content: "2001:db8::1", ttl: 60, proxied: false }],
  ]);
  service.answer = () => ({
    status: 403,
    text: '{"success":false,"errors":[{"code":9109,"message":"Invalid access token"}]}',
  });
  const failure = await failureOf(provider.setTxt(RECORD, "value"));
  expect(failure).toMatchObject({ isFinal: true, message: expect.stringContaining("does not accept the token") });
});

test("a URL is filled in, and the words of dyndns2 are understood", async () => {
  await using service = await startService(() => ({ text: "good 203.0.113.9" }));
  const url = `${service.url}/nic/update?hostname={name}&myip={ipv4}&myipv6={ipv6}`;
  const provider = new UrlProvider({ url, username: "pi", password: SECRET }, { clock });
  await provider.setAddress(NAME, "203.0.113.9", null);
  expect(service.asked.map(called)).toEqual([`GET /nic/update hostname=${NAME}&myip=203.0.113.9&myipv6=`]);
  expect(service.asked[0]?.authorization).toBe(`Basic ${btoa(`pi:${SECRET}`)}`);
  const failureFor = async (text: string) => {
    service.answer = () => ({ text });
    return failureOf(provider.setAddress(NAME, "203.0.113.9", null));
  };
  expect(await failureFor("badauth")).toMatchObject({
    isFinal: true,
    message: expect.stringContaining("user name and password"),
  });
  expect(await failureFor("nohost")).toMatchObject({
    isFinal: true,
    message: expect.stringContaining(`does not keep ${NAME}`),
  });
  expect(await failureFor("abuse")).toMatchObject({ isFinal: true, message: expect.stringContaining("“abuse”") });
  expect(await failureFor("911")).toMatchObject({ isFinal: false, minWaitMs: 1_800_000 });
});

test("a command is told what to do by its environment, without a shell", async () => {
  using folder = makeTemporaryFolder();
  const log = join(folder.path, "log");
  mkdirSync(join(folder.path, "commands"));
  const write = (name: string, text: string) => {
    writeFileSync(join(folder.path, "commands", name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder.path, "commands", name), 0o700);
  };
  write("good", `echo "$BRAMBLE_DNS_ACTION $BRAMBLE_DNS_NAME $BRAMBLE_DNS_VALUE $BRAMBLE_DNS_IPV4 $1" >> ${log}`);
  write("bad", "echo no such zone >&2; exit 3");
  write("slow", "exec sleep 60");
  const options = { folder: join(folder.path, "commands"), timeoutMs: 200 };
  const good = new CommandProvider(["good", "$(reboot)"], { ...options, timeoutMs: 10_000 });
  await good.setTxt(RECORD, "value");
  await good.setAddress(NAME, "203.0.113.9", null);
  expect(readFileSync(log, "utf8").split("\n")).toEqual([
    `set-txt ${RECORD} value  $(reboot)`,
    `set-address ${NAME}  203.0.113.9 $(reboot)`,
    "",
  ]);
  const failing = (program: string) => failureOf(new CommandProvider([program], options).setTxt(RECORD, "value"));
  expect((await failing("slow")).message).toContain("took longer than 0.2 seconds");
  expect(await failing("none")).toMatchObject({
    isFinal: true,
    message: expect.stringContaining("There is no program none"),
  });
  const bad = await failureOf(new CommandProvider(["bad"], { ...options, timeoutMs: 10_000 }).setTxt(RECORD, "value"));
  expect(bad.message).toContain("no such zone");
});
