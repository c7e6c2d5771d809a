// The HTTP API of a real hub, used by devices, programs and hostile pages.
import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket as WebSocketClient } from "ws";
import type { ApiError, Chart, DeviceList, ReadingsPage, RefusedList } from "../../../../src/shared/api.ts";
import type { Device } from "../../../../src/shared/device.ts";
import { startTestHub } from "../../../support/hub.ts";
import { shareTestHub } from "../../../support/shared-hub.ts";
import { until } from "../../../support/until.ts";

const T0 = Date.UTC(2026, 0, 31, 12);
/** For tests that look at nothing but what they sent themselves. */
const shared = shareTestHub();

test("a reading is answered with success, and is there at once", async () => {
  await using hub = await startTestHub();
  const answer = await hub.post({ device_id: "raspi-01", temperature: 25.5, humidity: 60.3 });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ status: "success", accepted: 2 });
  const { devices } = await hub.json<DeviceList>("/api/v1/devices");
  expect(devices).toMatchObject([
    {
      id: "raspi-01",
      presence: { online: true },
      address: "127.0.0.1",
      metrics: [
        { name: "temperature", latest: { value: 25.5 } },
        { name: "humidity", latest: { value: 60.3 } },
      ],
    },
  ]);
});

test.each([
  ["not JSON", "{", "not-json", 400],
  ["empty", "", "not-json", 400],
  ["NaN", '{"device_id":"pi","t":NaN}', "no-usable-value", 400],
  ["no object", "42", "not-an-object", 400],
  ["no device", '{"t":1}', "no-device", 400],
  ["a bad id", '{"device_id":"-pi","t":1}', "bad-device-id", 400],
  ["a bad metric", '{"device_id":"pi","t!":1}', "bad-metric", 400],
  ["a forbidden key", '{"device_id":"pi","a":{"__proto__":{"x":1}}}', "forbidden-key", 400],
  ["an array of texts", '{"device_id":"pi","t":["a"]}', "no-usable-value", 400],
  ["no number", '{"device_id":"pi","t":"warm"}', "no-usable-value", 400],
  ["a bad time", '{"device_id":"pi","t":1,"ts":"yesterday"}', "bad-time", 400],
  ["too large", `{"device_id":"pi","t":1,"x":"${"x".repeat(300_000)}"}`, "too-large", 413],
  ["far too large", "x".repeat(8_000_000), "too-large", 413],
])("a message that is %s is refused with its code, and listed", async (_name, body, code, status) => {
  const before = await shared.json<RefusedList>("/api/v1/refused");
  const answer = await shared.post(body);
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: code, message: expect.any(String) });
  const { refused } = await shared.json<RefusedList>("/api/v1/refused");
  expect(refused).toHaveLength(before.refused.length + 1);
  expect(refused[0]).toMatchObject({ code, address: "127.0.0.1", source: "POST /data" });
  expect((await shared.post({ device_id: "pi", t: 1 })).status).toBe(200);
});

test("refused messages survive a restart", async () => {
  await using hub = await startTestHub();
  await hub.post("{");
  await hub.end("SIGKILL");
  await hub.start();
  expect((await hub.json<RefusedList>("/api/v1/refused")).refused).toMatchObject([{ code: "not-json", excerpt: "{" }]);
});

test("a batch is an array, or a line each as ndjson; all of it or nothing", async () => {
  await using hub = await startTestHub();
  const lines = [0, 1, 2].map((index) => JSON.stringify({ device_id: "pi", t: index, ts: T0 + index })).join("\n");
  const ndjson = { "Content-Type": "application/x-ndjson" };
  expect(await (await hub.post(lines, ndjson)).json()).toMatchObject({ accepted: 3 });
  const broken = await hub.post(`${lines}\n{"device_id":"-"}`, ndjson);
  expect(await broken.json()).toMatchObject({ error: "bad-device-id", details: [{ field: "[3].device_id" }] });
  const other = await hub.post([
    { device_id: "pi", u: 1 },
    { device_id: "pi", ts: 0, u: 1 },
  ]);
  expect(other.status).toBe(400);
  expect((await hub.json<ReadingsPage>("/api/v1/readings")).readings).toHaveLength(3);
});

