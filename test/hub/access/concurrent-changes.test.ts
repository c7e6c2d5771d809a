// Changes of who may do what, while something that was read before them is under way, and changes that cannot be saved.
// What counts is what is true afterwards, and after a restart.
import { describe, expect, test } from "vitest";
import type { Principal } from "../../../src/hub/access/principal.ts";
import { FROM_LAN, LAN, startAccess, type TestAccess } from "../../support/access.ts";
import { deviceId } from "../../support/stores/store.ts";
import { until } from "../../support/until.ts";

const PI = deviceId("pi1");
const [OLD, NEW] = ["the old password", "the new password"];

const addAda = ({ access: { people } }: TestAccess) => people.add({ name: "Ada", role: "admin", password: OLD });
const tokenOf = (text: string) => ({ kind: "token", text }) as const;

describe("while a password is being checked", () => {
  test("a person who is removed does not come back", async () => {
    await using at = await startAccess();
    await addAda(at);
    const signingIn = at.access.people.signIn("Ada", OLD);
    expect(await at.access.people.remove("Ada")).toBeNull();
    expect(await signingIn).toBe("wrong");
    expect(at.access.people.list()).toEqual([]);
    await at.restart();
    expect(at.access.people.list()).toEqual([]);
  });

  test("a change of the password stays, and the old one signs nobody in", async () => {
    await using at = await startAccess();
    await addAda(at);
    const changing = at.access.people.change("Ada", { password: NEW });
    // Its check is behind the making of the new hash.
    const signingIn = at.access.people.signIn("Ada", OLD);
    expect(await changing).toMatchObject({ name: "Ada" });
    expect(await signingIn).toBe("wrong");
    await at.restart();
    expect(await at.access.people.signIn("Ada", OLD)).toBe("wrong");
    expect(await at.access.people.signIn("Ada", NEW)).toMatchObject({ name: "Ada" });
  });

  test("a change of the role stays", async () => {
    await using at = await startAccess();
    await addAda(at);
    const signingIn = at.access.people.signIn("Ada", OLD);
    await at.access.people.change("Ada", { role: "viewer" });
    expect(await signingIn).toMatchObject({ role: "viewer" });
    expect(at.access.people.get("Ada")?.role).toBe("viewer");
    await at.restart();
    expect(at.access.people.get("Ada")?.role).toBe("viewer");
  });
});

test("of two people who are added at once under one name one is", async () => {
  await using at = await startAccess();
  const added = await Promise.all([
    at.access.people.add({ name: "Ada", role: "viewer", password: OLD }),
    at.access.people.add({ name: "ada", role: "admin", password: NEW }),
  ]);
  expect(added).toMatchObject([{ role: "viewer" }, { code: "person-exists" }]);
  expect(at.access.people.list()).toMatchObject([{ name: "Ada", role: "viewer" }]);
});

test("two changes of the settings at once are both in force", async () => {
  await using at = await startAccess();
  await Promise.all([
    at.access.settings.change({ anonymous: "none" }),
    at.access.settings.change({ allow: ["203.0.113.0/24"] }),
  ]);
  const both = { anonymous: "none", allow: ["203.0.113.0/24"] };
  expect(at.access.settings).toMatchObject(both);
  await at.restart();
  expect(at.access.settings).toMatchObject(both);
});

describe("a device's key that is used while it is", () => {
  test.each(["closed", "open"] as const)("revoked (%s) is revoked after a restart, too", async (afterwards) => {
    await using at = await startAccess();
    const { key } = await at.access.deviceKeys.create(PI);
    const revoking = at.access.deviceKeys.revoke(PI, afterwards);
    await at.principalOf(tokenOf(key));
    expect(await revoking).toBeNull();
    await at.restart();
    expect(await at.principalOf(tokenOf(key))).not.toMatchObject({ kind: "device" });
    expect(at.access.deviceKeys.isLocked(PI)).toBe(afterwards === "closed");
  });

  test("replaced is replaced after a restart, too", async () => {
    await using at = await startAccess();
    const first = await at.access.deviceKeys.create(PI);
    const replacing = at.access.deviceKeys.create(PI);
    await at.principalOf(tokenOf(first.key));
    const second = await replacing;
    await at.restart();
    expect(await at.principalOf(tokenOf(first.key))).not.toMatchObject({ kind: "device" });
    expect(await at.principalOf(tokenOf(second.key))).toEqual({ kind: "device", device: PI });
  });
});

