// Access to every route: the route table of a running hub, requested by every kind of client.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fastify } from "fastify";
import { describe, expect, test } from "vitest";
import type { AuditEvent } from "../../../src/hub/access/audit-trail.ts";
import { decide, type Permission, type Principal } from "../../../src/hub/access/principal.ts";
import { checkAccess, type HttpAccess } from "../../../src/hub/transport/http/access-check.ts";
import { type RouteEntry, RouteTable, route } from "../../../src/hub/transport/http/route.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";
import { RUN_TOKEN, startAccess } from "../../support/access.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

/** Open to anyone on the network. One more is a decision: it is written here, too. */
const OPEN = [
  "GET /*",
  "GET /.well-known/acme-challenge/:token",
  "GET /agent/*",
  "GET /api/docs",
  "GET /api/v1/doctor/hub-id",
  "GET /api/v1/openapi.json",
  "GET /ca.pem",
  "GET /healthz",
  "GET /install.sh",
  "GET /metrics",
  "HEAD /*",
  "HEAD /.well-known/acme-challenge/:token",
  "HEAD /agent/*",
  "HEAD /api/docs",
  "HEAD /api/v1/doctor/hub-id",
  "HEAD /api/v1/openapi.json",
  "HEAD /ca.pem",
  "HEAD /healthz",
  "HEAD /install.sh",
  "HEAD /metrics",
  "POST /api/v1/session",
];

/** For devices: the handler authenticates the device. */
const FOR_DEVICES = [
  "GET /api/v1/devices/:id/commands/next",
  "HEAD /api/v1/devices/:id/commands/next",
  "POST /api/v1/commands/:id/reply",
  "POST /api/v1/devices/:id/readings",
  "POST /api/v1/readings",
  "POST /data",
];

/** Routes that filter by the devices that the client may see. */
const SHOWS_SOME = [
  "DELETE /api/v1/annotations/:id",
  "DELETE /api/v1/devices/:id/mends/:mend",
  "DELETE /api/v1/session",
  "GET /api/prometheus/api/v1/format_query",
  "GET /api/prometheus/api/v1/label/:name/values",
  "GET /api/prometheus/api/v1/labels",
  "GET /api/prometheus/api/v1/metadata",
  "GET /api/prometheus/api/v1/query",
  "GET /api/prometheus/api/v1/query_range",
  "GET /api/prometheus/api/v1/series",
  "GET /api/prometheus/api/v1/status/buildinfo",
  "GET /api/v1/annotations",
  "GET /api/v1/commands/:id",
  "GET /api/v1/devices",
  "GET /api/v1/devices/:id",
  "GET /api/v1/devices/:id/backfills",
  "GET /api/v1/devices/:id/changes",
  "GET /api/v1/devices/:id/commands",
  "GET /api/v1/devices/:id/mends",
  "GET /api/v1/devices/:id/mends/preview",
  "GET /api/v1/devices/:id/readings",
  "GET /api/v1/export.csv",
  "GET /api/v1/export.json",
  "GET /api/v1/export.ndjson",
  "GET /api/v1/frames",
  "GET /api/v1/hub",
  "GET /api/v1/hub/pauses",
  "GET /api/v1/me",
  "GET /api/v1/readings",
  "GET /api/v1/views",
  "POST /api/prometheus/api/v1/format_query",
  "POST /api/prometheus/api/v1/labels",
  "POST /api/prometheus/api/v1/query",
  "POST /api/prometheus/api/v1/query_range",
  "POST /api/prometheus/api/v1/read",
  "POST /api/prometheus/api/v1/series",
  "POST /api/v1/annotations",
  "POST /api/v1/devices/:id/commands",
  "POST /api/v1/devices/:id/mends",
  "POST /api/v1/live/ticket",
  "POST /api/v1/messages",
  "PUT /api/v1/annotations/:id",
];

interface Asker {
  readonly headers: Readonly<Record<string, string>>;
  /** Null for one who has none, or whose credential counts for nothing. */
  readonly role: "viewer" | "operator" | "admin" | "device" | null;
  /** It may see some devices alone. */
  readonly isLimited?: boolean;
  /** It shows something that is wrong, not nothing. */
  readonly isWrong?: boolean;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const basic = (name: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
});

