// Plain publishes of readings go from the socket to the store. Nobody must notice: not a subscriber, not a slow disk.
import { join } from "node:path";
import Database from "better-sqlite3";
import { connectAsync, type MqttClient } from "mqtt";
import { expect, test } from "vitest";
import { startTestHub } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { until } from "../../../support/until.ts";

const URL_OF = (port: number) => `mqtt://127.0.0.1:${port}`;

/** Resolves once everything that the client sent before has been read. */
function heard(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    const listen = ({ cmd }: { cmd: string }) => {
      if (cmd !== "pingresp") return;
      client.off("packetreceive", listen);
      resolve();
    };
    client.on("packetreceive", listen);
    client.sendPing();
  });
}

test("a subscriber hears readings from when it comes until it goes, and all of them are stored", async () => {
  await using hub = await startTestHub("--anonymous", "all");
  const device = await connectAsync(URL_OF(hub.mqttPort));
  const listener = await connectAsync(URL_OF(hub.mqttPort));
  const received: string[] = [];
  listener.on("message", (_topic, payload) => received.push(payload.toString()));
  const send = (value: number) => device.publishAsync("sensor/pi/data", `{"t":${value}}`, { qos: 1 });

  await send(1);
  await listener.subscribeAsync("sensor/+/data");
  await send(2);
  await until("the reading", async () => (received.length === 1 ? true : undefined));
  await listener.unsubscribeAsync("sensor/+/data");
  await send(3);
  await listener.subscribeAsync("#");
  await send(4);
  await until("the reading after", async () => (received.length === 2 ? true : undefined));
  expect(received).toEqual(['{"t":2}', '{"t":4}']);
  const { readings } = await hub.json<{ readings: { value: number }[] }>("/api/v1/readings");
  expect(readings.map(({ value }) => value)).toEqual([4, 3, 2, 1]);
  await Promise.all([device.endAsync(), listener.endAsync()]);
});

test("a client that waits for a slow disk is not taken for silent", async () => {
  await using hub = await startHubInside();
  const client = await connectAsync(URL_OF(hub.mqttPort), { keepalive: 10, reconnectPeriod: 0 });
  // Another program holds the database: the commit has to wait.
  const other = new Database(join(hub.path, "bramble.db"));
  other.exec("BEGIN IMMEDIATE");
  const acknowledged = client.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
  await heard(client);
  hub.clock.advance(30_000);
  other.exec("ROLLBACK");
  other.close();
  await acknowledged;
  expect(client.connected).toBe(true);

  const closed = new Promise((resolve) => client.once("close", () => resolve("cut off")));
  hub.clock.advance(30_000);
  expect(await closed).toBe("cut off");
  await client.endAsync(true);
});
