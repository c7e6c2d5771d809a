// Who gets at which route: the table of all routes, taken from the running hub, asked by everyone there is.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fastify } from "fastify";
import { describe, expect, test } from "vitest";
import { makeAuthenticate } from "../../../src/hub/access/authenticate.ts";
import { decide, type Permission, type Principal } from "../../../src/hub/access/principal.ts";
import { makeSecret, Sessions } from "../../../src/hub/access/sessions.ts";
import { type AuditEntry, checkAccess } from "../../../src/hub/transport/http/access-check.ts";
import { RouteTable, route } from "../../../src/hub/transport/http/route.ts";
import { parseDeviceId } from "../../../src/shared/ids.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../support/hub.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

/** Open to anyone on the network. One more is a decision: it is written here, too. */
const OPEN = [
  "GET /*",
  "GET /agent/*",
  "GET /api/docs",
  "GET /api/v1/devices/:id/commands/next",
  "GET /api/v1/doctor/hub-id",
  "GET /api/v1/openapi.json",
  "GET /healthz",
  "GET /install.sh",
  "GET /metrics",
  "HEAD /*",
  "HEAD /agent/*",
  "HEAD /api/docs",
  "HEAD /api/v1/devices/:id/commands/next",
  "HEAD /api/v1/doctor/hub-id",
  "HEAD /api/v1/openapi.json",
  "HEAD /healthz",
  "HEAD /install.sh",
  "HEAD /metrics",
  "POST /api/v1/commands/:id/reply",
  "POST /api/v1/devices/:id/readings",
  "POST /api/v1/readings",
  "POST /api/v1/session",
  "POST /data",
];

const unheard = { diagnostics: { notSignedIn: () => undefined }, onAudit: () => undefined };

interface Asker {
  readonly headers: Readonly<Record<string, string>>;
  readonly isSignedIn: boolean;
}

