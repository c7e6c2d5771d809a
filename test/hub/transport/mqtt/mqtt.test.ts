// The MQTT port of a real hub, with common and with badly behaved clients.
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { connectAsync, type MqttClient } from "mqtt";
import { generate } from "mqtt-packet";
import { describe, expect, test } from "vitest";
import type { DeviceList, ReadingsPage, RefusedList } from "../../../../src/shared/api.ts";
import type { Device } from "../../../../src/shared/device.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { run } from "../../../support/run.ts";
import { until } from "../../../support/until.ts";

const PYTHON = "/usr/bin/python3";
const snippet = (name: string) => fileURLToPath(new URL(`../../snippets/${name}.py`, import.meta.url));

class Connection implements AsyncDisposable {
  readonly client: MqttClient;
  constructor(client: MqttClient) {
    this.client = client;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true);
  }
}

async function connect(hub: TestHub, options: Parameters<typeof connectAsync>[1] = {}): Promise<Connection> {
  return new Connection(await connectAsync(hub.file.mqtt, { reconnectPeriod: 0, ...options }, false));
}

const latest = (hub: TestHub, id: string) =>
  until(`${id} appears`, async () => {
    const { devices } = await hub.json<DeviceList>("/api/v1/devices");
    const device = devices.find((one) => one.id === id);
    return device && Object.fromEntries(device.metrics.map(({ name, latest: { value } }) => [name, value]));
  });

const refusedCodes = async (hub: TestHub) =>
  (await hub.json<RefusedList>("/api/v1/refused")).refused.map(({ code, source }) => `${code} ${source}`);

describe("common clients", () => {
  test("the paho snippet, which disconnects right after its QoS 0 publish", async () => {
    await using hub = await startTestHub();
    await run(PYTHON, [snippet("send_mqtt"), "127.0.0.1", String(hub.mqttPort)]);
    expect(await latest(hub, "raspi-01")).toEqual({ temperature: 25.5, humidity: 60.3 });
  });

  test("the requests snippet", async () => {
    await using hub = await startTestHub();
    expect(await run(PYTHON, [snippet("send_http"), "127.0.0.1", String(hub.httpPort)])).toBe("200 success\n");
    expect(await latest(hub, "raspi-01")).toEqual({ temperature: 25.5, humidity: 60.3 });
  });

  test.each(["0", "1", "2"])("mosquitto_pub with QoS %s, MQTT 3.1, 3.1.1 and 5", async (qos) => {
    await using hub = await startTestHub();
    for (const version of ["mqttv31", "mqttv311", "mqttv5"]) {
      const where = ["-h", "127.0.0.1", "-p", String(hub.mqttPort), "-V", version, "-q", qos];
      await run("mosquitto_pub", [...where, "-t", `sensor/${version}/data`, "-m", '{"t":21.5}']);
      await run("mosquitto_pub", [...where, "-t", `bramble/${version}/metric/relay`, "-m", "ON"]);
      await until("both", async () => (Object.keys(await latest(hub, version)).length === 2 ? true : undefined));
      expect(await latest(hub, version)).toEqual({ t: 21.5, relay: 1 });
    }
  });

  test("bramble simulate: every message acknowledged, every reading stored", async () => {
    await using hub = await startTestHub();
    const { runBramble } = await import("../../../support/hub.ts");
    const plan = ["--devices", "3", "--rate", "20", "--seconds", "1", "--metrics", "6", "--data", hub.folder.path];
    const ended = await runBramble(["simulate", ...plan]);
    expect(ended).toMatchObject({ code: 0, output: expect.stringContaining("60 of 60 messages acknowledged") });
    const { readings } = await hub.json<ReadingsPage>("/api/v1/readings?limit=10000");
    expect(readings).toHaveLength(360);
  });
});