/** By name. Only the hub's own computer asks here, as which this run's token is good. */
async function everyone(hub: HubInside): Promise<ReadonlyMap<string, Asker>> {
  const post = async (path: string, body: unknown) => {
    const answer = await hub.fetch(path, { method: "POST", body: JSON.stringify(body) });
    const { headers, status } = answer;
    return { cookie: headers.get("set-cookie")?.replace(/;.*/, "") ?? "", status, body: await answer.json() };
  };
  const password = "correct horse battery";
  const { cookie, body: link } = await post("/api/v1/session", { link: hub.link.replace(/.*#link=/, "") });
  const { ticket } = (await post("/api/v1/live/ticket", undefined)).body;
  await post("/data", { device_id: "pi1", t: 1 });
  const signIn = async (role: string, rooms?: string[]) => {
    const username = `${role}${rooms ?? ""}`;
    await post("/api/v1/people", { name: username, role, password, ...(rooms && { rooms }) });
    return bearer((await post("/api/v1/session", { username, password })).body.token);
  };
  const apiKey = async (role: string, rooms?: string[]): Promise<string> =>
    (await post("/api/v1/api-keys", { name: role, role, ...(rooms && { rooms }) })).body.key;
  const { secret } = (await post("/api/v1/shares", { device: "pi1", expiresInDays: 1 })).body;
  const { token: share } = (await post("/api/v1/session", { share: secret })).body;
  const { key: deviceKey } = (await post("/api/v1/devices/keyed/key", undefined)).body;
  const revoked = (await post("/api/v1/api-keys", { name: "old", role: "admin" })).body;
  await hub.fetch(`/api/v1/api-keys/${revoked.id}`, { method: "DELETE" });
  const ended = (await post("/api/v1/session/link", undefined)).body.secret;
  const { token: endedSession } = (await post("/api/v1/session", { link: ended })).body;
  await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/session`, { method: "DELETE", headers: bearer(endedSession) });
  return new Map<string, Asker>([
    ["nobody", { headers: {}, role: null }],
    ["one with a wrong token", { headers: bearer("wrong"), role: null }],
    ["one with a wrong key", { headers: { "X-API-Key": `brk_${"x".repeat(43)}` }, role: null, isWrong: true }],
    ["one with a revoked key", { headers: bearer(revoked.key), role: null, isWrong: true }],
    ["one whose session has ended", { headers: bearer(endedSession), role: null }],
    ["one with a ticket for the live feed", { headers: bearer(ticket), role: null, isWrong: true }],
    ["one with a cookie that was changed", { headers: { Cookie: `${cookie}x` }, role: null, isWrong: true }],
    ["one with the session in another cookie", { headers: { Cookie: `x${cookie}` }, role: null }],
    ["one with a password", { headers: basic("ann", password), role: null }],
    ["the shell", { headers: bearer(hub.token), role: "admin" }],
    ["the owner, by cookie", { headers: { Cookie: `theme="dark"; broken; ${cookie}; a=b` }, role: "admin" }],
    ["the owner, by bearer token", { headers: bearer(link.token), role: "admin" }],
    ["a viewer", { headers: await signIn("viewer"), role: "viewer" }],
    ["an operator", { headers: await signIn("operator"), role: "operator" }],
    ["an administrator", { headers: await signIn("admin"), role: "admin" }],
    ["a viewer of one room", { headers: await signIn("viewer", ["attic"]), role: "viewer", isLimited: true }],
    ["an administrator of one room", { headers: await signIn("admin", ["attic"]), role: "admin", isLimited: true }],
    ["a program that reads", { headers: bearer(await apiKey("viewer")), role: "viewer" }],
    ["a program that reads, by Basic", { headers: basic("any", await apiKey("viewer")), role: "viewer" }],
    ["a program that commands", { headers: bearer(await apiKey("operator")), role: "operator" }],
    [
      "a program of one room",
      { headers: bearer(await apiKey("operator", ["attic"])), role: "operator", isLimited: true },
    ],
    ["a shared link", { headers: bearer(share), role: "viewer", isLimited: true }],
    ["a device with its key", { headers: bearer(deviceKey), role: "device" }],
  ]);
}

const RANK = { device: -1, viewer: 0, operator: 1, admin: 2 } as const;

/** Whether a client is refused because of its identity. */
function isKeptOut({ role, isLimited = false, isWrong = false }: Asker, entry: RouteEntry): boolean {
  const { permission, showsSome } = entry;
  if (permission === "open") return false;
  // What may be a key of a device is judged with the message.
  if (permission === "device") return role === "viewer";
  if (role === null || isWrong) return true;
  return RANK[role] < RANK[permission] || (isLimited && !showsSome);
}

/** A hub that has every route: a UI and an agent to give away as well. */
async function startWholeHub(): Promise<HubInside> {
  const folder = makeTemporaryFolder();
  const uiFolder = join(folder.path, "ui");
  mkdirSync(uiFolder);
  for (const page of ["index.html", "api-docs.html"]) writeFileSync(join(uiFolder, page), "<!doctype html>");
  return startHubInside({ folder, uiFolder, agentFolder: "resources/agent" });
}

/** No device or command has this id, so that an authorised request changes nothing. */
const NO_ID = "!";

test("every route enforces its declared permission for every kind of client", { timeout: 120_000 }, async () => {
  await using hub = await startWholeHub();
  const askers = await everyone(hub);
  const wrong: string[] = [];
  expect(hub.routes.length).toBeGreaterThan(80);
  for (const entry of hub.routes) {
    const { method, url, permission } = entry;
    // It ends the session of whoever asks: a test of its own.
    if (`${method} ${url}` === "DELETE /api/v1/session") continue;
    const path = url.replace(/:(?:id|name)/, NO_ID).replace("*", "");
    const ask = async ([name, asker]: readonly [string, Asker]): Promise<void> => {
      const { status } = await fetch(`http://127.0.0.1:${hub.httpPort}${path}`, { method, headers: asker.headers });
      const isRefused = status === 401 || status === 403 || status === 429;
      // A cookie that was changed counts for nothing on a device's route, too.
      const isForged = permission === "device" && asker.isWrong === true && isRefused;
      if ((isRefused !== isKeptOut(asker, entry) && !isForged) || status >= 500)
        wrong.push(`${method} ${url} by ${name}: ${status}`);
    };
    await Promise.all(Array.from(askers, ask));
  }
  expect(wrong).toEqual([]);
});

