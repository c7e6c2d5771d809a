// Clients that send on without waiting for answers are read from only as fast as they are answered, and miss nothing.
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { connectAsync } from "mqtt";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import { HttpPacing } from "../../../../src/hub/transport/http/pacing.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { startTestHub, type TestHub } from "../../../support/hub.ts";
import { until } from "../../../support/until.ts";

async function open(hub: TestHub): Promise<Socket> {
  const socket = connect(hub.httpPort, "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

function post(body: string, headers = ""): string {
  return `POST /data HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

/** Everything that comes back until the connection ends. */
async function answersOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  await once(socket, "close");
  return text;
}

const LAST = "Connection: close\r\n";

test("a thousand requests that are pipelined are all answered, in their order", async () => {
  await using hub = await startTestHub();
  const socket = await open(hub);
  const COUNT = 1_000;
  const requests = Array.from({ length: COUNT }, (_, index) =>
    index % 3 === 0 ? post("{") : post(`{"device_id":"pi","ts":${1_700_000_000_000 + index},"t":${index}}`),
  );
  socket.write(requests.join("") + post('{"device_id":"pi","t":1}', LAST));
  const answers = await answersOf(socket);
  const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
  expect(statuses).toEqual([...requests.map((_, index) => (index % 3 === 0 ? "400" : "200")), "200"]);
});

test("bodies of all sizes behind each other, cut anywhere, arrive whole", async () => {
  await using hub = await startTestHub();
  const socket = await open(hub);
  const bodies = [10, 1_000, 1_024, 5_000, 100_000, 250_000, 20].map(
    (length, index) =>
      `{"device_id":"pi","ts":${1_700_000_000_000 + index},"t":${index},"text":"${"x".repeat(length)}"}`,
  );
  const stream = Buffer.from(bodies.map((body) => post(body)).join("") + post('{"device_id":"end","t":1}', LAST));
  const answers = answersOf(socket);
  for (let at = 0; at < stream.length; at += 7_777) socket.write(stream.subarray(at, at + 7_777));
  expect([...(await answers).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(
    new Array<string>(bodies.length + 1).fill("200"),
  );
  const { readings } = await hub.json<{ readings: { value: number }[] }>("/api/v1/readings?device=pi");
  expect(readings.map(({ value }) => value)).toEqual([6, 5, 4, 3, 2, 1, 0]);
});

test("a client that pipelines and ends its side gets all responses", async () => {
  await using hub = await startTestHub();
  const socket = await open(hub);
  const requests = Array.from({ length: 100 }, (_, index) => post(`{"device_id":"pi","t":${index}}`));
  socket.end(requests.join(""));
  const answers = await answersOf(socket);
  expect([...answers.matchAll(/HTTP\/1\.1 200/g)]).toHaveLength(100);
});

test("waiting requests delay only requests pipelined behind them", async () => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", t: 1 });
  const poll = "GET /api/v1/devices/pi/commands/next?wait=60 HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const socket = await open(hub);
  socket.write(poll.repeat(10_000));
  await until("requests wait", async () => {
    const figures = await (await hub.fetch("/metrics")).text();
    return /^bramble_waiting_connections 1$/m.test(figures) || /^bramble_in_flight_bytes/m.test(figures) || undefined;
  });
  expect((await hub.post({ device_id: "pi", t: 2 })).status).toBe(200);
  socket.destroy();
  expect((await hub.post({ device_id: "pi", t: 3 })).status).toBe(200);
});

test.each(["at once", "later"])("long-polls whose client closes its side %s end", async (when) => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", t: 1 });
  const socket = await open(hub);
  const answers = answersOf(socket);
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const requests = get("/healthz") + get("/api/v1/devices/pi/commands/next?wait=60").repeat(3);
  if (when === "at once") socket.end(requests);
  else {
    socket.write(requests);
    await once(socket, "data");
    socket.end();
  }
  expect([...(await answers).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    "200",
    "204",
    "204",
    "204",
  ]);
});

test("of several long-polls for one device the newest get the commands", async () => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", t: 1 });
  const url = `${hub.file.http}/api/v1/devices/pi/commands/next?wait=60`;
  const gone = new AbortController();
  const requests = Array.from({ length: 5 }, () => fetch(url, { signal: gone.signal }));
  // The others wait on: one answers, with nothing.
  expect((await Promise.race(requests)).status).toBe(204);
  gone.abort();
  const outcomes = await Promise.allSettled(requests);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("large batches behind each other over MQTT are all acknowledged, and so are small messages behind them", async () => {
  await using hub = await startTestHub();
  const client = await connectAsync(hub.file.mqtt, { reconnectPeriod: 0 });
  const batchOf = (index: number) =>
    Array.from({ length: 2_000 }, (_, row) => ({ ts: 1_700_000_000_000 + 2_000 * index + row, t: row }));
  const batches = Array.from({ length: 50 }, (_, index) =>
    client.publishAsync("sensor/pi/data", JSON.stringify(batchOf(index)), { qos: 1 }),
  );
  const small = Array.from({ length: 1_000 }, (_, index) =>
    client.publishAsync("sensor/small/data", `{"ts":${1_700_000_000_000 + index},"t":1}`, { qos: 1 }),
  );
  await Promise.all([...batches, ...small]);
  await client.endAsync();
  expect(await (await hub.fetch("/metrics")).text()).toMatch(/^bramble_readings_total 101000$/m);
});

test("ten thousand small WebSocket messages at once are all answered, and a reading among them is stored", async () => {
  await using hub = await startTestHub();
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/ws`);
  await once(socket, "open");
  let answers = 0;
  let acknowledged = 0;
  socket.on("message", (data) => {
    answers++;
    if (String(data).includes('"ack"')) acknowledged++;
  });
  const COUNT = 10_000;
  for (let index = 0; index < COUNT; index++)
    socket.send(index === 5_000 ? '{"type":"reading","device_id":"pi","t":1,"seq":7}' : "{}");
  await until("all are answered", async () => (answers === COUNT ? true : undefined));
  expect(acknowledged).toBe(1);
  socket.terminate();
});