test("only an invalid value is skipped, which the response and the device's page report", async () => {
  await using hub = await startTestHub();
  const answer = await hub.post('[{"device_id":"pi","a":NaN,"b":1},{"device_id":"pi","c":["x"],"d":"20.6 ℃"}]');
  const skipped = [
    { field: "[0].a", reason: '"NaN" is no value.' },
    { field: "[1].c", reason: "An array is taken where it holds 1 to 64 numbers or booleans." },
  ];
  expect(await answer.json()).toEqual({ status: "success", accepted: 2, skipped });
  const device = await hub.json<Device>("/api/v1/devices/pi");
  expect(device.skipped).toMatchObject([
    { ...skipped[1], code: "skipped/array", params: { field: "[1].c" } },
    { ...skipped[0], code: "skipped/no-value", params: { field: "[0].a", value: '"NaN"' } },
  ]);
  const korean = await hub.post('[{"device_id":"pi","a":NaN,"b":1}]', { "Accept-Language": "ko" });
  expect(await korean.json()).toMatchObject({ skipped: [{ field: "[0].a", reason: '"NaN"은(는) 값이 아닙니다.' }] });
  expect(device.metrics).toMatchObject([{ name: "b" }, { name: "d", unit: "°C", latest: { value: 20.6 } }]);
  await hub.end("SIGTERM");
  await hub.start();
  expect((await hub.json<Device>("/api/v1/devices/pi")).metrics[1]?.unit).toBe("°C");
});

test.each([
  ["/data?device=lounge", 200],
  ["/data?device_id=lounge", 200],
  ["/api/v1/readings?device=lounge", 200],
  ["/api/v1/devices/lounge/readings", 200],
  ["/data?device=-", 400],
  ["/api/v1/devices/a%20b/readings", 400],
])("firmware that cannot name itself in the message does so in the path: %s", async (path, status) => {
  const rows = async () => (await shared.json<ReadingsPage>("/api/v1/readings?device=lounge")).readings;
  await shared.post({ device_id: "lounge", "readings.temperature": 1 });
  const before = await rows();
  const body = JSON.stringify({ nickname: "lounge", uid: "e66", readings: { temperature: 27.5 } });
  const headers = { "Content-Type": "application/json" };
  const answer = await shared.fetch(path, { method: "POST", body, headers });
  expect(answer.status).toBe(status);
  const stored = { device: "lounge", metric: "readings.temperature", value: 27.5 };
  if (status === 200) expect(await rows()).toEqual([expect.objectContaining(stored), ...before]);
  else {
    expect(await answer.json()).toMatchObject({ error: "bad-device-id" });
    expect(await rows()).toEqual(before);
  }
});

test("the message about an oversized body claims no uncounted size", async () => {
  const { message }: ApiError = await (await shared.post("x".repeat(8_000_000))).json();
  expect(message).toContain("over 262144 bytes");
});