test("only these routes are open, and a GET and its HEAD ask for the same", async () => {
  await using hub = await startWholeHub();
  const named = (matches: (entry: RouteEntry) => boolean) =>
    hub.routes
      .filter(matches)
      .map(({ method, url }) => `${method} ${url}`)
      .toSorted();
  expect(named(({ permission }) => permission === "open")).toEqual(OPEN);
  expect(named(({ permission }) => permission === "device")).toEqual(FOR_DEVICES);
  expect(named(({ method, showsSome }) => showsSome && method !== "HEAD")).toEqual(SHOWS_SOME);
  const of = (wanted: string) =>
    new Map(hub.routes.filter(({ method }) => method === wanted).map(({ url, permission }) => [url, permission]));
  expect(of("HEAD").size).toBeGreaterThan(15);
  expect(of("HEAD")).toEqual(of("GET"));
});

test("a missing route is 404 for everyone", async () => {
  await using hub = await startWholeHub();
  for (const [name, { headers }] of await everyone(hub)) {
    for (const [method, path, expected] of [
      ["GET", "/nothing", 404],
      ["HEAD", "/nothing", 404],
      ["GET", "/api/v1/nothing", 404],
      ["HEAD", "/api/v1/nothing", 404],
      ["POST", "/api/v2/devices", 404],
      ["PUT", "/data", 405],
      ["DELETE", "/api/v1/devices", 405],
    ] as const) {
      const { status } = await fetch(`http://127.0.0.1:${hub.httpPort}${path}`, { method, headers });
      expect(status, `${method} ${path} by ${name}`).toBe(expected);
    }
  }
});