describe("topics and their meaning", () => {
  test("every way to name device and metric", async () => {
    await using hub = await startTestHub();
    await using pi = await connect(hub);
    await pi.client.publishAsync("sensor/data", '{"device_id":"one","t":1}', { qos: 1 });
    await pi.client.publishAsync("sensor/two/data", '[{"t":1,"ts":1767225600},{"t":2}]', { qos: 1 });
    await pi.client.publishAsync("bramble/three/readings", '{"t":3}', { qos: 2 });
    await pi.client.publishAsync("bramble/four/metric/CO₂ air", "412.5", { qos: 1, retain: true });
    await pi.client.publishAsync("bramble/five/metric/door", "false", { qos: 1 });
    expect(await latest(hub, "two")).toEqual({ t: 2 });
    expect(await latest(hub, "three")).toEqual({ t: 3 });
    expect(await latest(hub, "four")).toEqual({ "CO₂ air": 412.5 });
    expect(await latest(hub, "five")).toEqual({ door: 0 });
    expect((await hub.json<ReadingsPage>("/api/v1/readings")).readings).toHaveLength(6);
  });

  test("refused messages are acknowledged and listed; the client stays connected", async () => {
    await using hub = await startTestHub();
    await using pi = await connect(hub);
    for (const [topic, payload] of [
      ["sensor/data", '{"t":1}'],
      ["sensor/data", "{broken"],
      ["sensor/-bad/data", '{"t":1}'],
      ["sensor/pi/data", '{"device_id":"other","t":1}'],
      ["bramble/pi/metric/bad!", "1"],
      ["bramble/pi/metric/t", "warm"],
      ["sensors/data", '{"device_id":"pi","t":1}'],
      ["sensor/data", `{"device_id":"pi","text":"${"x".repeat(300_000)}"}`],
    ] as const) {
      await pi.client.publishAsync(topic, payload, { qos: 1 });
    }
    expect(await refusedCodes(hub)).toEqual([
      "too-large sensor/data",
      "forbidden sensors/data",
      "no-usable-value bramble/pi/metric/t",
      "bad-metric bramble/pi/metric/bad!",
      "device-mismatch sensor/pi/data",
      "bad-device-id sensor/-bad/data",
      "not-json sensor/data",
      "no-device sensor/data",
    ]);
    expect(pi.client.connected).toBe(true);
    expect(await hub.json<DeviceList>("/api/v1/devices")).toEqual({ devices: [] });
  });

  test("an about message survives a restart", async () => {
    await using hub = await startTestHub();
    const about = { name: "Greenhouse", model: "Raspberry Pi 4 B", metrics: { t: { unit: "°C", label: "Air" } } };
    const pi = await connect(hub);
    await pi.client.publishAsync("bramble/pi/about", JSON.stringify(about), { qos: 1, retain: true });
    await pi.client.publishAsync("sensor/pi/data", '{"t":1,"fw":"v1.2"}', { qos: 1 });
    await pi[Symbol.asyncDispose]();
    await hub.end("SIGKILL");
    await hub.start();
    expect(await hub.json<Device>("/api/v1/devices/pi")).toMatchObject({
      name: "Greenhouse",
      model: "Raspberry Pi 4 B",
      metrics: [{ name: "t", unit: "°C", label: "Air" }],
      attributes: { fw: "v1.2" },
    });
  });

  test("the last will sets a device offline, unless it has another session", async () => {
    await using hub = await startTestHub();
    const online = (expected: boolean) =>
      until(`online ${expected}`, async () => {
        const device = await hub.json<Device>("/api/v1/devices/pi");
        return device.presence.online === expected ? true : undefined;
      });
    const will = { topic: "bramble/pi/status", payload: Buffer.from("offline"), qos: 1, retain: true } as const;
    const first = await connect(hub, { will });
    await using second = await connect(hub, { will });
    await first.client.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
    await second.client.publishAsync("sensor/pi/data", '{"t":2}', { qos: 1 });
    await online(true);
    first.client.stream.destroy();
    await until("only one left", async () => {
      const health = await hub.json<{ mqtt: { clients: number } }>("/healthz");
      return health.mqtt.clients === 1 ? true : undefined;
    });
    await online(true);
    second.client.stream.destroy();
    await online(false);
  });
});

