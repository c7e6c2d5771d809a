// Forwarding headers on the real ports: PROXY headers in any fragmentation, X-Forwarded-For, and both from untrusted peers. A peer at
// 127.0.0.1 is a trusted proxy here, one at 127.0.0.9 is not.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connectAsync } from "mqtt";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import type { DeviceList } from "../../../../src/shared/api.ts";
import type { DiagnosticReport } from "../../../../src/shared/doctor.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { until } from "../../../support/until.ts";

const PROXY = "127.0.0.1";
const OTHER = "127.0.0.9";
const OUTSIDE = "203.0.113.7";
const V2_SIGNATURE = Buffer.from("\r\n\r\n\0\r\nQUIT\n");

const startHub = (...flags: readonly string[]) => startHubInside({ flags: ["--trust-proxy", PROXY, ...flags] });

const v1 = (address: string, port = 40_123) => Buffer.from(`PROXY TCP4 ${address} 10.0.0.2 ${port} 80\r\n`);
const v2 = (address: string) =>
  Buffer.concat([
    V2_SIGNATURE,
    Buffer.from([0x21, 0x11, 0, 12, ...address.split(".").map(Number), 10, 0, 0, 2, 0x9c, 0xbb, 0, 80]),
  ]);
const v2Local = Buffer.concat([V2_SIGNATURE, Buffer.from([0x20, 0, 0, 0])]);