test("a message without a media type is read as JSON", async () => {
  const socket = connect(shared.httpPort, "127.0.0.1");
  const body = '{"device_id":"pi","t":1}';
  socket.write(`POST /data HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const [answer] = await once(socket, "data");
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
});

test("other media types are told what to send", async () => {
  const answer = await shared.post('{"device_id":"pi","t":1}', { "Content-Type": "text/plain" });
  expect(answer.status).toBe(415);
  expect(await answer.json()).toMatchObject({ error: "unsupported-media-type" });
});

test("a chart has at most as many buckets as asked for", async () => {
  const readings = Array.from({ length: 500 }, (_, index) => ({
    device_id: "charted",
    t: index,
    ts: T0 + index * 1_000,
  }));
  await shared.post(readings);
  const range = `from=${T0}&to=${new Date(T0 + 500_000).toISOString()}`;
  const chart = await shared.json<Chart>(`/api/v1/devices/charted/readings?metric=t&points=50&${range}`);
  expect(chart).toMatchObject({ from: T0, to: T0 + 500_000, stepMs: 10_000 });
  expect(chart.buckets).toHaveLength(50);
  expect(chart.buckets[0]).toEqual({ t: T0, min: 0, max: 9, avg: 4.5, n: 10 });
});

test("raw rows come newest first, and a cursor goes on", async () => {
  await using hub = await startTestHub();
  for (const id of ["a", "b"]) await hub.post([1, 2, 3].map((t) => ({ device_id: id, t, ts: T0 + t })));
  const seen: string[] = [];
  let next: string | null = "";
  while (next !== null) {
    const cursor: string = next === "" ? "" : `&cursor=${next}`;
    const page: ReadingsPage = await hub.json(`/api/v1/readings?limit=4${cursor}`);
    seen.push(...page.readings.map(({ device, value }) => `${device}${value}`));
    next = page.next;
  }
  expect(seen).toEqual(["a3", "b3", "a2", "b2", "a1", "b1"]);
  const one = await hub.json<ReadingsPage>("/api/v1/readings?device=a&metric=t&limit=1");
  expect(one.readings).toEqual([{ device: "a", metric: "t", ts: T0 + 3, value: 3 }]);
});

test.each([
  ["/api/v1/devices/nobody", 404, "no-such-device"],
  ["/api/v1/devices/nobody/readings?metric=t", 404, "no-such-device"],
  ["/api/v1/devices/pi/readings", 400, "bad-request"],
  ["/api/v1/devices/pi/readings?metric=t&from=tomorrow", 400, "bad-request"],
  ["/api/v1/devices/pi/readings?metric=t&from=2&to=1", 400, "bad-request"],
  ["/api/v1/devices/pi/readings?metric=t&points=0", 400, "bad-request"],
  ["/api/v1/readings?limit=10001", 400, "bad-request"],
  ["/api/v1/readings?cursor=nonsense", 400, "bad-request"],
  ["/api/v1/export.csv?tz=Mars/Olympus", 400, "bad-request"],
  ["/api/v1/nothing", 404, "no-such-route"],
  ["/data", 405, "method-not-allowed"],
])("GET %s is answered with %i %s", async (path, status, code) => {
  await shared.post({ device_id: "pi", t: 1 });
  const answer = await shared.fetch(path);
  expect(answer.status).toBe(status);
  const { error, message }: ApiError = await answer.json();
  expect(error).toBe(code);
  expect(message.length).toBeGreaterThan(10);
});

test("an export is streamed as a file, in the zone that was asked for", async () => {
  await shared.post([1, 2].map((t) => ({ device_id: "exported", t, ts: T0 + t })));
  const answer = await shared.fetch("/api/v1/export.csv?device=exported&metric=t&tz=Europe/Berlin");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="bramble-exported-[\d-]+\.csv"$/);
  expect(await answer.text()).toBe(
    "time,device,metric,value\r\n2026-01-31T13:00:00.001+01:00,exported,t,1\r\n2026-01-31T13:00:00.002+01:00,exported,t,2\r\n",
  );
});

test("the API requires authentication; ingest and health are open", async () => {
  for (const path of ["/api/v1/devices", "/api/v1/hub", "/api/v1/readings", "/api/v1/export.csv", "/api/v1/refused"]) {
    const answer = await fetch(shared.file.http + path);
    expect(answer.status, path).toBe(401);
    expect(await answer.json()).toMatchObject({ error: "not-signed-in" });
  }
  const wrong = await fetch(`${shared.file.http}/api/v1/devices`, { headers: { Authorization: "Bearer wrong" } });
  expect(wrong.status).toBe(401);
  expect((await fetch(`${shared.file.http}/healthz`)).status).toBe(200);
  expect((await fetch(`${shared.file.http}/api/v1/openapi.json`)).status).toBe(200);
});

test("the printed link signs a browser in, once, and the session outlives a restart", async () => {
  await using hub = await startTestHub();
  const link = /#link=(\S+)/.exec(hub.output)?.[1];
  const signIn = (secret: unknown) =>
    fetch(`${hub.file.http}/api/v1/session`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ link: secret }),
    });
  expect((await signIn("wrong")).status).toBe(401);
  expect((await signIn(7)).status).toBe(400);
  const answer = await signIn(link);
  expect(answer.status).toBe(200);
  const cookie = answer.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Strict/);
  expect((await signIn(link)).status).toBe(401);
  await hub.end("SIGTERM");
  await hub.start();
  const devices = await fetch(`${hub.file.http}/api/v1/devices`, { headers: { Cookie: cookie.replace(/;.*/, "") } });
  expect(devices.status).toBe(200);
});

/** The status of a raw request: fetch would not let a Host or Origin through. */
function rawStatus(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, host: "127.0.0.1", headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    sent.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer.statusCode);
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("a foreign Host or Origin is refused on every route and on the WebSocket", async () => {
  await using hub = await startTestHub("--allowed-host", "pi-lab.example");
  const port = hub.httpPort;
  for (const path of ["/", "/healthz", "/data", "/api/v1/devices", "/nothing"]) {
    expect(await rawStatus(port, path, { Host: "evil.example" }), path).toBe(403);
    expect(await rawStatus(port, path, { Origin: "https://evil.example" }), path).toBe(403);
    expect(await rawStatus(port, path, { Origin: "null" }), path).toBe(403);
  }
  expect(await rawStatus(port, "/healthz", { Host: "pi-lab.example" })).toBe(200);
  expect(await rawStatus(port, "/healthz", { Host: "192.168.0.10:8080" })).toBe(200);
  expect(await rawStatus(port, "/healthz", { Origin: `http://127.0.0.1:${port}` })).toBe(200);

  const handshake = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
  };
  const live = async (headers: Readonly<Record<string, string>>) => {
    const { ticket } = await (await hub.fetch("/api/v1/live/ticket", { method: "POST" })).json();
    return rawStatus(port, `/api/v1/live?ticket=${ticket}`, { ...handshake, ...headers });
  };
  expect(await live({})).toBe(101);
  expect(await live({ Origin: "bramble://app" })).toBe(101);
  expect(await live({ Origin: "https://evil.example" })).toBe(403);
  expect(await live({ Host: "evil.example" })).toBe(403);
  const bearer = { Authorization: `Bearer ${hub.file.token}` };
  expect(await rawStatus(port, "/api/v1/live", { ...handshake, ...bearer })).toBe(101);
  expect(await rawStatus(port, "/api/v1/live", { ...handshake, ...bearer, Origin: "https://evil.example" })).toBe(403);
  expect(await rawStatus(port, "/api/v1/live?ticket=wrong", handshake)).toBe(401);
  expect(await rawStatus(port, "/api/v1/live", handshake)).toBe(401);
  expect(await rawStatus(port, "/elsewhere", handshake)).toBe(404);
});

