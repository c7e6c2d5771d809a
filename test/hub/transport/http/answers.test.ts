// Every answer of the HTTP port has the same headers and, where it is an error, the same shape: also where the router, the
// parser or a timer makes it.
import { mkdirSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ApiError } from "../../../../src/shared/api.ts";
import type { DiagnosticReport } from "../../../../src/shared/doctor.ts";
import { makeTemporaryFolder, startTestHub, type TestHub } from "../../../support/hub.ts";
import { startHubInside } from "../../../support/hub-inside.ts";
import { run } from "../../../support/run.ts";
import { shareTestHub } from "../../../support/shared-hub.ts";
import { until } from "../../../support/until.ts";

/** For tests that look at nothing but what they sent themselves. The doctor, who is asked for it, looks around for seconds. */
const shared = shareTestHub();

interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
  /** Everything that came, a `100 Continue` too. */
  readonly text: string;
}

/** Sends bytes as they are, on a connection of their own; resolves with the last answer once the hub has closed it. */
function say(port: number, bytes: string | Uint8Array): Promise<RawAnswer> {
  return finish(connect(port, "127.0.0.1"), bytes);
}

async function finish(socket: Socket, bytes: string | Uint8Array): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", (error) => chunks.push(Buffer.from(`[${error.message}]`)));
  socket.write(bytes);
  await new Promise((resolve) => socket.once("close", resolve));
  const text = Buffer.concat(chunks).toString();
  const [head = "", ...body] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "").split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line): [string, string] => [line.replace(/:.*/, ""), line.replace(/.*?: /, "")]),
  );
  return { status: Number(first.split(" ")[1]), headers, body: body.join("\r\n\r\n"), text };
}

const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;

const EVERYWHERE = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy": expect.stringContaining("default-src 'self'"),
};

/** Those that every answer has, and how it may be cached. */
const notable = (headers: Headers) =>
  Object.fromEntries([...Object.keys(EVERYWHERE), "cache-control"].map((name) => [name, headers.get(name)]));

function expectProblem({ status, headers, body }: RawAnswer, expected: number, code: string): ApiError {
  expect([status, body]).toEqual([expected, expect.stringContaining(code)]);
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(headers.get("content-length")).toBe(String(Buffer.byteLength(body)));
  expect(notable(headers)).toEqual({ ...EVERYWHERE, "cache-control": "no-store" });
  const problem: ApiError = JSON.parse(body);
  expect(problem).toEqual({ error: code, message: expect.stringMatching(/^[A-Z“].{15,}\.$/) });
  return problem;
}

const clientsOf = async (hub: Pick<TestHub, "fetch">) => {
  const { clients }: DiagnosticReport = await (await hub.fetch("/api/v1/doctor")).json();
  return clients.map(({ code, message }) => `${code}: ${message}`);
};

test("every answer of the API has the headers that protect a browser, and is not cached", async () => {
  await using hub = await startTestHub();
  await hub.post({ device_id: "pi", t: 1 });
  const asked: [string, string, number][] = [
    ["GET", "/healthz", 200],
    ["GET", "/metrics", 200],
    ["GET", "/api/v1/hub", 200],
    ["GET", "/api/v1/openapi.json", 200],
    ["GET", "/api/v1/export.csv", 200],
    ["HEAD", "/api/v1/export.csv", 200],
    ["GET", "/api/v1/export.csv?tz=Mars/Olympus", 400],
    ["GET", "/api/v1/devices/nobody", 404],
    ["GET", "/nothing", 404],
    ["GET", "/data", 405],
    ["POST", "/data", 400],
    ["DELETE", "/api/v1/devices/pi", 204],
  ];
  for (const [method, path, status] of asked) {
    const answer = await hub.fetch(path, { method });
    expect([path, answer.status]).toEqual([path, status]);
    expect(notable(answer.headers), path).toEqual({ ...EVERYWHERE, "cache-control": "no-store" });
    await answer.arrayBuffer();
  }
  const stranger = await fetch(`${hub.file.http}/api/v1/devices`);
  expect(stranger.status).toBe(401);
  expect(notable(stranger.headers)).toEqual({ ...EVERYWHERE, "cache-control": "no-store" });
});

