// The doctor explains failures of common clients at a real hub. Its checks take seconds, so the tests run concurrently.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connectAsync, MqttClient } from "mqtt";
import { expect, test } from "vitest";
import type { Device } from "../../../src/shared/device.ts";
import type { DiagnosticReport, FailedClient } from "../../../src/shared/doctor.ts";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { run } from "../../support/run.ts";
import { until } from "../../support/until.ts";

const clientsOf = async (hub: Pick<TestHub, "fetch">): Promise<FailedClient[]> => {
  const report: DiagnosticReport = await (await hub.fetch("/api/v1/doctor")).json();
  return report.clients;
};
/** `code clientId: message`, of each. */
const summariesOf = (clients: readonly FailedClient[]) =>
  clients.map(({ code, clientId = "", message }) => `${code} ${clientId}: ${message}`).sort();

/** Sends what is no hello of the port's protocol; resolves when the hub has hung up. */
async function say(port: number, bytes: string | Uint8Array): Promise<void> {
  const socket = connectSocket(port, "127.0.0.1");
  const closed = once(socket, "close");
  // A cut may arrive as a reset.
  socket.on("error", () => undefined);
  socket.resume().write(bytes);
  await closed;
}

test.concurrent("publishing on a topic that is nearly right is answered with the right one", async () => {
  await using hub = await startTestHub();
  const where = ["-h", "127.0.0.1", "-p", String(hub.mqttPort), "-q", "1"];
  await run("mosquitto_pub", [...where, "-t", "sensors/data", "-m", '{"device_id":"a","t":1}']);
  const script = `import sys, paho.mqtt.publish as p
p.single("sensor/raspi-01/date", "{}", qos=1, hostname="127.0.0.1", port=int(sys.argv[1]))`;
  await run("/usr/bin/python3", ["-c", script, String(hub.mqttPort)]);
  await run("mosquitto_pub", [...where, "-t", "weather", "-m", "{}"]);
  const clients = await clientsOf(hub);
  expect(summariesOf(clients)).toEqual([
    "forbidden : Nobody may publish on “sensor/raspi-01/date” without a key. Did you mean sensor/raspi-01/data?",
    "forbidden : Nobody may publish on “sensors/data” without a key. Did you mean sensor/data?",
    "forbidden : Nobody may publish on “weather” without a key. Readings go to sensor/data or sensor/<device>/data.",
  ]);
  expect(clients[0]).toMatchObject({ address: "127.0.0.1", count: 1 });
});

test.concurrent.each([
  ["home/livingroom/temperature", "Did you mean bramble/livingroom/metric/temperature?"],
  ["sensor/m3/temperature", "Did you mean bramble/m3/metric/temperature?"],
  ["/house/attic/humidity/", "Did you mean bramble/attic/metric/humidity?"],
  ["temperature", "Readings go to bramble/<device>/metric/<metric>."],
])("a bare number on “%s” is answered with the topic that takes it", async (topic, hint) => {
  await using hub = await startTestHub();
  const publish = (to: string) =>
    run("mosquitto_pub", ["-h", "127.0.0.1", "-p", String(hub.mqttPort), "-q", "1", "-t", to, "-m", "21.5"]);
  await publish(topic);
  const [, meant] = /mean (\S+)\?/.exec(hint) ?? [];
  if (meant !== undefined) await publish(meant);
  expect(await clientsOf(hub)).toMatchObject([{ code: "forbidden", message: expect.stringContaining(hint) }]);
});

test.concurrent("different faults of one sender are listed separately, with the device that the message names", async () => {
  await using hub = await startTestHub();
  for (const message of ['{"device_id":"a","t":None}', "{'device_id':'b'}", "", '{"device_id":"a","t":?}'])
    await run("mosquitto_pub", [
      "-h",
      "127.0.0.1",
      "-p",
      String(hub.mqttPort),
      "-q",
      "1",
      "-t",
      "sensor/data",
      "-m",
      message,
    ]);
  expect(summariesOf(await clientsOf(hub))).toEqual([
    expect.stringMatching(/^not-json : On sensor\/data: The message is empty/),
    expect.stringMatching(/^not-json a: .* expected a value, found "\?"/),
    expect.stringMatching(/^not-json a: .* expected a value, found "N"/),
    expect.stringMatching(/^not-json b: /),
  ]);
});

