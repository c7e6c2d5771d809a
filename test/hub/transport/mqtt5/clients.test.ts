// The list of clients in the API and `$SYS`, and a client as large as a home automation server.
import { describe, expect, test } from "vitest";
import type { MqttClientList } from "../../../../src/shared/mqtt/mqtt-clients.ts";
import type { NewApiKey } from "../../../../src/shared/security/access.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { connectPeer } from "../../../support/mqtt/mqtt-peer.ts";

const clientsOf = async (hub: HubInside): Promise<MqttClientList> => (await hub.fetch("/api/v1/clients")).json();
async function keyOf(hub: HubInside, role: string): Promise<{ username: string; password: Buffer }> {
  const made = await hub.fetch("/api/v1/api-keys", { method: "POST", body: JSON.stringify({ name: role, role }) });
  const { key }: NewApiKey = await made.json();
  return { username: "x", password: Buffer.from(key) };
}

test("clients are listed with what they do, and disconnected by an administrator alone", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  const admin = await keyOf(hub, "admin");
  await using five = await connectPeer(hub.mqttPort, {
    clientId: "a/b ü",
    properties: { sessionExpiryInterval: 60 },
    ...admin,
  });
  await using four = await connectPeer(hub.mqttPort, { clientId: "four", protocolVersion: 4, keepalive: 0 });
  await five.subscribe([{ topic: "x/#", qos: 1 }]);
  for (const payload of ["1", "2"]) await four.publish("x/y", payload);
  await five.next("publish");
  await five.next("publish");
  hub.clock.advance(1_000);
  const { clients, absentSessions } = await clientsOf(hub);
  const traffic = (messages: number) => ({ messages, perSecond: messages / 10 });
  expect(absentSessions).toBe(0);
  expect(clients).toMatchObject([
    {
      id: "a/b ü",
      version: "5",
      address: "127.0.0.1",
      principal: "api-key:admin",
      sessionExpirySeconds: 60,
      filters: ["x/#"],
      filterCount: 1,
      received: traffic(0),
      sent: traffic(2),
      queued: { messages: 2 },
    },
    {
      id: "four",
      version: "3.1.1",
      principal: "anonymous",
      keepAliveSeconds: 0,
      received: traffic(2),
      sent: traffic(0),
    },
  ]);
  const url = `/api/v1/clients/${encodeURIComponent("a/b ü")}`;
  const { password } = await keyOf(hub, "operator");
  const dismiss = async (key: string) => {
    const init = { method: "DELETE", headers: { "X-API-Key": key } };
    return (await fetch(`http://127.0.0.1:${hub.httpPort}${url}`, init)).status;
  };
  expect(await dismiss(String(password))).toBe(403);
  expect(await dismiss(String(admin.password))).toBe(204);
  expect(await five.next("disconnect")).toMatchObject({ reasonCode: 0x98 });
  await five.closed();
  expect(await dismiss(String(admin.password))).toBe(404);
  expect(await clientsOf(hub)).toMatchObject({ clients: [{ id: "four" }], absentSessions: 1 });
});

describe("$SYS", () => {
  test("is sent to an administrator on subscribe, and then every ten seconds", async () => {
    await using hub = await startHubInside({});
    await using admin = await connectPeer(hub.mqttPort, await keyOf(hub, "admin"));
    expect(await admin.subscribe([{ topic: "$SYS/broker/clients/+", qos: 0 }])).toEqual([0]);
    const next = async () => {
      const { topic, payload, retain } = await admin.next("publish");
      return `${topic} ${payload} ${retain}`;
    };
    const root = "$SYS/broker/clients";
    expect([await next(), await next(), await next(), await next()]).toEqual([
      `${root}/connected 1 true`,
      `${root}/disconnected 0 true`,
      `${root}/total 1 true`,
      `${root}/maximum 1 true`,
    ]);
    await using _other = await connectPeer(hub.mqttPort);
    hub.clock.advance(10_000);
    expect(await next()).toBe(`${root}/connected 2 false`);
    await admin.subscribe([{ topic: "$SYS/broker/version", qos: 0 }]);
    expect((await admin.next("publish")).topic).toMatch(/^\$SYS/);
  });
});

test("an authenticated client may have 2,000 subscriptions, all of one packet; an anonymous one 200", async () => {
  await using hub = await startHubInside({ flags: ["--anonymous", "all"] });
  const filters = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ topic: `home/entity${from + index}/state`, qos: 1 as const }));
  const granted = (codes: readonly unknown[]) => codes.filter((code) => code === 1).length;
  await using assistant = await connectPeer(hub.mqttPort, { ...(await keyOf(hub, "operator")), clientId: "ha" });
  const codes = await assistant.subscribe(filters(0, 2_500));
  expect([codes.length, granted(codes), codes.filter((code) => code === 0x97).length]).toEqual([2_500, 2_000, 500]);
  await using other = await connectPeer(hub.mqttPort);
  expect(granted(await other.subscribe(filters(0, 250)))).toBe(200);
  await other.publish("home/entity1999/state", "on");
  expect((await assistant.next("publish")).topic).toBe("home/entity1999/state");
});
