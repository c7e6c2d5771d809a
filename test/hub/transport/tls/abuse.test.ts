// Clients that never finish a handshake, or use another protocol: bounded in time and number, and reported.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { expect, test } from "vitest";
import { issueCertificate, makeAuthority } from "../../../../src/hub/transport/tls/authority.ts";
import { type HandshakeFailure, Handshakes } from "../../../../src/hub/transport/tls/handshakes.ts";
import { openTls, startTlsHub, untilTrue } from "../../../support/tls.ts";

interface Client {
  code: string;
  message: string;
  address: string;
}

async function failedClients(hub: { fetch(path: string): Promise<Response> }): Promise<Client[]> {
  return ((await (await hub.fetch("/api/v1/doctor")).json()) as { clients: Client[] }).clients;
}

/** Sends bytes, and resolves with what came back once the other side closed. */
async function exchange(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
  });
  socket.on("error", () => undefined);
  socket.write(bytes);
  await once(socket, "close");
  return text;
}

const MQTT_CONNECT = Buffer.from("101000044d51545404020000000474657374", "hex");

test("HTTP, MQTT and garbage on the TLS ports are closed and reported", async () => {
  await using tls = await startTlsHub();
  const { hub, ca, httpsPort, mqttsPort } = tls;
  const answer = await exchange(httpsPort, "GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 400 .*Ask for https:/s);
  expect(await exchange(mqttsPort, "GET / HTTP/1.1\r\n\r\n")).toBe("");
  expect(await exchange(mqttsPort, MQTT_CONNECT)).toBe("");
  expect(await exchange(httpsPort, MQTT_CONNECT)).toBe("");
  expect(await exchange(httpsPort, "rubbish")).toBe("");
  expect((await exchange(mqttsPort, Buffer.from("160301000500000000ff", "hex"))).length).toBeLessThan(20);
  const clients = await failedClients(hub);
  const messages = clients.map(({ message }) => message);
  expect(messages).toContainEqual(expect.stringContaining("spoke HTTP without TLS to the HTTPS port"));
  expect(messages).toContainEqual(expect.stringContaining("sent an HTTP request to the MQTTS port"));
  expect(messages).toContainEqual(expect.stringContaining("spoke MQTT without TLS to the MQTTS port"));
  expect(messages).toContainEqual(expect.stringContaining("spoke MQTT to the HTTPS port"));
  expect(messages).toContainEqual(expect.stringContaining("is not TLS"));
  expect(messages).toContainEqual(expect.stringContaining("handshake on the MQTTS port failed"));
  (await openTls(httpsPort, { ca })).destroy();
});

test("TLS on the plain ports is reported with the TLS ports", async () => {
  await using tls = await startTlsHub();
  await expect(openTls(tls.hub.httpPort)).rejects.toThrow();
  await expect(openTls(tls.hub.mqttPort)).rejects.toThrow();
  const messages = (await failedClients(tls.hub)).map(({ message }) => message);
  expect(messages).toContainEqual(expect.stringContaining(`HTTPS is on port ${tls.httpsPort}`));
  expect(messages).toContainEqual(expect.stringContaining(`MQTTS is on port ${tls.mqttsPort}`));
});

test("an old TLS version and an HTTP/2-only client are refused and reported", async () => {
  await using tls = await startTlsHub();
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0", ca: tls.ca } as const;
  await expect(openTls(tls.httpsPort, old)).rejects.toThrow(/protocol version/);
  await expect(openTls(tls.httpsPort, { ca: tls.ca, ALPNProtocols: ["h2"] })).rejects.toThrow(/application protocol/);
  const messages = (await failedClients(tls.hub)).map(({ message }) => message);
  expect(messages).toContainEqual(expect.stringContaining("older than 1.2"));
  expect(messages).toContainEqual(expect.stringContaining("offers only protocols"));
  const socket = await openTls(tls.httpsPort, { ca: tls.ca, ALPNProtocols: ["h2", "http/1.1"] });
  expect(socket.alpnProtocol).toBe("http/1.1");
  socket.destroy();
});

test("a client that sends and closes its side gets its answer over TLS, too", async () => {
  await using tls = await startTlsHub();
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    const socket = await openTls(tls.httpsPort, { ca: tls.ca, maxVersion, allowHalfOpen: true });
    let text = "";
    socket.on("data", (piece: Buffer) => {
      text += piece.toString();
    });
    socket.end("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    await once(socket, "close");
    expect(text).toContain("200 OK");
  }
});

test("the 201st connection of one address is refused over TLS as without it", async () => {
  await using tls = await startTlsHub();
  const sockets = Array.from({ length: 200 }, () => connect(tls.mqttsPort, "127.0.0.1"));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  const refused = await openTls(tls.mqttsPort, { ca: tls.ca });
  refused.write(MQTT_CONNECT);
  const [answer] = await once(refused, "data");
  expect(answer).toEqual(Buffer.from([0x20, 2, 0, 3]));
  sockets.pop()?.destroy();
  await untilTrue("the hub has noticed", async () => {
    const socket = await openTls(tls.mqttsPort, { ca: tls.ca });
    socket.write(MQTT_CONNECT);
    const [connack] = await once(socket, "data");
    socket.destroy();
    return connack[3] === 0;
  });
  for (const socket of sockets) socket.destroy();
});

interface Bench extends AsyncDisposable {
  readonly port: number;
  readonly handshakes: Handshakes;
  readonly failures: HandshakeFailure[];
  readonly ca: string;
}

/** Handshakes on a port of their own, with more time than they have where they are real: a machine may be slow. */
async function startBench(timeoutMs = 30_000): Promise<Bench> {
  const failures: HandshakeFailure[] = [];
  const handshakes = new Handshakes({
    onFailure: (_address, one) => failures.push(one),
    answerOther: () => null,
    timeoutMs,
  });
  const authority = await makeAuthority("bench", Date.now());
  handshakes.present(await issueCertificate(authority, ["localhost", "127.0.0.1"], Date.now()));
  const server: Server = createServer({ allowHalfOpen: true }, (raw: Socket) => {
    handshakes.begin(raw, (socket) => socket.end("secure"));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const dispose = async (): Promise<void> => {
    handshakes.stop();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port, handshakes, failures, ca: authority.certPem, [Symbol.asyncDispose]: dispose };
}

test("unfinished handshakes of one address do not block others, and time out", async () => {
  await using bench = await startBench(3_000);
  const beginning = Buffer.from("1603010200010001fc0303", "hex");
  const slow = Array.from({ length: 40 }, () => connect(bench.port, "127.0.0.1"));
  for (const socket of slow) socket.on("error", () => undefined).write(beginning);
  const closed = Promise.all(slow.map((socket) => once(socket, "close")));
  await Promise.all(slow.map((socket) => once(socket, "connect")));
  const other = await openTls(bench.port, { ca: bench.ca, localAddress: "127.0.0.2" });
  expect(String((await once(other, "data"))[0])).toBe("secure");
  other.destroy();
  await closed;
  expect(bench.failures).toHaveLength(40);
  expect(bench.failures.every(({ kind }) => kind === "too slow")).toBe(true);
});

test("a thousand concurrent clients all connect", async () => {
  await using bench = await startBench();
  const opened = Array.from({ length: 1_000 }, async (_, index) => {
    const socket = await openTls(bench.port, { ca: bench.ca, localAddress: `127.0.1.${1 + (index % 250)}` });
    const [text] = await once(socket, "data");
    socket.destroy();
    return String(text);
  });
  expect(new Set(await Promise.all(opened))).toEqual(new Set(["secure"]));
  expect(bench.failures).toEqual([]);
});