test("a WebSocket that sends and never reads is cut, and the doctor says why", async () => {
  await using hub = await startTestHub("--no-rate-limit");
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/ws`);
  await once(socket, "open");
  socket.pause();
  const closed = once(socket, "close");
  let isOpen = true;
  socket.once("close", () => {
    isOpen = false;
  });
  // An answer to nonsense has some 200 bytes: more than any socket's buffers hold.
  while (isOpen) {
    for (let index = 0; index < 1_000; index++) socket.send("{}");
    await new Promise((resolve) => setImmediate(resolve));
    if (/^bramble_connections_cut [1-9]/m.test(await (await hub.fetch("/metrics")).text())) socket.resume();
  }
  await closed;
  const { clients } = await hub.json<{ clients: { code: string; message: string }[] }>("/api/v1/doctor");
  expect(clients).toContainEqual(
    expect.objectContaining({ code: "cut", message: expect.stringContaining("does not read") }),
  );
});

test("a “seq” that is neither a number nor a short text is refused", async () => {
  await using hub = await startTestHub();
  const socket = new WebSocket(`ws://127.0.0.1:${hub.httpPort}/ws`);
  await once(socket, "open");
  const reading = { type: "reading", device_id: "pi", t: 1 };
  const answerTo = async (seq: unknown): Promise<unknown> => {
    const received = once(socket, "message");
    socket.send(JSON.stringify({ ...reading, seq }));
    const [data] = await received;
    return JSON.parse(String(data));
  };
  expect(await answerTo("x".repeat(64))).toEqual({ type: "ack", seq: "x".repeat(64) });
  for (const seq of ["x".repeat(65), { a: 1 }, [1]])
    expect(await answerTo(seq)).toMatchObject({ type: "error", error: "bad-request", details: [{ field: "seq" }] });
  socket.terminate();
});

