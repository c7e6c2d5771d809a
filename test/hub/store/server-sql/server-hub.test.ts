// A whole hub on a database server, with a real MQTT client: everything that people and devices do with a hub, and what becomes of
// it when the server is killed under it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Chart, DeviceList, Health, HubInfo } from "../../../../src/shared/api.ts";
import type { Command, CommandMessage } from "../../../../src/shared/controls/command.ts";
import type { Device } from "../../../../src/shared/device.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { type DatabaseServer, PASSWORD } from "../../../support/system/database-server.ts";
import { startMariadb } from "../../../support/system/mariadb.ts";
import { startPostgres } from "../../../support/system/postgres.ts";
import { until } from "../../../support/until.ts";

const START_MS = Date.UTC(2026, 0, 31);

describe.each([
  ["PostgreSQL", startPostgres],
  ["MariaDB", startMariadb],
] as const)("a hub on %s", (_product, startServer) => {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startServer();
  }, 120_000);
  afterAll(() => server[Symbol.asyncDispose]());

  test("works as a hub, also after a kill", { timeout: 90_000 }, async () => {
    await using hub = await startTestHub("--joining", "ask", "--store", await server.createDatabase());
    const { hubId } = await hub.json<HubInfo>("/api/v1/hub");
    await using pi = await connectPi(hub);
    await pi.publish("bramble/pi/about", { name: "Attic", controls: [{ id: "led", kind: "switch" }] });
    await pi.publish("bramble/pi/readings", { ts: START_MS, temperature: 20 });
    await send(hub, "POST", "/api/v1/devices/pi/approve");
    await pi.publish("bramble/pi/readings", { ts: START_MS + 1_000, temperature: 21 });
    await pi.publish("bramble/pi/readings", { ts: START_MS + 2_000, temperature: 22 });
    await pi.publish("bramble/pi/readings", { ts: START_MS + 1_000, temperature: 21.5 });

    const command = await (
      await send(hub, "POST", "/api/v1/devices/pi/commands", { control: "led", value: true })
    ).json();
    const received = await until("the command arrives", async () => pi.received[0]);
    expect(received).toMatchObject({ id: command.id, control: "led", value: true });
    await pi.publish("bramble/pi/reply", { id: command.id, ok: true });
    const { state } = await hub.json<Command>(`/api/v1/commands/${command.id}`);
    expect(state).toBe("done");

    await hub.post({ device: "old", ts: START_MS - 1_000, temperature: 19 });
    await send(hub, "POST", "/api/v1/devices/old/approve");
    await hub.post({ device: "old", ts: START_MS - 500, temperature: 19.5 });
    await send(hub, "POST", "/api/v1/devices/old/merge", { into: "pi" });
    await send(hub, "PATCH", "/api/v1/devices/pi", { room: "under the roof" });

    await hub.post({ device: "gone", ts: START_MS, temperature: 1 });
    await send(hub, "POST", "/api/v1/devices/gone/approve");
    await hub.post({ device: "gone", ts: START_MS + 1, temperature: 2 });
    await send(hub, "DELETE", "/api/v1/devices/gone");

    const look = async () => {
      const range = `metric=temperature&from=${START_MS - 60_000}&to=${START_MS + 60_000}`;
      const { devices } = await hub.json<DeviceList>("/api/v1/devices");
      const { buckets } = await hub.json<Chart>(`/api/v1/devices/pi/readings?${range}`);
      const file = await hub.fetch(`/api/v1/export.csv?device=pi&from=${START_MS - 60_000}&to=${START_MS + 60_000}`);
      return {
        devices: devices.map(({ id, name, given }: Device & { given?: { room?: string } }) => ({ id, name, given })),
        buckets,
        file: await file.text(),
        command: await hub.json<Command>(`/api/v1/commands/${command.id}`),
        hubId: (await hub.json<HubInfo>("/api/v1/hub")).hubId,
      };
    };
    const before = await look();
    expect(before.hubId).toBe(hubId);
    expect(before.devices.map(({ id }) => id)).toEqual(["pi"]);
    const lines = before.file.trim().split("\r\n");
    expect(lines.slice(1).map((line) => line.split(",").at(-1))).toEqual(["19", "19.5", "20", "21.5", "22"]);
    await hub.end("SIGKILL");
    await hub.start();
    expect(await look()).toEqual(before);
  });

  test("acknowledges nothing while its server is down, reports it, and recovers", {
    timeout: 90_000,
  }, async () => {
    await using hub = await startTestHub("--spool", "0", "--store", await server.createDatabase());
    await using pi = await connectPi(hub);
    await pi.publish("bramble/pi/readings", { ts: START_MS, t: 1 });
    await server.kill();
    const unacknowledged = await hub.post({ device: "pi", ts: START_MS + 1, t: 2 });
    expect(unacknowledged.status).toBe(503);
    const health = await (await fetch(`${hub.file.http}/healthz`)).json();
    expect(health).toMatchObject({ status: "failing", store: { status: "failing" } });
    expect((health as Health).store.message).toMatch(/(cannot be reached|is starting or stopping|failed)/);
    let isAcknowledged = false;
    const published = pi.publish("bramble/pi/readings", { ts: START_MS + 2, t: 3 }).then(() => {
      isAcknowledged = true;
    });
    await hub.json("/api/v1/hub").catch(() => undefined);
    expect(isAcknowledged).toBe(false);
    await server.start();
    await published;
    const stored = await until("the hub is well", async () => {
      const answer: Health = await (await fetch(`${hub.file.http}/healthz`)).json();
      return answer.status === "ok"
        ? hub.json<Chart>(`/api/v1/devices/pi/readings?metric=t&from=${START_MS}&to=${START_MS + 10}`)
        : undefined;
    });
    expect(stored.buckets.length).toBeGreaterThan(0);
    expect(JSON.stringify(stored)).toContain("3");
  });

  test("shows its password neither in what it prints, nor in logs, nor over HTTP", { timeout: 60_000 }, async () => {
    const address = await server.createDatabase();
    await using hub = await startTestHub("--store", address, "--log-level", "trace");
    await hub.post({ device: "pi", t: 1 });
    await server.kill();
    await hub.post({ device: "pi", t: 2 });
    const shown = [hub.output];
    for (const path of ["/healthz", "/metrics", "/api/v1/hub", "/api/v1/doctor", "/hub.json"])
      shown.push(await (await hub.fetch(path)).text());
    const logs = join(hub.folder.path, "logs");
    for (const name of readdirSync(logs)) shown.push(readFileSync(join(logs, name), "utf8"));
    shown.push(readFileSync(join(hub.folder.path, "hub.json"), "utf8"));
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(shown.join("\n")).not.toContain(secret);
    await server.start();
  });
});

/** A client that the hub sends the commands of the device `pi`; it sends again what is not acknowledged. */
async function connectPi(hub: TestHub) {
  const client: MqttClient = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, {
    clientId: "pi",
    clean: false,
    reconnectPeriod: 200,
  });
  const received: CommandMessage[] = [];
  client.on("message", (_topic, payload) => received.push(JSON.parse(payload.toString())));
  await client.subscribeAsync("bramble/pi/command", { qos: 1 });
  return {
    received,
    publish: (topic: string, body: object) => client.publishAsync(topic, JSON.stringify(body), { qos: 1 }),
    [Symbol.asyncDispose]: () => client.endAsync(true),
  };
}

async function send(hub: TestHub, method: string, path: string, body?: object): Promise<Response> {
  const json = body && { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } };
  const response = await hub.fetch(path, { method, ...json });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response;
}