test("two Host headers and broken requests are refused, and the hub goes on", async () => {
  for (const text of [
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "nonsense\r\n\r\n",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
  ]) {
    const socket = connect(shared.httpPort, "127.0.0.1");
    socket.end(text);
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 4\d\d /);
    socket.destroy();
  }
  expect((await fetch(`${shared.file.http}/healthz`)).status).toBe(200);
});

test("one metric more than a device may have is refused: the 501st, or what --max-metrics says", async () => {
  await using hub = await startTestHub("--max-metrics", "501");
  for (const [on, most] of [
    [shared, 500],
    [hub, 501],
  ] as const) {
    const metrics = Object.fromEntries(Array.from({ length: most }, (_, index) => [`m${index}`, index]));
    for (let count = 0; count < 2; count++) expect((await on.post({ device_id: "wide", ...metrics })).status).toBe(200);
    const refused = await on.post({ device_id: "wide", one: 1 });
    expect(await refused.json()).toMatchObject({ error: "too-many-metrics", details: [{ limit: most }] });
  }
});

test("a device more than the hub may have is refused", async () => {
  await using hub = await startTestHub("--max-devices", "1001");
  const many = Array.from({ length: 1_000 }, (_, index) => ({ device_id: `d${index}`, t: 1 }));
  expect((await hub.post(many)).status).toBe(200);
  // One more than without the flag.
  expect((await hub.post({ device_id: "last", t: 1 })).status).toBe(200);
  expect(await (await hub.post({ device_id: "late", t: 1 })).json()).toMatchObject({ error: "too-many-devices" });
  expect((await hub.post({ device_id: "d5", t: 2 })).status).toBe(200);
});