test.concurrent("weather stations that use GET, and clients that PUT, get advice", async () => {
  await using hub = await startTestHub();
  const { http } = hub.file;
  const ask = async (path: string, method = "GET") => (await fetch(http + path, { method })).json();
  expect(await ask("/data?device_id=esp1&temperature=21.5")).toMatchObject({
    error: "method-not-allowed",
    message: "/data takes no GET: use POST.",
  });
  expect(await ask("/weatherstation/updateweatherstation.php?ID=x&tempf=70.5")).toMatchObject({
    error: "no-such-route",
    message: expect.stringContaining("Readings are taken by POST to /data"),
  });
  expect(await ask("/data", "PUT")).toMatchObject({ message: "/data takes no PUT: use POST." });
  // Pages that somebody looks at.
  await ask("/data");
  await ask("/nothing?page=two");
  expect(summariesOf(await clientsOf(hub))).toEqual([
    "wrong-method : It sent PUT to /data: use POST.",
    expect.stringMatching(
      /^wrong-method : It sent readings in the query of a GET to \/data\. Readings are taken by POST/,
    ),
    expect.stringMatching(/^wrong-method : It sent readings in the query of a GET to \/weatherstation/),
  ]);
});

const hello = (path: string, more: readonly string[]) =>
  [`GET ${path} HTTP/1.1`, "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
    .concat("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", more)
    .map((line) => `${line}\r\n`)
    .join("")
    .concat("\r\n");

test.concurrent("MQTT on the devices' WebSocket gets the right path", async () => {
  await using hub = await startTestHub();
  await say(hub.httpPort, hello("/ws", ["Sec-WebSocket-Protocol: mqtt"]));
  await say(hub.httpPort, hello("/ws", ["Sec-WebSocket-Protocol: arduino, mqttv3.1"]));
  const connecting = connectAsync(`${hub.file.http.replace("http", "ws")}/ws`, { reconnectPeriod: 0 }, false);
  await expect(connecting).rejects.toThrow();
  expect(await clientsOf(hub)).toMatchObject([{ message: expect.stringContaining("is at /mqtt"), count: 3 }]);
});

test.concurrent("the usual WebSocket library of the ESP8266 gets in, with the origin that it sends; a page does not", async () => {
  await using hub = await startTestHub();
  const answer = async (origin: string, path: string) => {
    const socket = connectSocket(hub.httpPort, "127.0.0.1");
    socket.write(hello(path, [`Origin: ${origin}`, "Sec-WebSocket-Protocol: arduino"]));
    const [chunk] = await once(socket, "data");
    socket.destroy();
    return String(chunk).split(" ")[1];
  };
  expect(await answer("file://", "/ws")).toBe("101");
  expect(await answer("null", "/ws")).toBe("403");
  expect(await answer("http://evil.example", "/ws")).toBe("403");
  expect(await answer("file://", "/api/v1/live")).toBe("403");
});

test.concurrent("a keep-alive timeout is reported", async () => {
  await using hub = await startTestHub();
  const connect = Buffer.from("\x10\x11\0\x04MQTT\x04\x02\0\x01\0\x05pico5", "latin1");
  await say(hub.mqttPort, connect);
  expect(await clientsOf(hub)).toMatchObject([
    { code: "fell-silent", clientId: "pico5", message: expect.stringMatching(/heard every 1 s .* silent for 2 s/) },
  ]);
});

test.concurrent("a packet whose length counts characters is reported as such", async () => {
  await using hub = await startTestHub();
  const text = (value: string) => [value.length >> 8, value.length & 255, ...Buffer.from(value)];
  const connect = [0x10, 17, ...text("MQTT"), 4, 2, 0, 60, ...text("pico5")];
  const body = [...text("sensor/pico5/data"), ...Buffer.from('{"unit":"°C","t":1}')];
  const good = [...text("sensor/pico5/data"), ...Buffer.from('{"t":2}')];
  const socket = connectSocket(hub.mqttPort, "127.0.0.1").setNoDelay(true);
  socket.on("error", () => undefined);
  const closed = once(socket, "close");
  socket.write(Uint8Array.from(connect));
  await once(socket, "data");
  socket.resume().write(Uint8Array.from([0x30, body.length - 1, ...body]));
  // Packets as a device sends them, each by itself: the byte that is left over swallows the first.
  await until("the reading before is listed", async () =>
    (await clientsOf(hub)).some(({ code }) => code === "not-json"),
  );
  for (let sent = 0; sent < 3 && socket.writable; sent++)
    await new Promise((resolve) => socket.write(Uint8Array.from([0x30, good.length, ...good]), resolve));
  await closed;
  const clients = await clientsOf(hub);
  expect(clients.find(({ code }) => code === "cut")).toMatchObject({
    clientId: "pico5",
    message: expect.stringContaining("its length may count characters"),
  });
});

test.concurrent("distinguishes two clients with one id from one that moves between networks", async () => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "raspberrypi", t: 1 });
  const duplicate = async () => (await hub.json<Device>("/api/v1/devices/raspberrypi")).duplicate;
  expect(await duplicate()).toBeUndefined();
  const visit = async (clientId: string, localAddress: string) => {
    const connect = () => connectSocket({ host: "127.0.0.1", port: hub.mqttPort, localAddress });
    const client = new MqttClient(connect, { clientId, reconnectPeriod: 0 });
    await new Promise((resolve) => client.once("connect", resolve));
    return client;
  };
  const clients = [
    await visit("moved", "127.0.0.2"),
    await visit("moved", "127.0.0.3"),
    await visit("moved", "127.0.0.3"),
    await visit("raspberrypi", "127.0.0.2"),
    await visit("raspberrypi", "127.0.0.3"),
    await visit("raspberrypi", "127.0.0.2"),
    await visit("raspberrypi", "127.0.0.3"),
  ];
  const found = await clientsOf(hub);
  expect(found).toMatchObject([
    { code: "same-client-id", clientId: "raspberrypi", address: "127.0.0.3", count: 1 },
    { code: "same-client-id", clientId: "raspberrypi", address: "127.0.0.2", count: 1 },
  ]);
  expect(found[0]?.message).toContain("at 127.0.0.2, and each pushes the other out");
  expect(await duplicate()).toMatchObject({ addresses: ["127.0.0.2", "127.0.0.3"] });
  for (const client of clients) client.end(true);
});