describe("a permission", () => {
  const device = parseDeviceId("raspi-01") ?? expect.unreachable("no id");
  const digest = { hash: "", code: "" };
  const may = (principal: Principal): Record<Permission, string> => ({
    open: decide(principal, "open"),
    device: decide(principal, "device"),
    viewer: decide(principal, "viewer"),
    operator: decide(principal, "operator"),
    admin: decide(principal, "admin"),
  });
  const [yes, no] = ["granted", "forbidden"];
  const unknown = "not-signed-in";
  const person = { kind: "person", name: "Ann", session: "" } as const;

  test.each<[Principal, Record<Permission, string>]>([
    [{ kind: "anonymous" }, { open: yes, device: yes, viewer: unknown, operator: unknown, admin: unknown }],
    [
      { kind: "unproven", digest, device },
      { open: yes, device: yes, viewer: unknown, operator: unknown, admin: unknown },
    ],
    [
      { kind: "device", device },
      { open: yes, device: yes, viewer: no, operator: no, admin: no },
    ],
    [
      { ...person, role: "viewer" },
      { open: yes, device: no, viewer: yes, operator: no, admin: no },
    ],
    [
      { ...person, role: "operator" },
      { open: yes, device: yes, viewer: yes, operator: yes, admin: no },
    ],
    [
      { ...person, role: "admin" },
      { open: yes, device: yes, viewer: yes, operator: yes, admin: yes },
    ],
    [
      { ...person, role: "admin", rooms: ["attic"] },
      { open: yes, device: yes, viewer: no, operator: no, admin: no },
    ],
    [
      { kind: "api-key", id: "", name: "grafana", role: "viewer" },
      { open: yes, device: no, viewer: yes, operator: no, admin: no },
    ],
    [
      { kind: "share", id: "", devices: [device], role: "viewer", session: "" },
      { open: yes, device: no, viewer: no, operator: no, admin: no },
    ],
    [
      { kind: "shell", role: "admin" },
      { open: yes, device: yes, viewer: yes, operator: yes, admin: yes },
    ],
  ])("is a matter of the role of %j", (principal, expected) => {
    expect(may(principal)).toEqual(expected);
  });
});

describe("a route", () => {
  const diagnostics = { notSignedIn: () => undefined };
  const headers = { authorization: `Bearer ${RUN_TOKEN}` };

  test("without a permission does not compile, and is closed to all but administrators where it was not compiled", async () => {
    await using at = await startAccess();
    const app = fastify();
    const table = new RouteTable();
    checkAccess(app, { access: at.access, diagnostics });
    table.watch(app);
    // @ts-expect-error A route without a permission.
    route(app, { method: "GET", url: "/forgotten", audit: null, schema: {}, handler: async () => "secret" });
    // @ts-expect-error A route that does not say whether it is audited.
    route(app, { method: "GET", url: "/unsaid", permission: "open", schema: {}, handler: async () => "open" });
    expect((await app.inject({ url: "/forgotten" })).statusCode).toBe(401);
    expect((await app.inject({ url: "/forgotten", headers })).statusCode).toBe(200);
    expect((await app.inject({ url: "/unsaid" })).statusCode).toBe(200);
    expect(() => table.list()).toThrow("/forgotten has no permission");
  });

  test("that changes something logs who did it, once it is done, and who was refused", async () => {
    await using at = await startAccess();
    const app = fastify();
    const done: AuditEvent[] = [];
    const refused: [AuditEvent, string][] = [];
    const audit = {
      done: (event: AuditEvent) => done.push(event),
      refused: (event: AuditEvent, code: string) => refused.push([event, code]),
    };
    const { authenticate, lockOut, requests, devices } = at.access;
    const access: HttpAccess = { authenticate, lockOut, requests, devices, audit };
    checkAccess(app, { access, diagnostics });
    const added = { method: "POST", permission: "operator", schema: {} } as const;
    route(app, { ...added, url: "/light/:id", audit: "light.switch", handler: async () => "on" });
    route(app, { ...added, url: "/gone", audit: "light.remove", handler: (_request, reply) => reply.code(404).send() });
    route(app, { ...added, url: "/look", audit: null, handler: async () => "on" });
    for (const url of ["/light/7", "/gone", "/look"]) await app.inject({ method: "POST", url, headers });
    await app.inject({ method: "POST", url: "/light/8" });
    const address = "127.0.0.1";
    const shell = { kind: "shell", role: "admin" };
    expect(done).toEqual([{ action: "light.switch", actor: shell, address, subject: "7", details: {} }]);
    const tried = { action: "light.switch", actor: { kind: "anonymous" }, address, subject: "8" };
    expect(refused).toEqual([[tried, "not-signed-in"]]);
  });
});