describe("rights without a key", () => {
  test("by default: publish readings, receive the device's commands, nothing else", async () => {
    await using hub = await startTestHub();
    await using pi = await connect(hub);
    const granted = async (filter: string) => (await pi.client.subscribeAsync(filter, { qos: 1 }))[0]?.qos;
    expect(await granted("bramble/pi/command")).toBe(1);
    for (const filter of ["#", "bramble/+/command", "sensor/data", "$SYS/#", "bramble/pi/#"]) {
      await expect(granted(filter), filter).rejects.toThrow(/128|Unspecified/);
    }
  });

  test("with --anonymous all it is an ordinary broker, but for $SYS", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    await using pi = await connect(hub);
    await using other = await connect(hub);
    await other.client.subscribeAsync(["home/#", "sensor/data"], { qos: 1 });
    await expect(other.client.subscribeAsync("$SYS/#")).rejects.toThrow();
    const heard: string[] = [];
    const both = new Promise<void>((resolve) => {
      other.client.on("message", (topic, payload) => {
        heard.push(`${topic} ${payload}`);
        if (heard.length === 2) resolve();
      });
    });
    await pi.client.publishAsync("home/lamp", "on", { qos: 1 });
    await pi.client.publishAsync("sensor/data", '{"device_id":"pi","t":1}', { qos: 1 });
    await both;
    expect(heard).toEqual(["home/lamp on", 'sensor/data {"device_id":"pi","t":1}']);
  });

  test("with --anonymous none only the administrator's token opens it", async () => {
    await using hub = await startTestHub("--anonymous", "none");
    await expect(connect(hub)).rejects.toThrow(/Not authorized/);
    await using admin = await connect(hub, { username: "admin", password: hub.file.token });
    await admin.client.publishAsync("any/topic", "x", { qos: 1 });
    expect((await admin.client.subscribeAsync("#"))[0]?.qos).toBe(0);
  });
});

