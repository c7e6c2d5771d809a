// MQTT 5 on the port of a real hub, with the clients that people have.
import { fileURLToPath } from "node:url";
import { connect as connectClient, type IClientOptions, type MqttClient } from "mqtt";
import { describe, expect, test } from "vitest";
import type { MqttClientList } from "../../../../src/shared/mqtt/mqtt-clients.ts";
import type { NewApiKey } from "../../../../src/shared/security/access.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { run } from "../../../support/run.ts";
import { until } from "../../../support/until.ts";

class Connection implements AsyncDisposable {
  readonly client: MqttClient;
  readonly received: { topic: string; payload: string; properties: object | undefined; retain: boolean }[] = [];
  constructor(client: MqttClient) {
    this.client = client;
    client.on("message", (topic, payload, { properties, retain }) =>
      this.received.push({ topic, payload: payload.toString(), properties, retain }),
    );
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.endAsync(true);
  }
}

async function connect(hub: TestHub, options: IClientOptions = {}): Promise<Connection> {
  const always = { protocolVersion: 5, reconnectPeriod: 0 } as const;
  // It listens before it is connected: what waits for a session comes right behind the CONNACK.
  const connection = new Connection(connectClient(hub.file.mqtt, { ...always, ...options }));
  await new Promise((resolve, reject) => {
    connection.client.once("connect", resolve).once("error", reject);
  });
  return connection;
}

const received = (connection: Connection, count: number) =>
  until(`${count} messages`, async () => (connection.received.length >= count ? connection.received : undefined));

