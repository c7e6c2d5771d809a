// Whether a device is here. The hub runs inside the test, so that the test can turn its clock.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connectAsync } from "mqtt";
import { generate } from "mqtt-packet";
import { pino } from "pino";
import { expect, test } from "vitest";
import { readConfig } from "../../src/hub/config.ts";
import { DataFolder } from "../../src/hub/data-folder.ts";
import { Hub, type RunningHub } from "../../src/hub/hub.ts";
import type { DeviceList } from "../../src/shared/api.ts";
import type { Presence } from "../../src/shared/device.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { makeTemporaryFolder } from "../support/hub.ts";
import { until } from "../support/until.ts";

const START = Date.UTC(2026, 0, 31, 12);

class HubInside implements AsyncDisposable {
  readonly clock = new FakeClock(START);
  readonly #temporary = makeTemporaryFolder();
  readonly #folder = new DataFolder(this.#temporary.path);
  #hub: Hub | null = null;
  #running: RunningHub | null = null;

  async start(): Promise<void> {
    const read = readConfig(["--data", this.#temporary.path, "--http-port", "0", "--mqtt-port", "0"], {});
    if (read.kind !== "config") throw new Error("no configuration");
    const { config } = read;
    this.#folder.hold();
    const onDeath = (error: Error) => {
      throw error;
    };
    const { clock } = this;
    const log = pino({ enabled: false });
    this.#hub = new Hub({ config, folder: this.#folder, version: "test", uiFolder: "/nowhere", clock, log, onDeath });
    this.#running = await this.#hub.start();
  }

  async restart(): Promise<void> {
    await this.#stop();
    await this.start();
  }

  get mqttPort(): number {
    return this.#running?.mqttPort ?? 0;
  }

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${this.#running?.token}`, "Content-Type": "application/json" };
    return fetch(`http://127.0.0.1:${this.#running?.httpPort}${path}`, { ...init, headers });
  }

  async post(reading: Readonly<Record<string, unknown>>): Promise<void> {
    const answer = await this.fetch("/data", { method: "POST", body: JSON.stringify(reading) });
    expect(answer.status).toBe(200);
  }

  async presence(id: string): Promise<Presence | undefined> {
    const { devices }: DeviceList = await (await this.fetch("/api/v1/devices")).json();
    return devices.find((device) => device.id === id)?.presence;
  }

  async clients(): Promise<number> {
    const health: { mqtt: { clients: number } } = await (await this.fetch("/healthz")).json();
    return health.mqtt.clients;
  }

  async #stop(): Promise<void> {
    await this.#hub?.stop();
    this.#folder.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    this.#temporary[Symbol.dispose]();
  }
}

async function startHubInside(): Promise<HubInside> {
  const hub = new HubInside();
  await hub.start();
  return hub;
}

test("a device that posts is here for a minute after its last reading, and away since that", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  expect(await hub.presence("pi")).toEqual({ online: true, sinceMs: START });
  hub.clock.advance(60_000);
  expect(await hub.presence("pi")).toMatchObject({ online: true });
  hub.clock.advance(2_000);
  expect(await hub.presence("pi")).toEqual({ online: false, sinceMs: START });
});

test("one that posts every five minutes is here for three of its intervals", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  hub.clock.advance(300_000);
  await hub.post({ device_id: "pi", t: 2 });
  hub.clock.advance(900_000);
  expect(await hub.presence("pi")).toMatchObject({ online: true });
  hub.clock.advance(2_000);
  expect(await hub.presence("pi")).toEqual({ online: false, sinceMs: START + 300_000 });
});

test("one with a session is here while the session lives, however seldom it speaks", async () => {
  await using hub = await startHubInside();
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { keepalive: 0 });
  await client.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
  hub.clock.advance(3_600_000);
  expect(await hub.presence("pi")).toMatchObject({ online: true });
  await client.endAsync();
  await until("the session has ended", async () => ((await hub.clients()) === 0 ? true : undefined));
  hub.clock.advance(1_000);
  expect(await hub.presence("pi")).toMatchObject({ online: false });
});

test("one that only said what it is, and holds its session, is here too", async () => {
  await using hub = await startHubInside();
  const client = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`, { keepalive: 0 });
  await client.publishAsync("bramble/pi/about", '{"name":"Attic"}', { qos: 1 });
  hub.clock.advance(3_600_000);
  expect(await hub.presence("pi")).toMatchObject({ online: true });
  await client.endAsync();
});

test("one whose connection broke in the middle of a message is not here for ever", async () => {
  await using hub = await startHubInside();
  for (let round = 0; round < 20; round++) {
    const socket = connectSocket(hub.mqttPort, "127.0.0.1");
    await once(socket, "connect");
    const hello = generate({ cmd: "connect", clientId: `pi-${round}`, keepalive: 60, clean: true });
    socket.write(hello);
    await once(socket, "data");
    socket.write(
      generate({ cmd: "publish", topic: "sensor/pi/data", payload: '{"t":1}', qos: 0, dup: false, retain: false }),
      () => socket.resetAndDestroy(),
    );
    await once(socket, "close");
  }
  await until("all sessions have ended", async () => ((await hub.clients()) === 0 ? true : undefined));
  await hub.post({ device_id: "pi", t: 2 });
  hub.clock.advance(120_000);
  expect(await hub.presence("pi")).toMatchObject({ online: false });
});

test("after a restart every device is away until it is heard, since it was last heard", async () => {
  await using hub = await startHubInside();
  await hub.post({ device_id: "pi", t: 1 });
  hub.clock.advance(5_000);
  await hub.restart();
  expect(await hub.presence("pi")).toEqual({ online: false, sinceMs: START });
});