describe("badly behaved clients", () => {
  const open = async (hub: TestHub): Promise<Socket> => {
    const socket = connectSocket(hub.mqttPort, "127.0.0.1");
    await once(socket, "connect");
    socket.on("error", () => undefined);
    return socket;
  };
  const hello = (clientId: string) =>
    generate({ cmd: "connect", clientId, keepalive: 60, clean: true, protocolId: "MQTT", protocolVersion: 4 });
  const publish = (topic: string, payload: string, qos: 0 | 1 = 0) =>
    generate({ cmd: "publish", topic, payload, qos, dup: false, retain: false, messageId: 7 });

  test("CONNECT, PUBLISH and FIN in one segment: the reading is stored, and a QoS 1 acknowledged", async () => {
    await using hub = await startTestHub();
    const socket = await open(hub);
    const answer = new Promise<Buffer>((resolve) => {
      const chunks: Buffer[] = [];
      socket.on("data", (chunk) => chunks.push(chunk));
      socket.on("close", () => resolve(Buffer.concat(chunks)));
    });
    socket.end(
      Buffer.concat([hello("a"), publish("sensor/pi/data", '{"t":1}'), publish("sensor/pi/data", '{"u":2}', 1)]),
    );
    expect((await answer).toString("hex")).toBe("20020000" + "40020007");
    expect(await latest(hub, "pi")).toEqual({ t: 1, u: 2 });
  });

  test("a thousand publishes right behind CONNECT are all stored", async () => {
    await using hub = await startTestHub();
    const socket = await open(hub);
    const many = Array.from({ length: 1_000 }, (_, index) => publish("sensor/pi/data", `{"t":${index}}`));
    socket.end(Buffer.concat([hello("a"), ...many]));
    await until("all of them", async () => {
      const { readings } = await hub.json<ReadingsPage>("/api/v1/readings?limit=10000");
      return readings.length === 1_000 ? true : undefined;
    });
  });

  test.each([
    ["a huge packet before it is known", Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])],
    ["a huge publish", Buffer.concat([hello("a"), Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f])])],
    ["no MQTT at all", Buffer.from("GET / HTTP/1.1\r\n\r\n")],
    ["a packet that does not exist", Buffer.from([0xf0, 0x00])],
    ["a publish before its CONNECT", publish("sensor/pi/data", "{}")],
    ["a second CONNECT", Buffer.concat([hello("a"), hello("a")])],
    [
      "a topic with a wildcard",
      Buffer.concat([hello("a"), publish("sensor/x/data", "{}").map((byte) => (byte === 0x78 ? 0x23 : byte))]),
    ],
    [
      "a topic that is not UTF-8",
      Buffer.concat([hello("a"), publish("sensor/x/data", "{}").map((byte) => (byte === 0x78 ? 0xff : byte))]),
    ],
    [
      "a packet id of 0",
      Buffer.concat([hello("a"), publish("sensor/x/data", "{}", 1).map((byte) => (byte === 0x07 ? 0 : byte))]),
    ],
  ])("%s: the connection is cut, and the hub goes on", async (_name, bytes) => {
    await using hub = await startTestHub();
    const socket = await open(hub);
    socket.resume();
    socket.write(bytes);
    await once(socket, "close");
    await using pi = await connect(hub);
    await pi.client.publishAsync("sensor/pi/data", '{"t":1}', { qos: 1 });
    expect(await latest(hub, "pi")).toEqual({ t: 1 });
  });

  test("a client that never reads is cut off and delays no other", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    const frozen = await open(hub);
    frozen.write(
      Buffer.concat([
        hello("frozen"),
        generate({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "big/#", qos: 0 }] }),
      ]),
    );
    frozen.pause();
    const closed = once(frozen, "close");
    await using pi = await connect(hub);
    const payload = "x".repeat(200_000);
    const gone = until(
      "the frozen one is gone",
      async () => {
        await pi.client.publishAsync("big/one", payload, { qos: 1 });
        const health = await hub.json<{ mqtt: { clients: number } }>("/healthz");
        return health.mqtt.clients === 1 ? true : undefined;
      },
      20_000,
    );
    expect(await gone).toBe(true);
    frozen.resume();
    await closed;
  });

  test("the 201st connection from one address is refused, until one of them ends", async () => {
    await using hub = await startTestHub();
    const sockets = await Promise.all(Array.from({ length: 200 }, () => open(hub)));
    const late = await open(hub);
    late.resume();
    await once(late, "close");
    expect(sockets.filter(({ destroyed }) => destroyed)).toEqual([]);
    for (const socket of sockets) socket.destroy();
    await until("there is room", async () => {
      const again = await connect(hub).catch(() => undefined);
      await again?.[Symbol.asyncDispose]();
      return again;
    });
  });

  test("bad client ids are rejected, the same id twice replaces the first", async () => {
    await using hub = await startTestHub();
    await expect(connect(hub, { clientId: "x".repeat(200) })).rejects.toThrow(/Identifier rejected/);
    await using first = await connect(hub, { clientId: "pi" });
    const closed = new Promise<void>((resolve) => first.client.once("close", () => resolve()));
    await using second = await connect(hub, { clientId: "pi" });
    await closed;
    expect(second.client.connected).toBe(true);
  });
});

test("a topic with too many levels is not forwarded, as message and as will", async () => {
  await using hub = await startTestHub("--anonymous", "all");
  const url = `mqtt://127.0.0.1:${hub.mqttPort}`;
  const listener = await connectAsync(url);
  const heard: string[] = [];
  listener.on("message", (topic) => heard.push(topic));
  await listener.subscribeAsync("#", { qos: 1 });
  const deep = Array.from({ length: 101 }, () => "a").join("/");
  const client = await connectAsync(url, { will: { topic: deep, payload: Buffer.from("x"), qos: 1, retain: false } });
  await client.publishAsync(deep, "x", { qos: 1 });
  await client.publishAsync(deep.slice(2), "x", { qos: 1 });
  client.stream.destroy();
  await client.endAsync();
  const after = await connectAsync(url);
  await after.publishAsync("after", "x", { qos: 1 });
  await until("the last one is heard", async () => heard.includes("after") || undefined);
  expect(heard).toEqual([deep.slice(2), "after"]);
  expect(hub.isAlive).toBe(true);
  await Promise.all([listener.endAsync(), after.endAsync()]);
});
