// Keys of devices and programs, people and their passwords, share links, and guessing.
import { describe, expect, test } from "vitest";
import { LockOut } from "../../../src/hub/access/limits/lock-out.ts";
import { nameOf, type Principal } from "../../../src/hub/access/principal.ts";
import type { PersonChanges } from "../../../src/shared/security/access.ts";
import { FROM_LAN, LAN, startAccess, type TestAccess } from "../../support/access.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { deviceId } from "../../support/stores/store.ts";

const DAY_MS = 86_400_000;
const PI = deviceId("pi1");
const OTHER = deviceId("pi2");
const OFFERED = "a-key-that-the-device-made";

const show = (at: TestAccess, text: string, username?: string) =>
  at.access.authenticate(username === undefined ? { kind: "token", text } : { kind: "password", username, text }, LAN);
/** The code of what keeps a principal from speaking for a device. */
const denial = (at: TestAccess, principal: Principal, device = PI) =>
  at.access.devices.denialFor(principal, device)?.code ?? null;
const ANONYMOUS: Principal = { kind: "anonymous" };

describe("a device with a key", () => {
  test("can only send with its key, also after a restart", async () => {
    await using at = await startAccess();
    expect(denial(at, ANONYMOUS)).toBeNull();
    const { key } = await at.access.deviceKeys.create(PI);
    await at.restart();
    const own = await show(at, key);
    expect(own).toEqual({ principal: { kind: "device", device: PI }, isWrong: false });
    expect(denial(at, own.principal)).toBeNull();
    expect(denial(at, own.principal, OTHER)).toBe("forbidden/other-device");
    expect(denial(at, ANONYMOUS)).toBe("key-required");
    expect(denial(at, ANONYMOUS, OTHER)).toBeNull();
    expect(denial(at, (await show(at, OFFERED)).principal)).toBe("wrong-key");
  });

  test("has it as a password, with its id as the user name and no other", async () => {
    await using at = await startAccess();
    const { key } = await at.access.deviceKeys.create(PI);
    expect(await show(at, key, "pi1")).toEqual({ principal: { kind: "device", device: PI }, isWrong: false });
    expect(await show(at, key, "pi2")).toEqual({ principal: ANONYMOUS, isWrong: true });
    for (const wrong of ["", "x", `${key}x`, key.slice(1), key.toLowerCase(), OFFERED])
      expect((await show(at, wrong, "pi1")).isWrong, wrong).toBe(true);
  });

  test("is refused with a key that was replaced or revoked, and stays closed until it has another or needs none", async () => {
    await using at = await startAccess();
    const { deviceKeys } = at.access;
    const first = await deviceKeys.create(PI);
    const second = await deviceKeys.create(PI);
    expect((await show(at, first.key)).isWrong).toBe(true);
    expect((await show(at, second.key)).isWrong).toBe(false);
    expect(await deviceKeys.revoke(PI, "closed")).toBeNull();
    await at.restart();
    expect((await show(at, second.key)).isWrong).toBe(true);
    expect((await show(at, first.key)).isWrong).toBe(true);
    expect(denial(at, ANONYMOUS)).toBe("key-required");
    expect(await at.access.deviceKeys.revoke(PI, "open")).toBeNull();
    expect(denial(at, ANONYMOUS)).toBeNull();
    expect((await at.access.deviceKeys.revoke(PI, "open"))?.code).toBe("no-such-key");
  });

  test("is listed without its secret", async () => {
    await using at = await startAccess();
    const { key, code } = await at.access.deviceKeys.create(PI);
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/);
    expect(JSON.stringify(at.access.deviceKeys.list())).not.toContain(key);
    const [record] = at.access.deviceKeys.list();
    expect(record).toEqual({
      device: PI,
      code,
      madeBy: "hub",
      createdMs: at.clock.now(),
      lastUsedMs: null,
      revokedMs: null,
    });
    await show(at, key);
    expect(at.access.deviceKeys.get(PI)?.lastUsedMs).toBe(at.clock.now());
  });
});

