// Well-behaved clients stay connected, whatever happens to the hub's computer; one that is refused gets the reason.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { expect, test } from "vitest";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { startHubInside } from "../../support/hub-inside.ts";
import { until } from "../../support/until.ts";

const PINGREQ = generate({ cmd: "pingreq" });

function hello(clientId: string, keepalive: number, protocolVersion: 4 | 5 = 4): Buffer {
  return generate({ cmd: "connect", clientId, keepalive, clean: true, protocolId: "MQTT", protocolVersion });
}

/** A client whose CONNECT was accepted. */
async function join(port: number, clientId: string, keepalive: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.write(hello(clientId, keepalive));
  await once(socket, "data");
  socket.resume();
  return socket;
}

test.concurrent("a computer that sleeps finds its clients where they were, as long as they went on pinging", async () => {
  await using hub = await startTestHub();
  const KEEP_ALIVE_SECONDS = 2;
  const client = await join(hub.mqttPort, "pi", KEEP_ALIVE_SECONDS);
  const silent = await join(hub.mqttPort, "silent", KEEP_ALIVE_SECONDS);
  let pinged = 0;
  const pings = setInterval(() => {
    client.write(PINGREQ);
    pinged++;
  }, 500);
  process.kill(hub.pid, "SIGSTOP");
  await until("it slept for three keep-alives", async () => pinged >= 6 * KEEP_ALIVE_SECONDS || undefined);
  process.kill(hub.pid, "SIGCONT");
  await once(silent, "close");
  expect(client.destroyed).toBe(false);
  clearInterval(pings);
  client.destroy();
});

test.concurrent("a clock that is set ahead by a day makes nobody silent", async () => {
  await using hub = await startHubInside();
  const client = await join(hub.mqttPort, "pi", 10);
  hub.clock.set(hub.clock.now() + 24 * 3_600_000);
  hub.clock.advance(1_000);
  const answered = once(client, "data");
  client.write(PINGREQ);
  await answered;
  const closed = once(client, "close");
  hub.clock.advance(17_000);
  await closed;
});

test.concurrent("a connection over the limit of its address is refused in its own protocol", async () => {
  await using hub = await startTestHub();
  const connectAll = (port: number) =>
    Promise.all(
      Array.from({ length: 200 }, async () => {
        const socket = connect(port, "127.0.0.1").on("error", () => undefined);
        await once(socket, "connect");
        return socket;
      }),
    );
  const mqtt = await connectAll(hub.mqttPort);
  for (const [version, answer] of [
    [4, Buffer.of(0x20, 2, 0, 3)],
    [5, Buffer.of(0x20, 3, 0, 0x97, 0)],
  ] as const) {
    const late = connect(hub.mqttPort, "127.0.0.1");
    late.write(hello("late", 60, version));
    const [heard] = await once(late, "data");
    expect(heard).toEqual(answer);
    await once(late, "close");
  }
  const { clients } = await hub.json<{ clients: { code: string; message: string }[] }>("/api/v1/doctor");
  expect(clients).toContainEqual(
    expect.objectContaining({ code: "not-admitted", message: expect.stringContaining("--no-rate-limit") }),
  );
  for (const socket of mqtt) socket.destroy();

  const http = await connectAll(hub.httpPort);
  const late = connect(hub.httpPort, "127.0.0.1");
  late.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let answer = "";
  late.on("data", (chunk: Buffer) => {
    answer += chunk.toString();
  });
  await once(late, "close");
  expect(answer).toMatch(/^HTTP\/1\.1 503 /);
  expect(answer).toMatch(/^retry-after: \d+/im);
  expect(answer).toContain('{"error":"too-many-connections","message":"');
  expect(answer).toContain("--no-rate-limit");
  for (const socket of http) socket.destroy();
});

test.concurrent("--no-rate-limit lets one address have more than 200 connections", async () => {
  await using hub = await startTestHub("--no-rate-limit");
  const sockets = await Promise.all(Array.from({ length: 250 }, (_, index) => join(hub.mqttPort, `pi-${index}`, 60)));
  expect(await mqttClients(hub)).toBe(250);
  for (const socket of sockets) socket.destroy();
});

test.concurrent("when all connections are in use, a new one displaces one of the address with the most", async () => {
  await using hub = await startTestHub();
  const addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6"];
  const hoarders = await Promise.all(
    addresses.flatMap((localAddress) =>
      Array.from({ length: 200 }, async () => {
        const socket = connect({ port: hub.mqttPort, host: "127.0.0.1", localAddress }).on("error", () => undefined);
        await once(socket, "connect");
        return socket;
      }),
    ),
  );
  const newcomer = await join(hub.mqttPort, "pi", 60);
  await until("one has made place", async () => (hoarders.some(({ closed }) => closed) ? true : undefined));
  expect(newcomer.destroyed).toBe(false);
  for (const socket of [...hoarders, newcomer]) socket.destroy();
});

async function mqttClients(hub: TestHub): Promise<number> {
  const { mqtt } = await hub.json<{ mqtt: { clients: number } }>("/healthz");
  return mqtt.clients;
}
