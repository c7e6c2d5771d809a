// Three workers and a hub on a real Mosquitto and a real PostgreSQL (and MariaDB): what devices were told is stored is there, once,
// whatever was killed meanwhile; the hub shows what workers store; a worker that is told to stop leaves nothing behind.
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync, type MqttClient } from "mqtt";
import { describe, expect, test } from "vitest";
import type { DeviceList, Health } from "../../../src/shared/api.ts";
import type { Device } from "../../../src/shared/device.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { randomNumbers } from "../../support/random.ts";
import type { DatabaseServer } from "../../support/system/database-server.ts";
import { startMariadb } from "../../support/system/mariadb.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { startPostgres } from "../../support/system/postgres.ts";
import { until } from "../../support/until.ts";
import { startWorker, type TestWorker } from "../../support/worker.ts";

ensureMosquitto();

const START_MS = Date.UTC(2026, 0, 31);
const CLIENTS = 20;
const ROUNDS = 9;
const QUEUES = ["max_queued_messages 0", "max_inflight_messages 500"];

describe.each([
  ["PostgreSQL", startPostgres],
  ["MariaDB", startMariadb],
] as const)("workers on %s", (_product, startServer) => {
  test("take their share, tell the hub of it, and give it back when they are stopped", {
    timeout: 60_000,
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
    const sending = send(26, 400);
    await sleep(20);
    expect(await two.end("SIGTERM")).toBe(0);
    await sending;
    await until("all is stored", async () => ((await valuesOf(hub, "pi", "t")).length === 400 ? true : undefined));
    expect(await server.administer("SELECT id FROM record WHERE collection = 'worker-place'", nameOf(store))).toEqual([
      ["1"],
    ]);
    await client.publishAsync("bramble/pi/readings", "no JSON", { qos: 1 });
    for (let count = 0; count < 8; count++) await client.publishAsync("bramble/pi/readings", `{${count}`, { qos: 1 });
    await until("what was refused is listed", async () => {
      const { refused } = await hub.json<{ refused: unknown[] }>("/api/v1/refused");
      return refused.length > 0 || undefined;
    });
    await client.endAsync();
  });
});

test("three workers and a hub under 20 clients, killed at random: everything acknowledged is found, nothing twice", {
  timeout: 120_000,
}, async () => {
  await using server: DatabaseServer = await startPostgres();
  await using mosquitto = await Mosquitto.start(...QUEUES);
  const where = ["--store", await server.createDatabase(), "--broker", mosquitto.url];
  await using hub = await startTestHub(...where);
  await using one = await startWorker(...where);
  await using two = await startWorker(...where);
  await using three = await startWorker(...where);
  const workers = [one, two, three];
  for (const worker of workers) await untilWell(worker);

  await using senders = await Senders.connect(mosquitto.url);
  const random = randomNumbers(20_260_131);
  const faults = {
    worker: async () => {
      const worker = workers[Math.floor(random() * workers.length)] ?? one;
      await worker.end("SIGKILL");
      await sleep(200);
      await worker.start();
    },
    postgres: async () => {
      await server.kill();
      await sleep(500);
      await server.start();
    },
    // Mosquitto answers before it has written a message to its disk, and forgets shared subscriptions (2.0): what is published before
    // the last one is on the disk, or before the first subscriber is back, is lost by it alone.
    mosquitto: async () => {
      await senders.pause();
      await sleep(200);
      await mosquitto.end("SIGKILL");
      await mosquitto.start();
      await Promise.all(workers.map(untilWell));
      senders.resume();
    },
  };
  const order = Array.from({ length: ROUNDS / 3 }, () => Object.keys(faults))
    .flat()
    .map((name) => ({ name, place: random() }))
    .sort((a, b) => a.place - b.place);
  for (const { name } of order) {
    await sleep(200);
    if (name === "worker") await faults.worker();
    else if (name === "postgres") await faults.postgres();
    else await faults.mosquitto();
  }
  await senders.pause();
  await until(
    "everything is stored",
    async () => ((await senders.missingIn(hub).catch(() => ["away"])).length === 0 ? true : undefined),
    30_000,
  );
  for (const [device, sent] of senders.sent) {
    const stored = await valuesOf(hub, device, "t");
    expect(stored.length, device).toBe(new Set(stored).size);
    expect(stored.filter((value) => !sent.has(value))).toEqual([]);
  }
  expect(senders.acknowledged).toBeGreaterThan(1_000);
  const { devices } = await hub.json<DeviceList>("/api/v1/devices");
  expect(devices).toHaveLength(CLIENTS);
});