/** A server whose connections are paced. */
async function startPaced(answer: (pacing: HttpPacing, ...exchange: Exchange) => Promise<unknown>) {
  const budget = new Budget(64 * 1024 * 1024);
  const diagnostics = { cut: (...cut: string[]) => expect.unreachable(cut.join()) };
  const pacing = new HttpPacing({ budget, diagnostics, clock: new FakeClock(0) });
  const server = createServer((request, response) => void answer(pacing, request, response));
  pacing.start(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") return expect.unreachable();
  return {
    budget,
    port: address.port,
    [Symbol.dispose]: () => {
      pacing.stop();
      server.close();
    },
  };
}
type Exchange = [request: IncomingMessage, response: ServerResponse];

test("a body in one-byte chunks is charged for each, and arrives complete", async () => {
  const CHUNKS = 100_000;
  using server = await startPaced(async (_pacing, request, response) =>
    response.end(String((await buffer(request)).length)),
  );
  const socket = connect(server.port, "127.0.0.1");
  const answer = answersOf(socket);
  socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${LAST}Transfer-Encoding: chunked\r\n\r\n`);
  socket.write(`${"1\r\nx\r\n".repeat(CHUNKS)}0\r\n\r\n`);
  expect(await answer).toMatch(new RegExp(`\r\n${CHUNKS}$`));
  // Some four hundred of them are a turn of the event loop.
  expect(server.budget.waitCount).toBeGreaterThan(CHUNKS / 1_000);
});

test("long answers are sent one in a turn of the event loop, and short ones beside them at once", async () => {
  const LONG = 30;
  const LONG_BYTES = 200_000;
  const SHORT_BYTES = 100;
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  let turn = 0;
  let sentShortIn = 0;
  const sentIn: number[] = [];
  using server = await startPaced(async (pacing, request, response) => {
    if (++arrived === LONG + 1) all.resolve();
    await all.promise;
    const isLong = request.url === "/long";
    await pacing.answer(request, isLong ? LONG_BYTES : SHORT_BYTES);
    if (isLong) sentIn.push(turn);
    else sentShortIn = turn;
    response.end("x".repeat(isLong ? LONG_BYTES : SHORT_BYTES));
  });
  let immediate = setImmediate(function count() {
    turn++;
    immediate = setImmediate(count);
  });
  const ask = (path: string) => {
    const socket = connect(server.port, "127.0.0.1");
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${LAST}\r\n`);
    return answersOf(socket);
  };
  const long = Array.from({ length: LONG }, () => ask("/long"));
  await ask("/short");
  for (const answer of await Promise.all(long)) expect(answer).toMatch(/x{200000}$/);
  clearImmediate(immediate);
  expect(new Set(sentIn).size, "turns").toBe(LONG);
  expect(sentShortIn).toBeLessThanOrEqual(sentIn[1] ?? 0);
});

test.each(["chunks of its encoding", "packets of its own"])(
  "a body in one-byte %s is kept in few pieces",
  async (how) => {
    const BYTES = 2_000;
    using server = await startPaced(async (_pacing, request, response) => {
      const pieces: unknown[] = [];
      for await (const piece of request) pieces.push(piece);
      response.end(`${pieces.length} of ${pieces.join("").length}`);
    });
    const socket = connect({ port: server.port, host: "127.0.0.1", noDelay: true });
    const answer = answersOf(socket);
    const isEncoded = how.startsWith("chunks");
    const body = isEncoded ? "Transfer-Encoding: chunked" : `Content-Length: ${BYTES}`;
    socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${LAST}${body}\r\n\r\n`);
    for (let sent = 0; sent < BYTES; sent++)
      await new Promise((resolve) => socket.write(isEncoded ? "1\r\nx\r\n" : "x", resolve));
    if (isEncoded) socket.write("0\r\n\r\n");
    expect(await answer).toMatch(new RegExp(`\r\n1 of ${BYTES}$`));
  },
);
