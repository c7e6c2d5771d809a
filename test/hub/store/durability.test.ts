// Acknowledged means on disk: the hub is killed in the middle of QoS 1 traffic, twice, and nothing acknowledged is missing.
import { connectAsync, type IClientPublishOptions, type MqttClient } from "mqtt";
import { expect, test } from "vitest";
import type { ReadingsPage } from "../../../src/shared/api.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";

const CLIENTS = 20;
const MESSAGES = 10_000;
const KILL_AT = [3_000, 6_500];
const IN_FLIGHT = 20;
const T0 = Date.UTC(2026, 0, 1);

interface Way {
  readonly name: string;
  readonly protocolVersion: 4 | 5;
  readonly options: IClientPublishOptions;
}

const WAYS: readonly Way[] = [
  { name: "QoS 1", protocolVersion: 4, options: { qos: 1 } },
  { name: "MQTT 5, QoS 1", protocolVersion: 5, options: { qos: 1 } },
  { name: "MQTT 5, retained", protocolVersion: 5, options: { qos: 1, retain: true, properties: { contentType: "x" } } },
  { name: "MQTT 5, QoS 2", protocolVersion: 5, options: { qos: 2 } },
];

async function sendUntilDead(
  client: MqttClient,
  { options }: Way,
  queue: number[],
  acknowledged: Set<number>,
): Promise<void> {
  const lane = async (): Promise<void> => {
    for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
      const reading = { device_id: `pi-${id % CLIENTS}`, n: id, ts: T0 + id };
      try {
        await client.publishAsync("sensor/data", JSON.stringify(reading), options);
        acknowledged.add(id);
      } catch {
        // The hub was killed: whoever sends has to send it again.
        queue.push(id);
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

async function connectAll(hub: TestHub, { protocolVersion }: Way): Promise<MqttClient[]> {
  const one = () => connectAsync(hub.file.mqtt, { reconnectPeriod: 0, protocolVersion }, false);
  return Promise.all(Array.from({ length: CLIENTS }, one));
}

async function storedIds(hub: TestHub): Promise<Set<number>> {
  const ids = new Set<number>();
  let cursor = "";
  for (;;) {
    const page: ReadingsPage = await hub.json(`/api/v1/readings?limit=10000${cursor}`);
    for (const { value } of page.readings) ids.add(value);
    if (page.next === null) return ids;
    cursor = `&cursor=${page.next}`;
  }
}

test.each(WAYS)(
  "10,000 messages from 20 clients, $name, the hub killed twice: nothing acknowledged is missing",
  {
    timeout: 240_000,
  },
  async (way) => {
    await using hub = await startTestHub();
    const queue = Array.from({ length: MESSAGES }, (_, id) => id);
    const acknowledged = new Set<number>();
    let kills = 0;
    while (acknowledged.size < MESSAGES) {
      const clients = await connectAll(hub, way);
      const dead = clients.map((client) => new Promise<void>((resolve) => client.once("close", () => resolve())));
      const sending = Promise.all(clients.map((client) => sendUntilDead(client, way, queue, acknowledged)));
      const killAt = KILL_AT[kills];
      if (killAt === undefined) {
        await sending;
        await Promise.all(clients.map((client) => client.endAsync()));
        continue;
      }
      while (acknowledged.size < killAt) await new Promise(setImmediate);
      await hub.end("SIGKILL");
      kills++;
      await Promise.all(dead);
      // A message that had no answer yet is given back by ending its client.
      for (const client of clients) client.end(true);
      await sending;
      const before = new Set(acknowledged);
      await hub.start();
      const stored = await storedIds(hub);
      expect([...before].filter((id) => !stored.has(id))).toEqual([]);
    }
    expect(kills).toBe(KILL_AT.length);
    expect((await storedIds(hub)).size).toBe(MESSAGES);
  },
);