describe("a key that a device offers", () => {
  test("is pinned once a person has compared its code", async () => {
    await using at = await startAccess();
    const { principal } = await show(at, OFFERED);
    expect(denial(at, principal)).toBeNull();
    const code = at.access.deviceKeys.offerOf(PI)?.code ?? expect.unreachable("no offer");
    expect((await at.access.deviceKeys.accept(PI, "0000-0000"))?.code).toBe("key-changed");
    expect(await at.access.deviceKeys.accept(PI, code)).toBeNull();
    await at.restart();
    expect(await show(at, OFFERED)).toEqual({ principal: { kind: "device", device: PI }, isWrong: false });
    expect(at.access.deviceKeys.get(PI)).toMatchObject({ code, madeBy: "device" });
    expect(at.access.deviceKeys.offerOf(PI)).toBeUndefined();
  });

  test("cannot be displaced by another one while its device is pending", async () => {
    await using at = await startAccess();
    denial(at, (await show(at, OFFERED)).principal);
    const code = at.access.deviceKeys.offerOf(PI)?.code;
    expect(denial(at, (await show(at, "another-key-of-a-stranger")).principal)).toBe("wrong-key/other-offered");
    expect(at.access.deviceKeys.offerOf(PI)?.code).toBe(code);
  });

  test("of a joined device is not required, unless keys are compulsory", async () => {
    await using readings = await startAccess({ rooms: { pi1: "kitchen" } });
    expect(denial(readings, (await show(readings, OFFERED)).principal)).toBeNull();
    await using none = await startAccess({ rooms: { pi1: "kitchen" }, anonymous: "none" });
    expect(denial(none, (await show(none, OFFERED)).principal)).toBe("key-not-accepted");
    expect(
      denial(none, (await show(none, OFFERED)).principal, OTHER),
      "that it joins is for a person to say",
    ).toBeNull();
    expect(denial(none, ANONYMOUS)).toBe("key-required/all");
  });

  test("authenticates only the device whose id is the user name", async () => {
    await using at = await startAccess();
    expect(denial(at, (await show(at, OFFERED, "pi2")).principal)).toBe("forbidden/other-device");
    expect((await show(at, OFFERED, "no id!")).principal, "some other broker's password").toEqual(ANONYMOUS);
    expect((await show(at, "hunter2", "pi2")).principal, "too short for a key").toEqual(ANONYMOUS);
  });

  test("is stored for a thousand devices at most", async () => {
    await using at = await startAccess();
    for (let index = 0; index < 1_200; index++) denial(at, (await show(at, OFFERED)).principal, deviceId(`d${index}`));
    expect(at.access.deviceKeys.offerOf(deviceId("d0"))).toBeUndefined();
    expect(at.access.deviceKeys.offerOf(deviceId("d1199"))).toBeDefined();
  });
});

describe("a program's key", () => {
  const make = async (
    at: TestAccess,
    request: { role: "viewer" | "operator" | "admin"; expiresInDays?: number; rooms?: string[] },
  ) => {
    const made = await at.access.apiKeys.create({ name: "grafana", ...request }, "this computer");
    return "code" in made ? expect.unreachable(made.code) : made;
  };

  test("has a role, over HTTP and as an MQTT password with any user name, until it is revoked", async () => {
    await using at = await startAccess();
    const made = await make(at, { role: "viewer" });
    await at.restart();
    const principal = { kind: "api-key", id: made.id, name: "grafana", role: "viewer" };
    expect((await show(at, made.key)).principal).toEqual(principal);
    expect((await show(at, made.key, "whatever")).principal).toEqual(principal);
    expect(await at.access.apiKeys.revoke(made.id)).toBeNull();
    expect((await show(at, made.key)).principal.kind).toBe("unproven");
    await at.restart();
    expect(at.access.apiKeys.list()).toEqual([]);
    expect((await at.access.apiKeys.revoke(made.id))?.code).toBe("no-such-key/api");
  });

  test("expires", async () => {
    await using at = await startAccess();
    const { key, expiresMs } = await make(at, { role: "admin", expiresInDays: 1 });
    expect(expiresMs).toBe(at.clock.now() + DAY_MS);
    at.clock.leap(DAY_MS - 1);
    expect(await at.isAdmin(key)).toBe(true);
    at.clock.advance(1);
    expect(await at.isAdmin(key)).toBe(false);
  });

  test("may send for devices of its rooms, from operator on", async () => {
    await using at = await startAccess({ rooms: { pi1: "kitchen", pi2: "attic" } });
    await at.access.deviceKeys.create(PI);
    const may = async (request: Parameters<typeof make>[1]) => {
      const { principal } = await show(at, (await make(at, request)).key);
      return [denial(at, principal, PI), denial(at, principal, OTHER)];
    };
    expect(await may({ role: "viewer" })).toEqual(["forbidden/device", "forbidden/device"]);
    expect(await may({ role: "operator" })).toEqual([null, null]);
    expect(await may({ role: "operator", rooms: ["kitchen"] })).toEqual([null, "forbidden/device"]);
  });
});