test("the live feed sends new devices, readings and refusals", async () => {
  await using hub = await startTestHub();
  const { ticket } = await (await hub.fetch("/api/v1/live/ticket", { method: "POST" })).json();
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/api/v1/live?ticket=${ticket}`);
  const waiting = new Set(["device", "readings", "refused", "rate"]);
  const all = new Promise<void>((resolve) => {
    socket.addEventListener("message", ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === "readings") expect(event.readings).toEqual([["pi", "t", T0, 1.5]]);
      if (event.type === "device") expect(event.device).toMatchObject({ id: "pi", presence: { online: true } });
      if (event.type === "refused") expect(event.refused).toMatchObject({ code: "not-json" });
      waiting.delete(event.type);
      if (waiting.size === 0) resolve();
    });
  });
  await once(socket, "open");
  await hub.post({ device_id: "pi", t: 1.5, ts: T0 });
  await hub.post("{");
  await all;
  socket.close();
});

test("a stalled listener of the live feed is cut off, and the others get everything", async () => {
  await using hub = await startTestHub();
  const headers = { Authorization: `Bearer ${hub.file.token}` };
  const listen = () => new WebSocketClient(`ws://127.0.0.1:${hub.httpPort}/api/v1/live`, { headers });
  const [stalled, healthy] = [listen(), listen()];
  await Promise.all([once(stalled, "open"), once(healthy, "open")]);
  const received = new Map<string, string>();
  healthy.on("message", (data) => {
    const event = JSON.parse(String(data));
    if (event.type === "device") received.set(event.device.id, event.device.name);
  });
  const closed = once(stalled, "close");
  stalled.pause();
  const devices = Array.from({ length: 20 }, (_, index) => `pi-${index}`);
  const mqtt = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  // Each event tells all of a device, some 50 KB: together more than any socket's buffers hold.
  const tellAbout = (device: string, round: number) => {
    const options = Array.from({ length: 100 }, (_, index) => `option ${index}`);
    const controls = Array.from({ length: 40 }, (_, index) => ({ id: `c${index}`, kind: "select", options }));
    const about = JSON.stringify({ name: `${device} ${round}`, controls });
    return mqtt.publishAsync(`bramble/${device}/about`, about, { qos: 1 });
  };
  let round = 0;
  const isCut = async () => {
    const text = await (await hub.fetch("/metrics")).text();
    return /^bramble_connections_cut [1-9]/m.test(text) ? true : undefined;
  };
  for (; (await isCut()) === undefined; round++) await Promise.all(devices.map((device) => tellAbout(device, round)));
  await until("the healthy one has heard the last of all", async () =>
    devices.every((device) => received.get(device) === `${device} ${round - 1}`) ? true : undefined,
  );
  stalled.resume();
  expect((await closed)[0]).toBe(1006);
  await mqtt.endAsync();
  healthy.terminate();
});
