// Three workers and a hub on a real Mosquitto and a real PostgreSQL (and MariaDB): acknowledged readings are stored once, whatever is
// killed; the hub shows readings stored by workers; a stopped worker leaves nothing behind.
import { connectAsync, type MqttClient } from "mqtt";
import { describe, expect, test } from "vitest";
import type { DeviceList, Health, RefusedList } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import { Cluster, QUEUES, untilWell } from "../../support/cluster/cluster.ts";
import { CLIENTS, valuesOf } from "../../support/cluster/senders.ts";
import { startTestHub } from "../../support/hub.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import { until } from "../../support/until.ts";
import { startWorker, type TestWorker } from "../../support/worker.ts";

ensureMosquitto();

const START_MS = Date.UTC(2026, 0, 31);
const SEED = 20_260_131;

describe.each([
  ["PostgreSQL", startPostgres],
  ["MariaDB", startMariadb],
] as const)("workers on %s", (_product, startServer) => {
  test("take their share, notify the hub, and return it when stopped", {
    timeout: 120_000,
  }, async () => {
    await using server = await startServer();
    await using mosquitto = await Mosquitto.start(...QUEUES);
    const store = await server.createDatabase();
    const where = ["--store", store, "--broker", mosquitto.url];
    await using hub = await startTestHub("--joining", "ask", ...where);
    await using one = await startWorker(...where);
    await using two = await startWorker(...where);
    for (const worker of [one, two]) await untilWell(worker);
    const client = await connectAsync(mosquitto.url, { clientId: "pi" });
    await until("the hub is connected", async () => {
      const { broker } = (await (await fetch(`${hub.file.http}/healthz`)).json()) as Health;
      return broker?.status === "ok" || undefined;
    });

    const send = (from: number, to: number) => publish(client, "bramble/pi/readings", from, to);
    await send(1, 12);
    const shown = () => hub.json<Device>("/api/v1/devices/pi").catch(() => undefined);
    const waiting = await until("it waits", async () => {
      const device = await shown();
      return device?.quarantined?.readings === 24 ? device : undefined;
    });
    expect(waiting.joining).toBe("waiting");
    const counts = await Promise.all([one, two].map(readingsTakenBy));
    expect(Math.min(...counts)).toBeGreaterThan(0);

    await hub.fetch("/api/v1/devices/pi/approve", { method: "POST" });
    await send(13, 24);
    await client.publishAsync("bramble/pi/readings", JSON.stringify({ ts: START_MS + 25, t: 25, place: "attic" }), {
      qos: 1,
    });
    const device = await until("the newest value", async () => {
      const found = await shown();
      return found?.metrics.find(({ name }) => name === "t")?.latest.value === 25 && found.attributes["place"]
        ? found
        : undefined;
    });
    expect(device).toMatchObject({ joining: "approved", presence: { online: true }, attributes: { place: "attic" } });

    // What is on its way while one is told to stop goes to the others.
    const before = await readingsTakenBy(two);
    const sending = send(26, 400);
    await until("it takes some of them", async () => (await readingsTakenBy(two)) > before || undefined);
    expect(await two.end("SIGTERM")).toBe(0);
    await sending;
    await until("all is stored", async () => ((await valuesOf(hub, "pi", "t")).length === 400 ? true : undefined));
    expect(await server.administer("SELECT id FROM record WHERE collection = 'worker-place'", nameOf(store))).toEqual([
      ["1"],
    ]);
    const long = `{${"x".repeat(20_000)}`;
    for (let count = 0; count < 8; count++) await client.publishAsync("bramble/pi/readings", `{${count}`, { qos: 1 });
    for (let count = 0; count < 2; count++) await client.publishAsync("bramble/pi/readings", long, { qos: 1 });
    const listed = await until("what was refused is listed", async () => {
      const { refused } = await hub.json<RefusedList>("/api/v1/refused");
      return refused.length === 10 ? refused : undefined;
    });
    // Half of them by the worker, whichever half.
    expect(listed.filter(({ bytes }) => bytes === long.length)).toHaveLength(2);
    await until("nothing is handed over twice", async () => {
      const left = await server.administer(
        "SELECT id FROM record WHERE collection = 'refused-by-worker'",
        nameOf(store),
      );
      return left.length === 0 || undefined;
    });
    await client.endAsync();
  });
});

test("three workers and a hub under 20 clients, killed, stopped and added at random: everything acknowledged is found, once", {
  timeout: 120_000,
}, async () => {
  await using cluster = await Cluster.start(await startPostgres(), SEED);
  const killed = ["worker", "database", "mosquitto"] as const;
  for (const fault of cluster.inRandomOrder([...killed, ...killed, "scale-down", "scale-up"]))
    await cluster.suffer(fault);
  await cluster.senders.pause();
  expect(await cluster.losses()).toEqual({ missing: [], twice: [], neverSent: [] });
  expect(cluster.senders.acknowledged).toBeGreaterThan(1_000);
  const { devices } = await cluster.hub.json<DeviceList>("/api/v1/devices");
  expect(devices).toHaveLength(CLIENTS);
});

async function publish(client: MqttClient, topic: string, from: number, to: number): Promise<void> {
  for (let value = from; value <= to; value++)
    await client.publishAsync(topic, JSON.stringify({ ts: START_MS + value, t: value, u: value }), { qos: 1 });
}

async function readingsTakenBy(worker: TestWorker): Promise<number> {
  const text = await (await fetch(`${worker.url}/metrics`)).text();
  return Number(/^bramble_readings_total (\d+)/m.exec(text)?.[1] ?? 0);
}

function nameOf(store: string): string {
  return new URL(store).pathname.slice(1);
}