test("the UI's files have them, too, and may be cached", async () => {
  using folder = makeTemporaryFolder();
  mkdirSync(join(folder.path, "assets"));
  writeFileSync(join(folder.path, "index.html"), "<!doctype html>");
  writeFileSync(join(folder.path, "assets", "index-abc123.js"), "0;");
  await using hub = await startHubInside({ uiFolder: folder.path });
  const page = await hub.fetch("/");
  expect(notable(page.headers)).toEqual({ ...EVERYWHERE, "cache-control": "no-cache" });
  const script = await hub.fetch("/assets/index-abc123.js");
  const forEver = "public, max-age=31536000, immutable";
  expect(notable(script.headers)).toEqual({ ...EVERYWHERE, "cache-control": forEver });
  const missing = await hub.fetch("/assets/index-old.js");
  expect(missing.status).toBe(404);
  expect(notable(missing.headers)).toEqual({ ...EVERYWHERE, "cache-control": "no-store" });
});

test("requests that the router rejects get the standard error", async () => {
  for (const path of ["/api/v1/devices/%ff", "/%", "/api/v1/devices/%zz/readings"]) {
    const head = lines(`GET ${path} HTTP/1.1`, "Host: localhost", "Connection: close");
    expect(expectProblem(await say(shared.httpPort, head), 400, "bad-request").message).toContain(`“${path}”`);
    const foreign = lines(`GET ${path} HTTP/1.1`, "Host: evil.example", "Connection: close");
    expectProblem(await say(shared.httpPort, foreign), 403, "foreign-host");
  }
  for (const length of [101, 4_000]) {
    const path = `/api/v1/devices/${"x".repeat(length)}`;
    expect((await fetch(shared.file.http + path)).status).toBe(401);
    for (const [method, end] of [
      ["GET", ""],
      ["GET", "/readings?metric=t"],
      ["POST", "/approve"],
    ]) {
      const answer = await shared.fetch(path + end, { method: method ?? "" });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ error: "no-such-device" });
    }
  }
  const unknown = lines("PROPFIND /nothing HTTP/1.1", "Host: localhost", "Connection: close");
  expectProblem(await say(shared.httpPort, unknown), 404, "no-such-route");
  const tunnel = lines("CONNECT evil.example:443 HTTP/1.1", "Host: localhost");
  expectProblem(await say(shared.httpPort, tunnel), 400, "bad-request");
});

test.concurrent("bytes that are not HTTP get the standard error, and are listed by the doctor", async () => {
  await using hub = await startTestHub();
  const start = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n";
  const bad = [
    "nonsense\r\n\r\n",
    `${start}Content-Length: -1\r\n\r\n`,
    `${start}no colon\r\n\r\n`,
    lines("POST /data HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked", "", "zz"),
  ];
  for (const text of bad) expectProblem(await say(hub.httpPort, text), 400, "bad-request");
  expectProblem(await say(hub.httpPort, lines("GET /healthz HTTP/1.1", "Connection: close")), 400, "bad-request");
  // More than the parser takes, and more than the connection holds.
  for (const length of [17_000, 3_000_000]) {
    const answer = await say(hub.httpPort, `${start}X: ${"x".repeat(length)}\r\n\r\n`);
    expectProblem(answer, 431, "headers-too-large");
    expect(answer.headers.get("connection")).toBe("close");
  }
  expect((await clientsOf(hub)).map((words) => words.replace(/:.*/, "")).toSorted()).toEqual([
    "bad-request",
    "bad-request",
    "bad-request",
    "bad-request",
    "bad-request",
    "headers-too-large",
  ]);
  expect((await hub.post({ device_id: "pi", t: 1 })).status).toBe(200);
});