test.concurrent("distinguishes a missing and a wrong password, and ignores the doctor's own probe", async () => {
  await using hub = await startTestHub("--anonymous", "none");
  for (const login of [{}, { username: "pi", password: "guess" }]) {
    const options = { clientId: "greenhouse", reconnectPeriod: 0, ...login };
    await expect(connectAsync(hub.file.mqtt, options, false)).rejects.toThrow();
  }
  const examination = await hub.json<DiagnosticReport>("/api/v1/doctor");
  expect(summariesOf(examination.clients)).toEqual([
    "no-password greenhouse: It connected without a password. This hub was started with --anonymous none.",
    "wrong-password greenhouse: It connected with a wrong password.",
  ]);
  expect(examination.checks).toContainEqual(expect.objectContaining({ id: "mqtt-port", state: "fine" }));
  // Having looked, it still has seen nobody else.
  expect(await clientsOf(hub)).toHaveLength(2);
});

test.concurrent("a wrong password is reported even where the client may connect", async () => {
  await using hub = await startTestHub();
  for (const password of ["guess", hub.file.token]) {
    const options = { clientId: "dash", reconnectPeriod: 0, username: "admin", password };
    await (await connectAsync(hub.file.mqtt, options)).endAsync();
  }
  expect(summariesOf(await clientsOf(hub))).toEqual([
    "wrong-password dash: It connected with a wrong password, and may do what anybody may.",
  ]);
});

test.concurrent("rejected subscriptions are reported with filter and reason", async () => {
  await using hub = await startTestHub();
  const client = await connectAsync(hub.file.mqtt, { clientId: "dash", reconnectPeriod: 0 });
  for (const filter of ["#", "bramble/fan/commands", "$share//sensor/data", "bramble/fan/command"])
    await client.subscribeAsync(filter).catch(() => undefined);
  await client.endAsync();
  expect(summariesOf(await clientsOf(hub))).toEqual([
    "no-subscription dash: Its subscription to “#” was turned away. Without a key a client hears its own commands, on bramble/<device>/command, and topics of controls added by hand.",
    "no-subscription dash: Its subscription to “$share//sensor/data” was turned away. A shared subscription is written $share/<group>/<filter>, and the group has none of “/”, “+” and “#”.",
    "no-subscription dash: Its subscription to “bramble/fan/commands” was turned away. Did you mean bramble/fan/command?",
  ]);
});

test.concurrent("a client id that cannot be used", async () => {
  await using hub = await startTestHub();
  const options = { clientId: "x".repeat(200), reconnectPeriod: 0 };
  await expect(connectAsync(hub.file.mqtt, options, false)).rejects.toThrow();
  expect(await clientsOf(hub)).toMatchObject([{ code: "bad-client-id", clientId: "x".repeat(128), count: 1 }]);
});