const request = (device: string, ...headers: readonly string[]) => {
  const body = JSON.stringify({ device_id: device, t: 1 });
  const lines = ["POST /data HTTP/1.1", "Host: localhost", "Content-Type: application/json", ...headers];
  return Buffer.from(`${lines.join("\r\n")}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
};

const mqttPackets = (device: string) =>
  Buffer.concat([
    generate({ cmd: "connect", protocolId: "MQTT", protocolVersion: 4, clientId: device, clean: true, keepalive: 0 }),
    generate({
      cmd: "publish",
      topic: `sensor/${device}/data`,
      payload: Buffer.from('{"t":1}'),
      qos: 0,
      dup: false,
      retain: false,
    }),
    generate({ cmd: "disconnect" }),
  ]);

function open(port: number, from = PROXY): Socket {
  const socket = connect({ host: PROXY, port, localAddress: from, noDelay: true, allowHalfOpen: true });
  // A refused connection may be reset.
  socket.on("error", () => undefined);
  return socket;
}

/** Sends the pieces in packets of their own, then hangs up its side; resolves with all that was answered. */
async function exchange(port: number, pieces: readonly Buffer[], from = PROXY): Promise<string> {
  const socket = open(port, from);
  let answer = "";
  socket.on("data", (bytes: Buffer) => {
    answer += bytes.toString("latin1");
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await once(socket, "connect");
  for (const piece of pieces) {
    await new Promise((resolve) => socket.write(piece, resolve));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await closed;
  return answer;
}

const addressOf = (hub: HubInside, device: string) =>
  until(`${device} has an address`, async () => {
    const { devices }: DeviceList = await (await hub.fetch("/api/v1/devices")).json();
    return devices.find(({ id }) => id === device)?.address ?? undefined;
  });

const failuresOf = async (hub: HubInside) => {
  const report: DiagnosticReport = await (await hub.fetch("/api/v1/doctor")).json();
  return report.clients.map(({ address, message }) => `${address}: ${message}`);
};

test.each([
  ["version 1", [v1("192.168.1.5")], "192.168.1.5"],
  ["version 2", [v2("192.168.1.6")], "192.168.1.6"],
  ["version 2, a byte at a time", [...v2("192.168.1.7")].map((byte) => Buffer.from([byte])), "192.168.1.7"],
  ["version 2, LOCAL", [v2Local], PROXY],
  ["version 1, UNKNOWN", [Buffer.from("PROXY UNKNOWN\r\n")], PROXY],
  ["none", [], PROXY],
])("HTTP and MQTT behind a header of %s", async (_what, header, address) => {
  await using hub = await startHub();
  expect(await exchange(hub.httpPort, [...header, request("http")])).toContain("200 OK");
  expect(await exchange(hub.httpPort, [Buffer.concat([...header, request("together")])])).toContain("200 OK");
  await exchange(hub.mqttPort, [...header, mqttPackets("mqtt")]);
  await exchange(hub.mqttPort, [Buffer.concat([...header, mqttPackets("mqtt-together")])]);
  for (const device of ["http", "together", "mqtt", "mqtt-together"])
    expect(await addressOf(hub, device)).toBe(address);
});

test.concurrent("the address in a header is checked against the networks, and may be allowed", async () => {
  await using hub = await startHub();
  expect(await exchange(hub.httpPort, [v1(OUTSIDE), request("a")])).toBe("");
  expect(await exchange(hub.mqttPort, [v2(OUTSIDE), mqttPackets("b")])).toBe("");
  const failures = (await failuresOf(hub)).filter((line) => line.startsWith(OUTSIDE));
  expect(failures).toHaveLength(2);
  expect(failures.join()).toContain("outside the networks");
  await using open = await startHub("--allow", `${OUTSIDE}/32`);
  expect(await exchange(open.httpPort, [v1(OUTSIDE), request("a")])).toContain("200 OK");
});

test.concurrent("a header of an untrusted peer is invalid data, and reported", async () => {
  await using hub = await startHub();
  expect(await exchange(hub.httpPort, [v1("192.168.1.5"), request("a")], OTHER)).toContain("400 Bad Request");
  await exchange(hub.httpPort, [v2("192.168.1.5"), request("a")], OTHER);
  await exchange(hub.mqttPort, [v1("192.168.1.5"), mqttPackets("a")], OTHER);
  await exchange(hub.mqttPort, [v2("192.168.1.5"), mqttPackets("a")], OTHER);
  const failures = await failuresOf(hub);
  expect(failures).toHaveLength(2);
  for (const line of failures)
    expect(line).toMatch(/^127\.0\.0\.9: It sent a PROXY header .*--trust-proxy 127\.0\.0\.9/);
  const { devices }: DeviceList = await (await hub.fetch("/api/v1/devices")).json();
  expect(devices).toEqual([]);
});

test.concurrent("a trusted proxy with an invalid or incomplete header is refused, and reported", async () => {
  await using hub = await startHub();
  expect(await exchange(hub.httpPort, [Buffer.from("PROXY TCP4 nonsense\r\n"), request("a")])).toBe("");
  expect(await exchange(hub.mqttPort, [v2("192.168.1.5").subarray(0, 20)])).toBe("");
  const failures = await failuresOf(hub);
  expect(failures.join()).toContain("it is malformed");
  expect(failures.join()).toContain("it is not complete");
});

test("stopping does not wait for headers", async () => {
  const hub = await startHub();
  const sockets = [open(hub.httpPort), open(hub.mqttPort)];
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  for (const socket of sockets) socket.write("PROXY ");
  const closed = sockets.map((socket) => new Promise((resolve) => socket.resume().once("close", resolve)));
  const startedAtMs = performance.now();
  await hub[Symbol.asyncDispose]();
  for (const socket of sockets) socket.end();
  await Promise.all(closed);
  expect(performance.now() - startedAtMs).toBeLessThan(4_000);
});

test.concurrent("X-Forwarded-For names the client of each request, also on one connection", async () => {
  await using hub = await startHub();
  const post = (device: string, headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${hub.httpPort}/data`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ device_id: device, t: 1 }),
    });
  expect((await post("a", { "X-Forwarded-For": "1.1.1.1, 192.168.1.5" })).status).toBe(200);
  expect((await post("b", { Forwarded: 'for="[fd00::5]:1"' })).status).toBe(200);
  expect((await post("c", {})).status).toBe(200);
  expect(await addressOf(hub, "a")).toBe("192.168.1.5");
  expect(await addressOf(hub, "b")).toBe("fd00::5");
  expect(await addressOf(hub, "c")).toBe(PROXY);
  const outside = await post("d", { "X-Forwarded-For": OUTSIDE });
  expect([outside.status, (await outside.json()).error]).toEqual([403, "forbidden"]);
  expect((await post("d", { "X-Forwarded-For": OUTSIDE, Forwarded: "for=10.0.0.1" })).status).toBe(400);
  expect((await failuresOf(hub)).join()).toContain(`${OUTSIDE}: `);
  // Behind a header, the client is no proxy any more.
  await exchange(hub.httpPort, [v1("192.168.1.8"), request("e", "X-Forwarded-For: 192.168.1.9")]);
  expect(await addressOf(hub, "e")).toBe("192.168.1.8");
});

test.concurrent("from untrusted peers X-Forwarded-For is ignored, and the doctor explains it", async () => {
  await using hub = await startHub();
  expect(await exchange(hub.httpPort, [request("a", `X-Forwarded-For: ${OUTSIDE}`)], OTHER)).toContain("200 OK");
  expect(await addressOf(hub, "a")).toBe(OTHER);
  const { checks }: DiagnosticReport = await (await hub.fetch("/api/v1/doctor")).json();
  expect(checks.find(({ id }) => id === "untrusted-proxy")).toMatchObject({
    state: "hint",
    message: expect.stringContaining("lock all of them out"),
    remedy: expect.stringContaining(`--trust-proxy ${OTHER}`),
  });
});