describe("a person", () => {
  test("signs in by name, whatever its case, and password, exactly", async () => {
    await using at = await startAccess();
    const { people } = at.access;
    await people.add({ name: "Ann", role: "operator", rooms: ["kitchen"], password: "correct horse" });
    await at.restart();
    const again = at.access.people;
    expect(await again.signIn("ANN", "correct horse")).toMatchObject({
      name: "Ann",
      role: "operator",
      rooms: ["kitchen"],
    });
    for (const [name, password] of [
      ["Ann", "Correct horse"],
      ["Ann", ""],
      ["Bob", "correct horse"],
      ["constructor", "correct horse"],
      ["__proto__", "correct horse"],
      ["owner", "correct horse"],
    ] as const)
      expect(await again.signIn(name, password), `${name} ${password}`).toBe("wrong");
  });

  test("has a unique name, also among look-alikes", async () => {
    await using at = await startAccess();
    const { people } = at.access;
    const add = async (name: string) => {
      const added = await people.add({ name, role: "viewer", password: "correct horse" });
      return "code" in added ? added.code : added.name;
    };
    expect(await add("Ann")).toBe("Ann");
    expect(await add("ann")).toBe("person-exists");
    expect(await add("Ａnn")).toBe("person-exists");
    expect(await add("Owner")).toBe("person-exists");
    expect(await add(" Bob")).toBe("bad-value/person");
  });

  test("is signed out by a change of role, rooms or password, and for good when removed", async () => {
    await using at = await startAccess();
    const { people, sessions } = at.access;
    await people.add({ name: "Ann", role: "admin", password: "correct horse" });
    const subject = { kind: "person", name: "Ann" } as const;
    const changes: PersonChanges[] = [{ role: "viewer" }, { rooms: ["attic"] }, { password: "battery staple" }];
    for (const change of changes) {
      const session = await sessions.create(subject, "admin", FROM_LAN);
      expect((await show(at, session)).principal.kind).toBe("person");
      await people.change("ann", change);
      expect((await show(at, session)).principal).toEqual(ANONYMOUS);
    }
    const session = await sessions.create(subject, "viewer", FROM_LAN);
    expect((await show(at, session)).principal).toMatchObject({ role: "viewer", rooms: ["attic"] });
    await people.remove("Ann");
    await at.restart();
    expect((await show(at, session)).principal).toEqual(ANONYMOUS);
    expect(await at.access.people.signIn("Ann", "battery staple")).toBe("wrong");
  });

  test("queues concurrent sign-ins, and is refused when there are too many", async () => {
    await using at = await startAccess();
    await at.access.people.add({ name: "Ann", role: "admin", password: "correct horse" });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, () => at.access.people.signIn("Ann", "correct horse")),
    );
    expect(outcomes.filter((outcome) => outcome === "busy")).toHaveLength(10);
    expect(outcomes.filter((outcome) => typeof outcome === "object")).toHaveLength(20);
  });
});