test.concurrent("HTTP, TLS and noise on the MQTT port; MQTT and TLS on the HTTP port", async () => {
  await using hub = await startTestHub();
  const { mqttPort, httpPort } = hub;
  await say(mqttPort, "POST /data HTTP/1.1\r\nHost: hub\r\n\r\n");
  await expect(fetch(`https://127.0.0.1:${mqttPort}/`)).rejects.toThrow();
  await say(mqttPort, Buffer.of(0xf0, 0x00));
  for (const protocolVersion of [3, 4] as const) {
    const protocolId = protocolVersion === 3 ? ("MQIsdp" as const) : ("MQTT" as const);
    const options = { protocolVersion, protocolId, reconnectPeriod: 0, connectTimeout: 5_000 };
    await expect(connectAsync(`mqtt://127.0.0.1:${httpPort}`, options, false)).rejects.toThrow();
  }
  await expect(fetch(`https://127.0.0.1:${httpPort}/`)).rejects.toThrow();
  const clients = await clientsOf(hub);
  expect(summariesOf(clients)).toEqual([
    "cut : Its connection was cut: packet type 15 does not exist.",
    `wrong-protocol : It sent an HTTP request to the MQTT port. HTTP is on port ${httpPort}.`,
    `wrong-protocol : It spoke MQTT to the HTTP port. MQTT is on port ${mqttPort}.`,
    "wrong-protocol : It spoke TLS to the HTTP port, which has none. Let it ask for http:// in place of https://.",
    "wrong-protocol : It spoke TLS to the MQTT port, which has none. Let it connect without TLS (mqtt:// in place of mqtts://).",
  ]);
  expect(clients.find(({ message }) => message.includes("spoke MQTT"))?.count).toBe(2);
});

test.concurrent("failed requests: the token, the path, the Host header, the form of the body", async () => {
  await using hub = await startTestHub();
  const { http } = hub.file;
  for (const headers of [{ Authorization: "Bearer guess" }, { "X-API-Key": "guess" }] as const)
    expect((await fetch(`${http}/api/v1/devices`, { headers })).status).toBe(401);
  const wrongPath = await fetch(`${http}/sensor/data`, { method: "POST", body: "{}" });
  expect(await wrongPath.json()).toMatchObject({ message: "There is nothing at /sensor/data. Did you mean /data?" });
  expect((await fetch(`${http}/healthz`, { method: "POST" })).status).toBe(405);
  // A page that is not there is no trouble, and neither is one who is not signed in.
  await fetch(`${http}/nothing`);
  await fetch(`${http}/api/v1/devices`);
  await fetch(`${http}/data`, { method: "POST", body: new URLSearchParams({ temperature: "21" }) });
  await run("curl", ["-s", "-H", "Host: evil.example", `${http}/data`]);
  await hub.post('{"device_id": "a", "t": 21 "u": 3}');
  const clients = await clientsOf(hub);
  expect(clients.find(({ code }) => code === "wrong-token")?.count).toBe(2);
  expect(summariesOf(clients)).toEqual([
    "foreign-host : “evil.example” is no name of this hub. Use its address, or start it with --allowed-host.",
    expect.stringMatching(/^not-json a: On POST \/data: JSON broken at character 28/),
    expect.stringMatching(
      /^unsupported-media-type : It sent “application\/x-www-form-urlencoded” to \/data. Send JSON/,
    ),
    "wrong-method : It sent POST to /healthz: use GET.",
    "wrong-path : It sent POST to /sensor/data, where nothing is taken. Did you mean /data?",
    expect.stringMatching(/^wrong-token : It showed a token that this hub does not take/),
  ]);
});

test.concurrent("a foreign origin is reported on a WebSocket, too", async () => {
  await using hub = await startTestHub();
  const hello = ["GET /ws HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket"];
  const key = ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="];
  await say(hub.httpPort, `${[...hello, ...key, "Origin: http://evil.example"].join("\r\n")}\r\n\r\n`);
  expect(await clientsOf(hub)).toMatchObject([{ code: "foreign-origin", address: "127.0.0.1" }]);
});

test.concurrent("a connection over the limit is reported at either port", async () => {
  await using hub = await startTestHub();
  for (const port of [hub.mqttPort, hub.httpPort]) {
    const sockets = Array.from({ length: 201 }, () => connectSocket(port, "127.0.0.1").on("error", () => undefined));
    await Promise.race(sockets.map((socket) => once(socket.resume(), "close")));
    const closed = sockets.map((socket) => once(socket, "close"));
    for (const socket of sockets) socket.destroy();
    await Promise.race(closed);
  }
  const message = (port: string) =>
    `not-admitted : Its connection to the ${port} port was refused: its address has as many open as one may have. Does it open one for every message, and leave it open? Where many devices come from one address, start the hub with --no-rate-limit.`;
  // There is room again once the hub has seen them go.
  const clients = await until("room", () => clientsOf(hub).catch(() => undefined));
  expect(summariesOf(clients)).toEqual([message("HTTP"), message("MQTT")]);
});