test("WebSockets of devices, MQTT and the UI are checked by the named client", async () => {
  await using hub = await startHub();
  const url = `ws://127.0.0.1:${hub.httpPort}`;
  const refusedWith = async (path: string, headers: Record<string, string>) => {
    const socket = new WebSocket(url + path, { headers });
    socket.on("error", () => undefined);
    const [, response] = await once(socket, "unexpected-response");
    socket.terminate();
    return response.statusCode;
  };
  const outside = { "X-Forwarded-For": OUTSIDE };
  const authorization = { Authorization: `Bearer ${hub.token}` };
  for (const path of ["/ws", "/mqtt", "/api/v1/live"])
    expect(await refusedWith(path, { ...outside, ...authorization })).toBe(403);
  // The token is good from this computer alone.
  expect(await refusedWith("/api/v1/live", { "X-Forwarded-For": "192.168.1.5", ...authorization })).toBe(401);

  const device = new WebSocket(`${url}/ws`, { headers: { "X-Forwarded-For": "192.168.1.5" } });
  await once(device, "open");
  device.send(JSON.stringify({ type: "reading", device_id: "ws", t: 1 }));
  expect(await addressOf(hub, "ws")).toBe("192.168.1.5");
  device.terminate();
  const mqtt = await connectAsync(`${url}/mqtt`, { wsOptions: { headers: { "X-Forwarded-For": "192.168.1.6" } } });
  await mqtt.publishAsync("sensor/over-mqtt/data", '{"t":1}', { qos: 1 });
  expect(await addressOf(hub, "over-mqtt")).toBe("192.168.1.6");
  await mqtt.endAsync(true);
});

test.concurrent("the limit of connections counts clients, not the proxy", { timeout: 60_000 }, async () => {
  await using hub = await startHub();
  const sockets: WebSocket[] = [];
  const openFrom = async (address: string) => {
    const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/ws`, { headers: { "X-Forwarded-For": address } });
    socket.on("error", () => undefined);
    sockets.push(socket);
    return Promise.race([
      once(socket, "open").then(() => 101),
      once(socket, "unexpected-response").then(([, response]) => Number(response.statusCode)),
    ]);
  };
  for (let index = 0; index < 200; index++) expect(await openFrom("192.168.1.5")).toBe(101);
  expect(await openFrom("192.168.1.5")).toBe(503);
  for (let index = 0; index < 20; index++) expect(await openFrom("192.168.1.6")).toBe(101);
  expect((await failuresOf(hub)).join()).toContain("192.168.1.5: Its connection to the HTTP port was refused");
  for (const socket of sockets) socket.terminate();
});

test("Host and X-Forwarded-Host must both be the hub's, and the page's origin that of the latter", async () => {
  await using hub = await startHub("--allowed-host", "hub.example");
  const ask = async (headers: readonly string[], from = PROXY) => {
    const text = ["GET /healthz HTTP/1.1", ...headers, "Connection: close"].join("\r\n");
    return (await exchange(hub.httpPort, [Buffer.from(`${text}\r\n\r\n`)], from)).slice(9, 12);
  };
  expect(await ask(["Host: localhost", "X-Forwarded-Host: hub.example"])).toBe("200");
  expect(await ask(["Host: localhost", "X-Forwarded-Host: evil.example"])).toBe("403");
  expect(await ask(["Host: evil.example", "X-Forwarded-Host: hub.example"])).toBe("403");
  expect(await ask(["Host: localhost", "X-Forwarded-Host: hub.example", "Origin: https://hub.example"])).toBe("200");
  expect(await ask(["Host: localhost", "X-Forwarded-Host: hub.example", "Origin: http://localhost"])).toBe("403");
  // Nobody listens to what others say there.
  expect(await ask(["Host: localhost", "X-Forwarded-Host: evil.example"], OTHER)).toBe("200");
});

test("the session's cookie is for TLS alone where the client speaks it", async () => {
  await using hub = await startHub();
  const cookie = async (proto: string) => {
    await hub.restart();
    const answer = await fetch(`http://127.0.0.1:${hub.httpPort}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Forwarded-For": "192.168.1.5", "X-Forwarded-Proto": proto },
      body: JSON.stringify({ link: hub.link.replace(/^.*#link=/, "") }),
    });
    return answer.headers.get("set-cookie");
  };
  expect(await cookie("https")).toMatch(/; Path=\/; .*; Secure$/);
  expect(await cookie("http")).not.toContain("Secure");
});