test.concurrent("invalid bytes during a response end it without appending to it", async () => {
  await using hub = await startTestHub();
  const rows = Array.from({ length: 10_000 }, (_, index) => ({ device_id: "pi", t: index, ts: 1.7e12 + index }));
  for (let times = 0; times < 20; times++) {
    const shifted = rows.map((row) => ({ ...row, ts: row.ts + times * 10_000 }));
    for (let part = 0; part < 4; part++) await hub.post(shifted.slice(part * 2_500, (part + 1) * 2_500));
  }
  const socket = connect(hub.httpPort, "127.0.0.1");
  let text = "";
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.write(lines("GET /api/v1/export.csv HTTP/1.1", "Host: localhost", `Authorization: Bearer ${hub.file.token}`));
  await new Promise((resolve) => socket.once("readable", resolve));
  socket.write("nonsense\r\n\r\n");
  await until("the doctor has seen it", async () => ((await clientsOf(hub)).length > 0 ? true : undefined));
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  await closed;
  expect(text).toContain("HTTP/1.1 200 OK");
  expect(text).not.toContain("HTTP/1.1 400");
});

test("a request that does not arrive in time gets 408", async () => {
  const httpTimeouts = { headersMs: 300, requestMs: 600, checkEveryMs: 20 };
  await using hub = await startHubInside({ httpTimeouts });
  const { httpPort } = hub;
  const begun = performance.now();
  const answers = await Promise.all([
    say(httpPort, ""),
    say(httpPort, "GET /healthz HT"),
    say(httpPort, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX"),
  ]);
  expect(performance.now() - begun).toBeGreaterThan(250);
  for (const answer of answers) expectProblem(answer, 408, "request-timeout");
  const half = `${lines("POST /data HTTP/1.1", "Host: localhost", "Content-Length: 30")}{"device_id":`;
  expectProblem(await say(httpPort, half), 408, "request-timeout");
  expect(performance.now() - begun).toBeGreaterThan(850);
  expect(await clientsOf(hub)).toEqual([
    expect.stringMatching(/^request-timeout: The request did not arrive whole in time/),
  ]);

  // One that trickles gets no more time.
  const socket = connect(httpPort, "127.0.0.1");
  const gone = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined);
  socket.resume().write(half);
  const trickle = setInterval(() => socket.write(" "), 50);
  await gone;
  clearInterval(trickle);
});

test("a request while the hub stops gets a message", async () => {
  await using hub = await startHubInside();
  const socket = connect(hub.httpPort, "127.0.0.1");
  socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
  // By then the hub has read what came before.
  await hub.fetch("/healthz");
  const restarted = hub.restart();
  const answer = await finish(socket, "\r\n");
  expectProblem(answer, 503, "hub-stopping");
  expect(answer.headers.get("retry-after")).toBe("5");
  await restarted;
});

test.concurrent("Expect: 100-continue is refused without 100 Continue", async () => {
  await using hub = await startTestHub();
  const head = (expectation: string, bytes: number, path = "/data") =>
    lines(
      `POST ${path} HTTP/1.1`,
      "Host: localhost",
      "Content-Type: application/json",
      `Content-Length: ${bytes}`,
      `Expect: ${expectation}`,
    );
  for (const path of ["/data", "/api/v1/session"]) {
    const answer = await say(hub.httpPort, head("100-continue", 262_145, path));
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      413,
      { error: "too-large", details: [{ limit: 262_144 }] },
    ]);
    expect(answer.text).not.toContain("100 Continue");
    expect(answer.headers.get("connection")).toBe("close");
    expect(notable(answer.headers)).toEqual({ ...EVERYWHERE, "cache-control": "no-store" });
  }
  expectProblem(await say(hub.httpPort, head("200-ok", 2)), 417, "expectation-failed");
  expect((await clientsOf(hub)).toSorted()).toEqual([
    expect.stringMatching(/^expectation-failed: On POST \/data: “Expect: 200-ok” cannot be met/),
    expect.stringMatching(/^too-large: On POST \/api\/v1\/session: The message has over 262144 bytes/),
    expect.stringMatching(/^too-large: On POST \/data: The message has over 262144 bytes/),
  ]);

  const body = '{"device_id":"pi","t":1}';
  const taken = connect(hub.httpPort, "127.0.0.1");
  taken.write(head("100-continue", body.length));
  const next = async () => String(await new Promise((resolve) => taken.once("data", resolve)));
  expect(await next()).toMatch(/^HTTP\/1\.1 100 /);
  taken.write(body);
  expect(await next()).toMatch(/^HTTP\/1\.1 200 /);
  taken.destroy();
});