/** By name. Only the hub's own computer asks here, as which this run's token is good. */
async function everyone(hub: HubInside): Promise<ReadonlyMap<string, Asker>> {
  const origin = `http://127.0.0.1:${hub.httpPort}`;
  const link = hub.link.replace(/.*#link=/, "");
  const headers = { "Content-Type": "application/json" };
  const signIn = await fetch(`${origin}/api/v1/session`, { method: "POST", headers, body: JSON.stringify({ link }) });
  const cookie = signIn.headers.get("set-cookie")?.replace(/;.*/, "") ?? expect.unreachable("no session");
  const { token: session }: { token: string } = await signIn.json();
  const { ticket }: { ticket: string } = await (await hub.fetch("/api/v1/live/ticket", { method: "POST" })).json();
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  return new Map([
    ["nobody", { headers: {}, isSignedIn: false }],
    ["one with a wrong token", { headers: bearer("wrong"), isSignedIn: false }],
    ["one with a ticket for the live feed", { headers: bearer(ticket), isSignedIn: false }],
    ["one with a cookie that was changed", { headers: { Cookie: `${cookie}x` }, isSignedIn: false }],
    ["one with the session in another cookie", { headers: { Cookie: `x${cookie}` }, isSignedIn: false }],
    ["one with a password", { headers: { Authorization: `Basic ${hub.token}` }, isSignedIn: false }],
    ["the shell", { headers: bearer(hub.token), isSignedIn: true }],
    ["a person, by cookie", { headers: { Cookie: `theme="dark"; broken; ${cookie}; a=b` }, isSignedIn: true }],
    ["a person, by bearer token", { headers: bearer(session), isSignedIn: true }],
  ]);
}

/** A hub that has every route: a UI and an agent to give away as well. */
async function startWholeHub(): Promise<HubInside> {
  const folder = makeTemporaryFolder();
  const uiFolder = join(folder.path, "ui");
  mkdirSync(uiFolder);
  for (const page of ["index.html", "api-docs.html"]) writeFileSync(join(uiFolder, page), "<!doctype html>");
  return startHubInside({ folder, uiFolder, agentFolder: "resources/agent" });
}

/** No device or command has this id, so that whoever may do anything does nothing. */
const NO_ID = "!";

test("every route asks everyone for what it says that it asks for", async () => {
  await using hub = await startWholeHub();
  const askers = await everyone(hub);
  const wrong: string[] = [];
  expect(hub.routes.length).toBeGreaterThan(40);
  for (const { method, url, permission } of hub.routes) {
    // It ends the session of whoever asks: a test of its own.
    if (`${method} ${url}` === "DELETE /api/v1/session") continue;
    const path = url.replace(":id", NO_ID).replace("*", "");
    const ask = async ([name, { headers, isSignedIn }]: readonly [string, Asker]): Promise<void> => {
      const { status } = await fetch(`http://127.0.0.1:${hub.httpPort}${path}`, { method, headers });
      const isRefused = status === 401 || status === 403;
      const expected = permission !== "open" && !isSignedIn;
      if (isRefused !== expected || status >= 500) wrong.push(`${method} ${url} by ${name}: ${status}`);
    };
    await Promise.all(Array.from(askers, ask));
  }
  expect(wrong).toEqual([]);
});

test("only these routes are open, and a GET and its HEAD ask for the same", async () => {
  await using hub = await startWholeHub();
  const open = hub.routes.filter(({ permission }) => permission === "open");
  expect(open.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(OPEN);
  const of = (wanted: string) =>
    new Map(hub.routes.filter(({ method }) => method === wanted).map(({ url, permission }) => [url, permission]));
  expect(of("HEAD").size).toBeGreaterThan(15);
  expect(of("HEAD")).toEqual(of("GET"));
});

test("where there is no route, everyone is told that there is none", async () => {
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
  const may = (principal: Principal): Record<Permission, string> => ({
    open: decide(principal, "open"),
    viewer: decide(principal, "viewer"),
    operator: decide(principal, "operator"),
    admin: decide(principal, "admin"),
  });
  const [granted, forbidden] = ["granted", "forbidden"];
  const unknown = "not-signed-in";

  test.each<[Principal, Record<Permission, string>]>([
    [{ kind: "anonymous" }, { open: granted, viewer: unknown, operator: unknown, admin: unknown }],
    [
      { kind: "device", device },
      { open: granted, viewer: forbidden, operator: forbidden, admin: forbidden },
    ],
    [
      { kind: "person", role: "viewer" },
      { open: granted, viewer: granted, operator: forbidden, admin: forbidden },
    ],
    [
      { kind: "person", role: "operator" },
      { open: granted, viewer: granted, operator: granted, admin: forbidden },
    ],
    [
      { kind: "person", role: "admin" },
      { open: granted, viewer: granted, operator: granted, admin: granted },
    ],
    [
      { kind: "api-key", name: "grafana", role: "viewer" },
      { open: granted, viewer: granted, operator: forbidden, admin: forbidden },
    ],
    [
      { kind: "shell", role: "admin" },
      { open: granted, viewer: granted, operator: granted, admin: granted },
    ],
  ])("is a matter of the role of %j", (principal, expected) => {
    expect(may(principal)).toEqual(expected);
  });
});

describe("a route", () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 31));

  test("without a permission does not compile, and is closed to all but administrators where it was not compiled", async () => {
    const sessions = new Sessions({ token: "run-token", clock });
    sessions.start(makeSecret());
    const app = fastify();
    const table = new RouteTable();
    checkAccess(app, { authenticate: makeAuthenticate(sessions), ...unheard });
    table.watch(app);
    // @ts-expect-error A route without a permission.
    route(app, { method: "GET", url: "/forgotten", audit: null, schema: {}, handler: async () => "secret" });
    // @ts-expect-error A route that does not say whether it is audited.
    route(app, { method: "GET", url: "/unsaid", permission: "open", schema: {}, handler: async () => "open" });
    expect((await app.inject({ url: "/forgotten" })).statusCode).toBe(401);
    const headers = { authorization: "Bearer run-token" };
    expect((await app.inject({ url: "/forgotten", headers })).statusCode).toBe(200);
    expect((await app.inject({ url: "/unsaid" })).statusCode).toBe(200);
    expect(() => table.list()).toThrow("/forgotten has no permission");
  });

  test("that changes something tells the audit log who did it, once it is done", async () => {
    const sessions = new Sessions({ token: "run-token", clock });
    sessions.start(makeSecret());
    const app = fastify();
    const entries: AuditEntry[] = [];
    const onAudit = (entry: AuditEntry) => entries.push(entry);
    checkAccess(app, { ...unheard, authenticate: makeAuthenticate(sessions), onAudit });
    const added = { method: "POST", permission: "operator", schema: {} } as const;
    route(app, { ...added, url: "/light", audit: "light.switch", handler: async () => "on" });
    route(app, { ...added, url: "/gone", audit: "light.remove", handler: (_request, reply) => reply.code(404).send() });
    route(app, { ...added, url: "/look", audit: null, handler: async () => "on" });
    const headers = { authorization: "Bearer run-token" };
    for (const url of ["/light", "/gone", "/look"]) await app.inject({ method: "POST", url, headers });
    await app.inject({ method: "POST", url: "/light" });
    const actor = { kind: "shell", role: "admin" };
    expect(entries).toEqual([{ action: "light.switch", actor, address: "127.0.0.1" }]);
  });
});
