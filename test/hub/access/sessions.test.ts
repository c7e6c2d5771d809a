// Who is signed in: by link, session, token or ticket. A session is a signed token that names a record.
import { createHmac } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { signingKeyRecords } from "../../../src/hub/access/accounts/signing-keys.ts";
import type { Principal } from "../../../src/hub/access/principal.ts";
import { makeSecret } from "../../../src/hub/access/secrets.ts";
import { FROM_LAN, LAN, RUN_TOKEN, startAccess, type TestAccess } from "../../support/access.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HERE = "127.0.0.1";
const SHELL: Principal = { kind: "shell", role: "admin" };
const OWNER = { kind: "owner" } as const;

const signIn = ({ access }: TestAccess) => access.sessions.create(OWNER, "admin", FROM_LAN);
const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
const headerOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());

/** A token that says `payload`, signed as `header.alg` says. */
function forge(
  header: { readonly alg: string; readonly kid?: string | undefined },
  payload: unknown,
  key: string,
): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part(payload)}`;
  const hash = { HS256: "sha256", HS512: "sha512" }[header.alg];
  const secret = Buffer.from(key, "base64url");
  return `${signed}.${hash === undefined ? "" : createHmac(hash, secret).update(signed).digest("base64url")}`;
}

/** For those tests that leave nothing behind but sessions. */
let shared: TestAccess | null = null;
async function startOnce(): Promise<TestAccess> {
  shared ??= await startAccess();
  return shared;
}
afterAll(() => shared?.[Symbol.asyncDispose]());

describe("a link", () => {
  test("signs in once, within ten minutes", async () => {
    await using at = await startAccess();
    const { links } = at.access;
    const [first, late] = [links.make(OWNER), links.make(OWNER)];
    expect(links.redeem(first.secret)).toEqual(OWNER);
    expect(links.redeem(first.secret)).toBeNull();
    at.clock.advance(10 * MINUTE_MS + 1);
    expect(links.redeem(late.secret)).toBeNull();
  });

  test("is not used up by a wrong secret", async () => {
    await using at = await startAccess();
    const { links } = at.access;
    const { secret } = links.make(OWNER);
    for (const wrong of ["", "x", secret.slice(1), `${secret}x`, secret.toUpperCase(), makeSecret(), RUN_TOKEN])
      expect(links.redeem(wrong)).toBeNull();
    expect(links.redeem(secret)).toEqual(OWNER);
  });

  test("has a secret of 256 bits that no other has", async () => {
    await using at = await startAccess();
    const secrets = Array.from({ length: 50 }, () => at.access.links.make(OWNER).secret);
    expect(new Set(secrets).size).toBe(50);
    expect(new Set(secrets.map((secret) => Buffer.from(secret, "base64url").length))).toEqual(new Set([32]));
  });

  test("of a person ends when the person's rights change", async () => {
    await using at = await startAccess();
    const { links, people } = at.access;
    await people.add({ name: "Ann", role: "admin", password: "correct horse" });
    const { secret } = links.make({ kind: "person", name: "Ann" });
    await people.change("ann", { role: "viewer" });
    expect(links.redeem(secret)).toBeNull();
  });
});

describe("a session", () => {
  test("lasts 30 days, and outlives a restart", async () => {
    await using at = await startAccess();
    const session = await signIn(at);
    await at.restart();
    at.clock.leap(30 * DAY_MS - 1_000);
    expect(await at.isAdmin(session)).toBe(true);
    at.clock.advance(1_000);
    expect(await at.isAdmin(session)).toBe(false);
  });

  test("is ended at once, for every token of it, over a restart", async () => {
    await using at = await startAccess();
    const [ended, other] = [await signIn(at), await signIn(at)];
    expect(await at.access.sessions.end(payloadOf(ended).jti)).toBe(true);
    expect(await at.access.sessions.end(payloadOf(ended).jti)).toBe(false);
    await at.restart();
    expect([await at.isAdmin(ended), await at.isAdmin(other)]).toEqual([false, true]);
  });

  test.each([
    ["alone", (at: TestAccess, token: string) => at.access.sessions.end(payloadOf(token).jti)],
    ["with all of its subject", (at: TestAccess) => at.access.sessions.endOf(OWNER)],
  ])("that cannot be ended on disk, %s, is there, so that it can be ended again", async (_how, end) => {
    await using at = await startAccess();
    const session = await signIn(at);
    await at.store.stop();
    await expect(end(at, session)).rejects.toThrow();
    expect(await at.isAdmin(session)).toBe(true);
    await at.restart();
    await end(at, session);
    await at.restart();
    expect(await at.isAdmin(session)).toBe(false);
  });

  test("that has expired does not count as a guess, a forged one does", async () => {
    await using at = await startAccess();
    const session = await signIn(at);
    const show = (text: string) => at.access.authenticate({ kind: "token", text }, LAN);
    expect((await show(`${session}x`)).isWrong).toBe(true);
    at.clock.leap(31 * DAY_MS);
    expect(await show(session)).toEqual({ principal: { kind: "anonymous" }, isWrong: false });
  });

  test("outlives the key that signed it, but no longer than its time", async () => {
    await using at = await startAccess();
    const first = await signIn(at);
    at.clock.leap(29 * DAY_MS);
    const second = await signIn(at);
    at.clock.leap(2 * DAY_MS);
    const third = await signIn(at);
    expect(headerOf(second).kid).toBe(headerOf(first).kid);
    expect(headerOf(third).kid).not.toBe(headerOf(first).kid);
    await at.restart();
    expect([await at.isAdmin(first), await at.isAdmin(second), await at.isAdmin(third)]).toEqual([false, true, true]);
  });

  test("is one of a thousand at most: the oldest ends", async () => {
    await using at = await startAccess();
    const first = await signIn(at);
    const rest = await Promise.all(Array.from({ length: 1_000 }, () => signIn(at)));
    expect(await at.isAdmin(first)).toBe(false);
    expect(await at.isAdmin(rest.at(-1) ?? "")).toBe(true);
    expect(at.access.sessions.list(null)).toHaveLength(1_000);
  });

  test.each([
    ["signed with another key", (t: Forgery) => forge(t.header, t.payload, makeSecret())],
    ["signed with an empty key", (t: Forgery) => forge(t.header, t.payload, "")],
    ["not signed", (t: Forgery) => forge({ ...t.header, alg: "none" }, t.payload, t.key)],
    ["not signed, in other letters", (t: Forgery) => forge({ ...t.header, alg: "NonE" }, t.payload, t.key)],
    ["signed in another way", (t: Forgery) => forge({ ...t.header, alg: "HS512" }, t.payload, t.key)],
    ["signed with a key that does not exist", (t: Forgery) => forge({ ...t.header, kid: "x" }, t.payload, t.key)],
    ["that names no key", (t: Forgery) => forge({ ...t.header, kid: undefined }, t.payload, t.key)],
    ["over", (t: Forgery) => forge(t.header, { ...t.payload, exp: t.payload.iat - 1 }, t.key)],
    ["without an end", (t: Forgery) => forge(t.header, { ...t.payload, exp: undefined }, t.key)],
    ["that ends as nothing", (t: Forgery) => forge(t.header, { ...t.payload, exp: null }, t.key)],
    ["that ends in text", (t: Forgery) => forge(t.header, { ...t.payload, exp: "2099-01-01" }, t.key)],
    ["that never ends", (t: Forgery) => forge(t.header, { ...t.payload, exp: Number.MAX_SAFE_INTEGER }, t.key)],
    ["for another audience", (t: Forgery) => forge(t.header, { ...t.payload, aud: "other" }, t.key)],
    ["that names no record", (t: Forgery) => forge(t.header, { ...t.payload, jti: "x" }, t.key)],
    ["of null", (t: Forgery) => forge(t.header, null, t.key)],
    ["of a list", (t: Forgery) => forge(t.header, [t.payload], t.key)],
    ["of text", (t: Forgery) => forge(t.header, "admin", t.key)],
    ["cut", (t: Forgery) => t.token.slice(0, -2)],
    ["without a signature", (t: Forgery) => t.token.replace(/[^.]*$/, "")],
    ["of two parts", (t: Forgery) => t.token.replace(/\.[^.]*$/, "")],
    ["empty", () => ""],
    ["dots", () => ".."],
    ["no token at all", () => RUN_TOKEN],
  ])("that is %s is none", async (_how, make) => {
    const at = await startOnce();
    const forgery = await forgeryOf(at);
    expect(
      await at.isAdmin(forge(forgery.header, forgery.payload, forgery.key)),
      "what the forgery falls short of",
    ).toBe(true);
    expect(await at.isAdmin(make(forgery))).toBe(false);
  });
});

interface Forgery {
  readonly token: string;
  readonly header: { readonly alg: string; readonly kid: string };
  readonly payload: { readonly iat: number };
  readonly key: string;
}

/** A session, and the hub's own key, which an attacker would have to have. */
async function forgeryOf(at: TestAccess): Promise<Forgery> {
  const token = await signIn(at);
  const [signingKey] = await at.store.records.collection(signingKeyRecords).list();
  return { token, header: headerOf(token), payload: payloadOf(token), key: signingKey?.secret ?? "" };
}

describe("this run's token", () => {
  test.each([
    [RUN_TOKEN, HERE, true],
    [RUN_TOKEN, "::1", true],
    [RUN_TOKEN, "127.9.9.9", true],
    [RUN_TOKEN, LAN, false],
    [RUN_TOKEN, "8.8.8.8", false],
    [RUN_TOKEN, "", false],
    ["Run-token", HERE, false],
    ["run-toke", HERE, false],
    ["run-token ", HERE, false],
    ["", HERE, false],
  ])("is good from loopback alone: %j from %j: %s", async (token, address, expected) => {
    const at = await startOnce();
    expect(await at.isAdmin(token, address)).toBe(expected);
    const kind = expected ? "shell" : "anonymous";
    expect(await at.principalOf({ kind: "password", username: "x", text: token }, address)).toMatchObject({ kind });
  });

  test("loopback alone is nobody", async () => {
    await using at = await startAccess();
    expect(await at.principalOf(null, HERE)).toEqual({ kind: "anonymous" });
  });
});

describe("a ticket", () => {
  test("opens one live connection, once, within 30 seconds", async () => {
    await using at = await startAccess();
    const { tickets } = at.access;
    const [first, second, late] = [tickets.make(SHELL), tickets.make(SHELL), tickets.make(SHELL)];
    expect(tickets.redeem(first.secret)).toEqual(SHELL);
    expect(tickets.redeem(first.secret)).toBeNull();
    at.clock.advance(30_000);
    expect(tickets.redeem(second.secret)).toEqual(SHELL);
    at.clock.advance(1);
    expect(tickets.redeem(late.secret)).toBeNull();
    at.clock.advance(-1);
    expect(tickets.redeem(late.secret), "used up, though wrong").toBeNull();
  });

  test("is bounded in number: the newest unused ones are valid", async () => {
    await using at = await startAccess();
    const { tickets } = at.access;
    const all = Array.from({ length: 3_000 }, () => tickets.make(SHELL).secret);
    expect(all.filter((ticket) => tickets.redeem(ticket) !== null)).toEqual(all.slice(-1_000));
  });

  test("of a session ends with it", async () => {
    await using at = await startAccess();
    const session = await signIn(at);
    const ticket = at.access.tickets.make(await at.principalOf({ kind: "token", text: session })).secret;
    await at.access.sessions.end(payloadOf(session).jti);
    expect(at.access.tickets.redeem(ticket)).toBeNull();
  });
});

test("each credential is good for what it is made for, and for nothing else", async () => {
  await using at = await startAccess();
  const session = await signIn(at);
  const person = { kind: "person", name: "owner", role: "admin", session: payloadOf(session).jti } as const;
  expect(await at.principalOf(null)).toEqual({ kind: "anonymous" });
  expect(await at.principalOf({ kind: "token", text: session })).toEqual(person);
  const asPassword = await at.principalOf({ kind: "password", username: "x", text: session });
  expect(asPassword, "a browser's, on MQTT").toEqual({ kind: "anonymous" });
  for (const text of [session, RUN_TOKEN, at.access.links.make(OWNER).secret])
    expect(await at.principalOf({ kind: "ticket", text }, HERE)).toEqual({ kind: "anonymous" });
  const ticket = at.access.tickets.make(person).secret;
  expect(await at.isAdmin(ticket, HERE)).toBe(false);
  expect(await at.principalOf({ kind: "ticket", text: ticket })).toEqual(person);
  expect(await at.principalOf({ kind: "ticket", text: ticket })).toEqual({ kind: "anonymous" });
});

test("no secret looks like a command-line option", () => {
  const secrets = Array.from({ length: 2_000 }, makeSecret);
  expect(secrets.filter((secret) => secret.startsWith("-"))).toEqual([]);
  expect(new Set(secrets).size).toBe(secrets.length);
});