describe("a shared link", () => {
  test("shows one device, until it is revoked", async () => {
    await using at = await startAccess({ rooms: { pi1: "kitchen" } });
    const made = await at.access.shares.create({ device: PI }, 7, "Ann");
    if ("code" in made) expect.unreachable(made.code);
    await at.restart();
    const { shares, sessions, devices } = at.access;
    const found = shares.find(made.secret) ?? expect.unreachable("no link");
    expect(JSON.stringify(shares.list())).not.toContain(made.secret);
    const session = await sessions.create({ kind: "share", id: found.id }, "viewer", FROM_LAN);
    const { principal } = await show(at, session);
    expect(nameOf(principal)).toBe(`share:${made.id}`);
    expect([devices.maySee(principal, "pi1"), devices.maySee(principal, "pi2")]).toEqual([true, false]);
    expect(denial(at, principal)).toBe("forbidden/device");
    await shares.revoke(made.id);
    expect((await show(at, session)).principal).toEqual(ANONYMOUS);
    expect(shares.find(made.secret)).toBeUndefined();
  });

  test("shows the devices of a comparison, until one of them or the comparison is gone", async () => {
    await using at = await startAccess();
    const { shares, sessions, devices } = at.access;
    const view = { id: "v1", devices: ["pi1", "pi2"] };
    const [first, second] = [await shares.create({ view }, 7, "Ann"), await shares.create({ view }, 7, "Ann")];
    if ("code" in first || "code" in second) expect.unreachable("no link");
    expect(first).toMatchObject({ view: "v1" });
    const session = await sessions.create({ kind: "share", id: first.id }, "viewer", FROM_LAN);
    const { principal } = await show(at, session);
    expect(["pi1", "pi2", "pi3"].map((id) => devices.maySee(principal, id))).toEqual([true, true, false]);
    await shares.forgetDevice(PI);
    expect((await show(at, session)).principal).toEqual(ANONYMOUS);
    expect(shares.list()).toEqual([]);
    const third = await shares.create({ view }, 7, "Ann");
    expect(third).toMatchObject({ view: "v1" });
    await shares.forgetView("v1");
    await at.restart();
    expect(at.access.shares.list()).toEqual([]);
  });

  test("expires together with its sessions", async () => {
    await using at = await startAccess();
    const made = await at.access.shares.create({ device: PI }, 1, "Ann");
    if ("code" in made) expect.unreachable(made.code);
    const session = await at.access.sessions.create({ kind: "share", id: made.id }, "viewer", FROM_LAN);
    at.clock.leap(DAY_MS);
    expect(at.access.shares.find(made.secret)).toBeUndefined();
    expect((await show(at, session)).principal).toEqual(ANONYMOUS);
  });
});

describe("a guesser", () => {
  const start = () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 31));
    return { clock, lockOut: new LockOut(clock) };
  };

  test("has ten attempts, then waits 5 s, doubling up to 15 minutes", () => {
    const { clock, lockOut } = start();
    for (let tries = 0; tries < 9; tries++) expect(lockOut.failed(LAN)).toBe(0);
    for (const seconds of [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]) {
      expect(lockOut.failed(LAN)).toBe(seconds);
      expect(lockOut.failed(LAN), "a try while it waits makes it no longer").toBe(seconds);
      clock.advance(seconds * 1_000 - 1);
      expect(lockOut.retryAfterSeconds(LAN)).toBe(1);
      clock.advance(1);
      expect(lockOut.retryAfterSeconds(LAN)).toBe(0);
    }
  });

  test("is the only one slowed, with its IPv6 network", () => {
    const { lockOut } = start();
    for (let tries = 0; tries < 10; tries++) lockOut.failed(`2001:db8:1:2::${tries}`);
    expect(lockOut.retryAfterSeconds("2001:db8:1:2:ffff::1")).toBe(5);
    expect(lockOut.retryAfterSeconds("2001:db8:1:3::1")).toBe(0);
    expect(lockOut.retryAfterSeconds(LAN)).toBe(0);
  });

  test("starts anew after an hour, or when a person signs in from there", () => {
    const { clock, lockOut } = start();
    for (let tries = 0; tries < 9; tries++) lockOut.failed(LAN);
    clock.advance(3_600_001);
    for (let tries = 0; tries < 9; tries++) expect(lockOut.failed(LAN)).toBe(0);
    lockOut.succeeded(LAN);
    expect(lockOut.failed(LAN)).toBe(0);
  });

  test("is not locked out for years by a clock that is set back", () => {
    const { clock, lockOut } = start();
    for (let tries = 0; tries < 10; tries++) lockOut.failed(LAN);
    clock.set(Date.UTC(2020, 0, 1));
    expect(lockOut.retryAfterSeconds(LAN)).toBe(0);
  });
});
