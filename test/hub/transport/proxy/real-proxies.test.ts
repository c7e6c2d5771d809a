// The hub behind nginx, Caddy and HAProxy as Debian has them, configured as the guide says: who the clients are, what forged
// headers come to, WebSockets, the base path, and MQTT.
import { once } from "node:events";
import { type RequestOptions, request } from "node:https";
import { connect } from "node:net";
import { connectAsync, MqttClient } from "mqtt";
import { beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { DeviceList } from "../../../../src/shared/api.ts";
import { type HubInside, startHubInside } from "../../../support/hub-inside.ts";
import { ensureProxies, freePort, snippet, TestProxy } from "../../../support/system/proxies.ts";
import { until } from "../../../support/until.ts";

/** Of the client: the proxies come from 127.0.0.1. */
const CLIENT = "127.0.0.5";
const OUTSIDE = "203.0.113.7";
const FORGED = { "X-Forwarded-For": OUTSIDE, Forwarded: `for=${OUTSIDE}`, "X-Forwarded-Host": "evil.example" };

beforeAll(ensureProxies, 300_000);

type Start = (proxy: TestProxy, hub: HubInside, port: number) => Promise<void>;

const startNginx: Start = async (proxy, hub, port) => {
  const { certificate, key } = proxy.makeCertificate();
  const configuration = snippet("nginx", [
    ["listen 443 ssl", `listen 127.0.0.1:${port} ssl`],
    ["/etc/ssl/hub.example.pem", certificate],
    ["/etc/ssl/hub.example.key", key],
    ["127.0.0.1:8080", `127.0.0.1:${hub.httpPort}`],
    ["http {", "http {\n  access_log off;"],
  ]);
  const globals = `daemon off; master_process off; pid ${proxy.folder.path}/pid; error_log stderr;`;
  await proxy.start(port, configuration, "nginx", (file) => ["-c", file, "-g", globals]);
};

const startCaddy: Start = async (proxy, hub, port) => {
  const { certificate, key } = proxy.makeCertificate();
  const site = `https://hub.example:${port} {\n\tbind 127.0.0.1\n\ttls ${certificate} ${key}`;
  const configuration = snippet("caddyfile", [
    ["hub.example {", site],
    ["127.0.0.1:8080", `127.0.0.1:${hub.httpPort}`],
  ]);
  const globals = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n";
  await proxy.start(port, globals + configuration, "caddy", (file) => [
    ...["run", "--adapter", "caddyfile", "--config", file],
  ]);
};

/** A client at the address of its own, who trusts any certificate. */
function through(port: number, base: string) {
  const options = { rejectUnauthorized: false, servername: "hub.example", localAddress: CLIENT };
  const host = { Host: `hub.example:${port}` };
  const webSocketOptions = (headers: object = {}) => ({ ...options, headers: { ...host, ...headers } });
  return {
    async ask(path: string, init: RequestOptions & { readonly body?: string } = {}) {
      const headers = { ...host, ...init.headers };
      const sent = request({ ...options, ...init, host: "127.0.0.1", port, path: base + path, agent: false, headers });
      sent.end(init.body);
      const [response] = await once(sent, "response");
      let text = "";
      for await (const piece of response) text += piece;
      return { status: Number(response.statusCode), headers: response.headers, text };
    },
    post(device: string, headers: object = {}) {
      const body = JSON.stringify({ device_id: device, t: 1 });
      return this.ask("/data", { method: "POST", body, headers: { "Content-Type": "application/json", ...headers } });
    },
    webSocket: (path: string, headers?: object) =>
      new WebSocket(`wss://127.0.0.1:${port}${base}${path}`, webSocketOptions(headers)),
    mqtt: () =>
      connectAsync(`wss://127.0.0.1:${port}${base}/mqtt`, {
        rejectUnauthorized: false,
        reconnectPeriod: 0,
        wsOptions: webSocketOptions(),
      }),
  };
}

const addressOf = (hub: HubInside, device: string, base = "") =>
  until(`${device} has an address`, async () => {
    const { devices }: DeviceList = await (await hub.fetch(`${base}/api/v1/devices`)).json();
    return devices.find(({ id }) => id === device)?.address ?? undefined;
  });

/** Every way in but MQTT's own port, and that each is judged by the client's own address. */
async function checkEveryWayIn(hub: HubInside, port: number, base: string): Promise<void> {
  const client = through(port, base);
  expect((await client.ask("/healthz")).status).toBe(200);
  expect((await client.post("plain")).status).toBe(200);
  expect((await client.post("forged", FORGED)).status).toBe(200);
  const device = client.webSocket("/ws");
  await once(device, "open");
  device.send(JSON.stringify({ type: "reading", device_id: "ws", t: 1 }));
  const mqtt = await client.mqtt();
  await mqtt.publishAsync("sensor/over-ws/data", '{"t":1}', { qos: 1 });
  for (const one of ["plain", "forged", "ws", "over-ws"]) expect(await addressOf(hub, one, base)).toBe(CLIENT);
  device.terminate();
  await mqtt.endAsync(true);

  const link = hub.link.replace(/^.*#link=/, "");
  const body = JSON.stringify({ link });
  const headers = { "Content-Type": "application/json" };
  const signedIn = await client.ask("/api/v1/session", { method: "POST", body, headers });
  expect(signedIn.status).toBe(200);
  const [cookie = ""] = signedIn.headers["set-cookie"] ?? [];
  expect(cookie).toContain(`; Path=${base || "/"};`);
  const live = client.webSocket("/api/v1/live", { Cookie: cookie.replace(/;.*/, "") });
  await once(live, "open");
  live.terminate();
}

test.each([
  ["nginx", startNginx],
  ["Caddy", startCaddy],
])("behind %s, below a path", { timeout: 90_000 }, async (_name, start) => {
  const base = "/bramble";
  const flags = ["--trust-proxy", "127.0.0.1", "--allowed-host", "hub.example", "--base-path", base];
  await using hub = await startHubInside({ flags });
  await using proxy = new TestProxy();
  const port = await freePort();
  await start(proxy, hub, port);
  await checkEveryWayIn(hub, port, base);
  const signOut = await through(port, base).ask("/api/v1/session", { method: "DELETE" });
  expect(signOut.status).toBe(401);
});

test("behind nginx a client outside the networks is refused, and its browser's cookie is for TLS alone", {
  timeout: 90_000,
}, async () => {
  const flags = ["--allowed-host", "hub.example", "--base-path", "/bramble"];
  // To the hub the client is one more proxy, whose own client is outside.
  await using hub = await startHubInside({ flags: ["--trust-proxy", `127.0.0.1,${CLIENT}`, ...flags] });
  await using proxy = new TestProxy();
  const port = await freePort();
  await startNginx(proxy, hub, port);
  const client = through(port, "/bramble");
  expect((await client.post("a", { "X-Forwarded-For": OUTSIDE })).status).toBe(403);
  expect((await client.post("a", { "X-Forwarded-For": "192.168.1.5" })).status).toBe(200);
  expect(await addressOf(hub, "a", "/bramble")).toBe("192.168.1.5");
  const report = await (await hub.fetch("/bramble/api/v1/doctor")).json();
  expect(JSON.stringify(report.clients)).toContain(OUTSIDE);
  const body = JSON.stringify({ link: hub.link.replace(/^.*#link=/, "") });
  const headers = { "Content-Type": "application/json" };
  const signedIn = await client.ask("/api/v1/session", { method: "POST", body, headers });
  expect(signedIn.headers["set-cookie"]?.[0]).toMatch(/; Secure$/);
});

test.each(["send-proxy-v2", "send-proxy"])("behind HAProxy with %s", { timeout: 90_000 }, async (version) => {
  await using hub = await startHubInside({ flags: ["--trust-proxy", "127.0.0.1", "--allowed-host", "hub.example"] });
  await using proxy = new TestProxy();
  const [port, mqttPort] = [await freePort(), await freePort()];
  const { both } = proxy.makeCertificate();
  const configuration = snippet("haproxy", [
    ["bind :443", `bind 127.0.0.1:${port}`],
    ["/etc/ssl/hub.example.both.pem", both],
    ["bind :1883", `bind 127.0.0.1:${mqttPort}`],
    ["127.0.0.1:8080", `127.0.0.1:${hub.httpPort}`],
    ["127.0.0.1:1884", `127.0.0.1:${hub.mqttPort}`],
    ["send-proxy-v2", version],
  ]);
  await proxy.start(port, configuration, "haproxy", (file) => ["-db", "-f", file]);
  await checkEveryWayIn(hub, port, "");
  // Its own sockets have no address of the test's.
  const socket = connect({ host: "127.0.0.1", port: mqttPort, localAddress: CLIENT });
  const mqtt = new MqttClient(() => socket, { reconnectPeriod: 0 });
  await new Promise((resolve) => mqtt.once("connect", resolve));
  await mqtt.publishAsync("sensor/mqtt/data", '{"t":1}', { qos: 1 });
  expect(await addressOf(hub, "mqtt")).toBe(CLIENT);
  await mqtt.endAsync(true);
});