describe("MQTT 5", () => {
  test("properties are forwarded, with the remaining expiry and the subscription identifier", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    await using listener = await connect(hub);
    await listener.client.subscribeAsync("home/+", { qos: 1, properties: { subscriptionIdentifier: 7 } });
    await using publisher = await connect(hub);
    const properties = {
      contentType: "text/plain",
      responseTopic: "home/answer",
      correlationData: Buffer.from("42"),
      userProperties: { room: "attic", constructor: "nobody" },
      messageExpiryInterval: 60,
    };
    await publisher.client.publishAsync("home/lamp", "on", { qos: 1, properties });
    const [message] = await received(listener, 1);
    expect(message).toMatchObject({ topic: "home/lamp", payload: "on", retain: false });
    expect(message?.properties).toMatchObject({ ...properties, subscriptionIdentifier: 7 });
  });

  test("a refused message gets a reason code and string", async () => {
    await using hub = await startTestHub();
    await using pi = await connect(hub);
    for (const [topic, payload, code] of [
      ["sensor/pi/data", "{broken", 0x99],
      ["home/kitchen", "1", 0x87],
    ] as const)
      for (const qos of [1, 2] as const)
        await expect(pi.client.publishAsync(topic, payload, { qos })).rejects.toMatchObject({ code });
    await pi.client.publishAsync("sensor/pi/data", '{"t":1}', {
      qos: 1,
      properties: { contentType: "application/json" },
    });
    expect(pi.client.connected).toBe(true);
  });

  test.each([4, 5] as const)(
    "version %i: a session outlives its connection and gets what was sent meanwhile",
    async (protocolVersion) => {
      await using hub = await startTestHub("--anonymous", "all");
      const session: IClientOptions = {
        protocolVersion,
        clientId: "constructor",
        clean: false,
        ...(protocolVersion === 5 && { properties: { sessionExpiryInterval: 3600 } }),
      };
      {
        await using away = await connect(hub, session);
        await away.client.subscribeAsync("home/#", { qos: 1 });
        await away.client.endAsync();
      }
      await using publisher = await connect(hub);
      await publisher.client.publishAsync("home/lamp", "on", { qos: 1 });
      await using back = await connect(hub, session);
      expect((await received(back, 1))[0]).toMatchObject({ topic: "home/lamp", payload: "on" });
    },
  );

  test("each message of a shared subscription goes to one", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    await using one = await connect(hub);
    await using other = await connect(hub);
    for (const { client } of [one, other]) await client.subscribeAsync("$share/workers/jobs/#", { qos: 1 });
    for (let n = 0; n < 10; n++) await one.client.publishAsync(`jobs/${n}`, "x", { qos: 1 });
    await until("ten", async () => (one.received.length + other.received.length >= 10 ? true : undefined));
    expect([one.received.length, other.received.length]).toEqual([5, 5]);
  });

  test("retained messages survive kill -9, with their properties", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    await using publisher = await connect(hub);
    const properties = { contentType: "text/plain", userProperties: { room: "attic" } };
    await publisher.client.publishAsync("home/lamp", "on", { qos: 1, retain: true, properties });
    await hub.end("SIGKILL");
    await hub.start();
    await using listener = await connect(hub);
    await listener.client.subscribeAsync("home/#");
    const [message] = await received(listener, 1);
    expect(message).toMatchObject({ topic: "home/lamp", payload: "on", retain: true });
    expect(message?.properties).toMatchObject(properties);
  });

  test("a client with a Receive Maximum of twenty gets two thousand retained messages", async () => {
    await using hub = await startTestHub("--anonymous", "all", "--no-rate-limit");
    await using publisher = await connect(hub);
    const COUNT = 2_000;
    const topics = Array.from({ length: COUNT }, (_, index) => `home/sensor/${index}/config`);
    await Promise.all(topics.map((topic) => publisher.client.publishAsync(topic, "{}", { qos: 1, retain: true })));
    await using listener = await connect(hub, { properties: { receiveMaximum: 20 } });
    await listener.client.subscribeAsync("home/#", { qos: 1 });
    const messages = await received(listener, COUNT);
    expect(new Set(messages.map(({ topic }) => topic))).toEqual(new Set(topics));
  });

  test("mosquitto_rr asks and is answered", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    await using server = await connect(hub);
    server.client.on("message", (_topic, payload, { properties }) => {
      const { responseTopic = "", correlationData } = properties ?? {};
      server.client.publish(responseTopic, `you said ${payload}`, {
        properties: { ...(correlationData !== undefined && { correlationData }) },
      });
    });
    await server.client.subscribeAsync("ask/time");
    const where = ["-h", "127.0.0.1", "-p", String(hub.mqttPort), "-V", "mqttv5", "-W", "10"];
    const asked = ["-t", "ask/time", "-e", "answer/time", "-m", "when"];
    expect(await run("mosquitto_rr", [...where, ...asked])).toContain("you said when");
  });

  test("mosquitto_pub and mosquitto_sub pass properties on, keep a session, and share a subscription", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    const where = ["-h", "127.0.0.1", "-p", String(hub.mqttPort), "-V", "mqttv5"];
    const session = ["-i", "away", "-c", "-x", "60", "-q", "1", "-W", "10"];
    const subscribe = (...args: readonly string[]) => run("mosquitto_sub", [...where, ...session, ...args]);
    await subscribe("-t", "home/#", "-E");
    const properties = [
      "-D",
      "publish",
      "content-type",
      "text/plain",
      "-D",
      "publish",
      "user-property",
      "room",
      "attic",
    ];
    await run("mosquitto_pub", [...where, "-t", "home/lamp", "-m", "on", "-q", "1", ...properties]);
    expect(await subscribe("-t", "home/#", "-C", "1", "-F", "%t %p %C %P")).toBe(
      "home/lamp on text/plain room:attic\n",
    );
    const shared = run("mosquitto_sub", [...where, "-t", "$share/g/jobs", "-C", "1", "-W", "10"]);
    await using publisher = await connect(hub);
    await until("the subscription", async () => {
      const { clients } = await hub.json<MqttClientList>("/api/v1/clients");
      return clients.some(({ filters }) => filters.includes("$share/g/jobs")) ? true : undefined;
    });
    await publisher.client.publishAsync("jobs", "work", { qos: 1 });
    expect(await shared).toBe("work\n");
  });

  test("paho as a home automation server: birth, will, discovery, a thousand topics in one SUBSCRIBE", async () => {
    await using hub = await startTestHub("--anonymous", "all");
    const made = await hub.fetch("/api/v1/api-keys", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: "ha", role: "operator" }),
    });
    const { key }: NewApiKey = await made.json();
    await using device = await connect(hub);
    const topic = "homeassistant/lamp/config";
    await device.client.publishAsync(topic, "{}", {
      qos: 1,
      retain: true,
      properties: { userProperties: { by: "zigbee2mqtt" } },
    });
    await device.client.subscribeAsync("homeassistant/status", { qos: 1 });
    const script = fileURLToPath(new URL("../../snippets/paho_mqtt5.py", import.meta.url));
    const printed = await run("/usr/bin/python3", [script, String(hub.mqttPort), "1000", key]);
    expect(JSON.parse(printed)).toMatchObject({
      granted: 1_001,
      discovery: [[topic, "{}", true, [["by", "zigbee2mqtt"]]]],
      states: 1_000,
    });
    const said = await received(device, 2);
    expect(said.map(({ payload }) => payload)).toEqual(["online", "offline"]);
  });

  test("AUTH is refused with a reason string; so is a client whose session is taken over", async () => {
    await using hub = await startTestHub();
    await expect(connect(hub, { properties: { authenticationMethod: "SCRAM" } })).rejects.toMatchObject({ code: 0x8c });
    await using first = await connect(hub, { clientId: "twin" });
    const told = new Promise((resolve) => {
      first.client.once("disconnect", resolve);
    });
    await using _second = await connect(hub, { clientId: "twin" });
    expect(await told).toMatchObject({ reasonCode: 0x8e });
  });
});