test("a link that is made while its device is removed shows nothing afterwards", async () => {
  await using at = await startAccess();
  const making = at.access.shares.create({ device: PI }, 1, "owner");
  await at.access.shares.forgetDevice(PI);
  await making;
  expect(at.access.shares.list()).toEqual([]);
  await at.restart();
  expect(at.access.shares.list()).toEqual([]);
});

test("a ticket of a key for programs is worth nothing once the key is revoked", async () => {
  await using at = await startAccess();
  const made = await at.access.apiKeys.create({ name: "grafana", role: "viewer" }, "owner");
  if ("code" in made) throw new Error(made.code);
  const { secret } = at.access.tickets.make(await at.principalOf(tokenOf(made.key)));
  await at.access.apiKeys.revoke(made.id);
  expect(await at.principalOf({ kind: "ticket", text: secret })).toEqual({ kind: "anonymous" });
});

describe("what cannot be revoked on disk is still listed, so that it can be revoked again:", () => {
  test("a key for programs", async () => {
    await using at = await startAccess();
    const made = await at.access.apiKeys.create({ name: "grafana", role: "viewer" }, "owner");
    if ("code" in made) throw new Error(made.code);
    await at.store.stop();
    await expect(at.access.apiKeys.revoke(made.id)).rejects.toThrow();
    expect(at.access.apiKeys.list()).toMatchObject([{ id: made.id }]);
    await at.restart();
    expect(await at.access.apiKeys.revoke(made.id)).toBeNull();
    await at.restart();
    expect(at.access.apiKeys.list()).toEqual([]);
  });

  test("a link", async () => {
    await using at = await startAccess();
    const made = await at.access.shares.create({ device: PI }, 1, "owner");
    if ("code" in made) throw new Error(made.code);
    await at.store.stop();
    await expect(at.access.shares.revoke(made.id)).rejects.toThrow();
    expect(at.access.shares.list()).toMatchObject([{ id: made.id }]);
  });

  test("a session", async () => {
    await using at = await startAccess();
    await at.access.sessions.create({ kind: "owner" }, "admin", FROM_LAN);
    const [session] = at.access.sessions.list(null);
    await at.store.stop();
    await expect(at.access.sessions.end(session?.id ?? "")).rejects.toThrow();
    expect(at.access.sessions.list(null)).toMatchObject([{ id: session?.id }]);
  });

  test("a person", async () => {
    await using at = await startAccess();
    await addAda(at);
    await at.store.stop();
    await expect(at.access.people.remove("Ada")).rejects.toThrow();
    expect(at.access.people.list()).toMatchObject([{ name: "Ada" }]);
  });
});

test("a flood of refusals that waits for the disk leaves room for what was done", async () => {
  await using at = await startAccess();
  const actor: Principal = { kind: "anonymous" };
  for (let kind = 0; kind < 1_000; kind++)
    at.access.audit.refused({ actor, action: `GET /${kind}`, address: LAN }, "not-signed-in");
  at.access.audit.done({ actor: "hub", action: "device.approve", address: LAN });
  const written = await until("it is written", async () => {
    const { entries } = await at.access.audit.page({ limit: 1, after: null, filter: { outcome: "done" } });
    return entries.length > 0 ? entries : undefined;
  });
  expect(written).toMatchObject([{ action: "device.approve" }]);
});
