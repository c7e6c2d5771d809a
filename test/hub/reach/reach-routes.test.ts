// The API of reaching the hub: checks, settings, and write-only secrets.
import { get } from "node:http";
import { expect, test } from "vitest";
import type { ReachChange, ReachStatus } from "../../../src/shared/security/reach.ts";
import { type HubInside, startHubInside } from "../../support/hub-inside.ts";

const patch = (hub: HubInside, change: ReachChange | object) =>
  hub.fetch("/api/v1/reach", { method: "PATCH", body: JSON.stringify(change) });
const checkOf = ({ checks }: ReachStatus, id: string) => checks.find((check) => check.id === id);

test("a hub as it comes is not ready for the internet, and says why", async () => {
  await using hub = await startHubInside();
  const status: ReachStatus = await (await hub.fetch("/api/v1/reach")).json();
  expect(status).toMatchObject({
    ready: false,
    reasons: ["The hub has no public name", "Devices may send without a key", "The hub does not speak TLS"],
    settings: { name: "", provider: { kind: "none", hasCredentials: false }, acme: { on: false } },
    forwards: [],
    certificate: { state: "off" },
    ddns: { state: "off" },
  });
  expect(checkOf(status, "networks")?.state).toBe("hint");
});

test("compulsory keys and allowed networks are no obstacle", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "none", "--allow", "0.0.0.0/0"] });
  const status: ReachStatus = await (await hub.fetch("/api/v1/reach")).json();
  expect(checkOf(status, "keys")?.state).toBe("fine");
  expect(checkOf(status, "networks")?.state).toBe("fine");
  expect(status.ready).toBe(false);
});

test("a secret is set, kept over a restart, and never answered", async () => {
  await using hub = await startHubInside();
  const token = "s3cret-token";
  const change: ReachChange = { name: "pi.duckdns.org", provider: { kind: "duckdns", token }, lookupUrls: [] };
  const set = await patch(hub, change);
  expect(set.status).toBe(200);
  expect(await set.text()).not.toContain(token);
  await hub.restart();
  const text = await (await hub.fetch("/api/v1/reach")).text();
  expect(text).not.toContain(token);
  expect(JSON.parse(text).settings).toMatchObject({
    name: "pi.duckdns.org",
    provider: { kind: "duckdns", hasCredentials: true },
  });
  // The token in use stays where none is given; another provider needs its own.
  expect((await patch(hub, { provider: { kind: "duckdns" } })).status).toBe(200);
  expect((await patch(hub, { provider: { kind: "desec" } })).status).toBe(400);
});

test.for<[object, string]>([
  [{ name: "hub.local" }, "use a public name"],
  [{ name: "192.0.2.1" }, "use a public name"],
  [{ name: "a_b.example.org" }, "use a public name"],
  [{ ddns: true }, "needs a public name"],
  [{ acme: { on: true } }, "needs a public name"],
  [{ name: "hub.example.org", acme: { on: true } }, "agreed to its terms"],
  [{ name: "hub.example.org", acme: { on: true, termsAgreed: true } }, "needs a provider that sets records"],
  [{ acme: { directory: "http://ca.example.org" } }, "use an https URL"],
  [{ acme: { directoryCa: "nothing" } }, "no certificate in PEM"],
  [{ acme: { email: "me" } }, "use an e-mail address"],
  [{ lookupUrls: ["http://ip.example.org"] }, "use an https URL"],
  [{ provider: { kind: "url", url: "https://example.org/?ip=1.2.3.4" } }, "with {ipv4} or {ipv6}"],
  [{ provider: { kind: "command", command: ["/bin/sh", "-c", "reboot"] } }, "the name of a program in"],
  [{ provider: { kind: "command", command: ["../x"] } }, "the name of a program in"],
  [{ colour: "red" }, "colour"],
])("%j is refused: %s", async ([change, words]) => {
  await using hub = await startHubInside();
  const answer = await patch(hub, change);
  expect(answer.status).toBe(400);
  expect((await answer.json()).message).toContain(words);
});

test("browsers reach the hub by its public name, and no more by the one before", async () => {
  await using hub = await startHubInside();
  const statusAs = (host: string) =>
    new Promise((resolve, reject) => {
      const { httpPort: port } = hub;
      get({ host: "127.0.0.1", port, path: "/healthz", headers: { host }, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).on("error", reject);
    });
  const [first, second] = ["one.example.org", "two.example.org"];
  expect(await statusAs(first)).toBe(403);
  await patch(hub, { name: first, lookupUrls: [] });
  expect([await statusAs(first), await statusAs(second)]).toEqual([200, 403]);
  await patch(hub, { name: second });
  expect([await statusAs(first), await statusAs(second)]).toEqual([403, 200]);
  await hub.restart();
  expect([await statusAs(first), await statusAs(second)]).toEqual([403, 200]);
  await patch(hub, { name: "" });
  expect(await statusAs(second)).toBe(403);
});

test("no certificate is ordered unless configured; an unknown challenge token is 404", async () => {
  await using hub = await startHubInside();
  expect((await hub.fetch("/api/v1/reach/certificate", { method: "POST", body: "{}" })).status).toBe(400);
  expect((await hub.fetch("/.well-known/acme-challenge/abc")).status).toBe(404);
});