/** Clients that send without a pause, and what the broker acknowledged to each. */
class Senders implements AsyncDisposable {
  readonly sent = new Map<string, Set<number>>();
  readonly #acknowledged = new Map<string, Set<number>>();
  readonly #clients: readonly MqttClient[];
  #running: Promise<unknown> = Promise.resolve();
  #isPaused = true;
  #next = 0;

  private constructor(clients: readonly MqttClient[]) {
    this.#clients = clients;
  }

  static async connect(url: string): Promise<Senders> {
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) =>
        connectAsync(url, { clientId: `pi-${index}`, clean: false, reconnectPeriod: 100 }),
      ),
    );
    for (const client of clients) client.on("error", () => undefined);
    const senders = new Senders(clients);
    senders.resume();
    return senders;
  }

  get acknowledged(): number {
    return [...this.#acknowledged.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Resolves when the broker has acknowledged everything. */
  async pause(): Promise<void> {
    this.#isPaused = true;
    await this.#running;
  }

  resume(): void {
    this.#isPaused = false;
    this.#running = Promise.all(this.#clients.map((client, index) => this.#send(client, `pi-${index}`)));
  }

  async missingIn(hub: TestHub): Promise<string[]> {
    const missing: string[] = [];
    for (const [device, values] of this.#acknowledged) {
      const stored = new Set(await valuesOf(hub, device, "t"));
      for (const value of values) if (!stored.has(value)) missing.push(`${device} ${value}`);
    }
    return missing;
  }

  async #send(client: MqttClient, device: string): Promise<void> {
    const sent = this.sent.get(device) ?? new Set();
    const acknowledged = this.#acknowledged.get(device) ?? new Set();
    this.sent.set(device, sent);
    this.#acknowledged.set(device, acknowledged);
    while (!this.#isPaused) {
      const value = ++this.#next;
      sent.add(value);
      await client.publishAsync(`bramble/${device}/readings`, JSON.stringify({ ts: START_MS + value, t: value }), {
        qos: 1,
      });
      acknowledged.add(value);
      await sleep(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isPaused = true;
    await Promise.all(this.#clients.map((client) => client.endAsync(true)));
  }
}

async function publish(client: MqttClient, topic: string, from: number, to: number): Promise<void> {
  for (let value = from; value <= to; value++)
    await client.publishAsync(topic, JSON.stringify({ ts: START_MS + value, t: value, u: value }), { qos: 1 });
}

async function untilWell(worker: TestWorker): Promise<void> {
  await until("the worker is well", async () => (await fetch(`${worker.url}/health`)).ok || undefined);
}

async function readingsTakenBy(worker: TestWorker): Promise<number> {
  const text = await (await fetch(`${worker.url}/metrics`)).text();
  return Number(/^bramble_readings_total (\d+)/m.exec(text)?.[1] ?? 0);
}

/** All values of a series, oldest first, one for each row. */
async function valuesOf(hub: TestHub, device: string, metric: string): Promise<number[]> {
  const answer = await hub.fetch(`/api/v1/export.csv?device=${device}&metric=${metric}&from=0&to=${START_MS + 1e7}`);
  const lines = (await answer.text()).trim().split("\r\n").slice(1);
  return lines.map((line) => Number(line.split(",").at(-1)));
}

function nameOf(store: string): string {
  return new URL(store).pathname.slice(1);
}