test("an upgrade to HTTP/2 is ignored: curl --http2, and Java's client", async () => {
  const curl = await run("curl", [
    "-s",
    "--http2",
    "-w",
    " %{http_code} %{http_version}",
    `${shared.file.http}/healthz`,
  ]);
  expect(curl).toMatch(/"status":"ok".* 200 1\.1$/);
  const body = '{"device_id":"pi","t":1}';
  const offer = [
    "Host: localhost",
    "Connection: Upgrade, HTTP2-Settings",
    "HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk",
    "Upgrade: h2c",
  ];
  const post = `${lines("POST /data HTTP/1.1", ...offer, `Content-Length: ${body.length}`, "Content-Type: application/json")}${body}`;
  const socket = connect(shared.httpPort, "127.0.0.1");
  const next = async () => String(await new Promise((resolve) => socket.once("data", resolve)));
  // The connection is kept, as it is for others.
  for (let times = 0; times < 2; times++) {
    socket.write(post);
    expect(await next()).toMatch(/^HTTP\/1\.1 200 OK.*"accepted":1/s);
  }
  socket.write(lines("GET /nothing HTTP/1.1", ...offer));
  expect(await next()).toMatch(/^HTTP\/1\.1 404 .*no-such-route/s);
  socket.destroy();
});

const J = '{"device_id":"h","t":1}';
const HEAD = ["Host: localhost", "Content-Type: application/json"];
const length = `Content-Length: ${J.length}`;

test.concurrent.each([
  ["no Host", lines("POST /data HTTP/1.1", "Connection: close", length, "", J), /add “Host: ”/],
  ["no empty line", `POST /data HTTP/1.1\r\n${HEAD.join("\r\n")}\r\n${length}\r\n${J}\r\n`, /put an empty line/],
  ["LF alone", `POST /data HTTP/1.1\n${HEAD.join("\n")}\n${length}\n\n${J}`, /end each with CR LF/],
  [
    "a space before the colon",
    lines("POST /data HTTP/1.1", "Host : localhost", length, "", J),
    /“Host : localhost” has a space/,
  ],
  [
    "a method in small letters",
    lines("post /data HTTP/1.1", ...HEAD, length, "", J),
    /“post \/data .*capital letters, such as POST/,
  ],
  [
    "a length that is no number",
    lines("POST /data HTTP/1.1", ...HEAD, "Content-Length: many", "", J),
    /no number of bytes/,
  ],
  [
    "a length that is too short",
    lines("POST /data HTTP/1.1", ...HEAD, "Content-Length: 15", "", J),
    /is too short: it counts bytes/,
  ],
  ["a body of two lines", lines("PUT /data HTTP/1.1", ...HEAD, length, "{", "}"), /put an empty line/],
])("a request by hand with %s is told what is wrong, and listed", async (_what, text, words) => {
  const { message } = expectProblem(await say(shared.httpPort, text), 400, "bad-request");
  expect(message).toMatch(words);
  expect(await clientsOf(shared)).toContainEqual(expect.stringMatching(words));
});
