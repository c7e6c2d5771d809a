// The hub's own broker keeps the contract of the port.
import { once } from "node:events";
import { generate } from "mqtt-packet";
import { pino } from "pino";
import { expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { Admission } from "../../../../src/hub/access/limits/admission.ts";
import { Budget } from "../../../../src/hub/access/limits/budget.ts";
import { Networks } from "../../../../src/hub/access/networks.ts";
import { ANONYMOUS } from "../../../../src/hub/access/principal.ts";
import type { BrokerHandlers } from "../../../../src/hub/broker/mqtt-broker.ts";
import { readConfig } from "../../../../src/hub/config.ts";
import { createCore } from "../../../../src/hub/core.ts";
import { DataFolder } from "../../../../src/hub/data-folder.ts";
import { ConnectionFailures } from "../../../../src/hub/diagnostics/connection-failures.ts";
import { MqttDiagnostics } from "../../../../src/hub/transport/mqtt/diagnostics.ts";
import { EmbeddedBroker } from "../../../../src/hub/transport/mqtt/embedded-broker.ts";
import { brokerContract, type OpenBroker } from "../../../contract/broker.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { makeTemporaryFolder } from "../../../support/hub.ts";

/** The broker among the hub's real parts; the store alone is started, since the test takes the messages. */
async function openEmbeddedBroker(
  handlers: BrokerHandlers,
  port: number,
): Promise<OpenBroker & { readonly broker: EmbeddedBroker }> {
  const temporary = makeTemporaryFolder();
  const read = readConfig(["--data", temporary.path, "--anonymous", "all"], {});
  if (read.kind !== "config") throw new Error("no configuration");
  const clock = new FakeClock(Date.UTC(2026, 0, 31, 12));
  const log = pino({ enabled: false });
  const { access, store, commands, budget, ingest, floodLog, tap } = createCore({
    config: read.config,
    folder: new DataFolder(temporary.path),
    version: "test",
    clock,
    freeBytes: async () => 1e12,
    log,
    onDeath: (error) => {
      throw error;
    },
  });
  await store.start();
  const broker = new EmbeddedBroker({
    ...handlers,
    host: "127.0.0.1",
    port: { number: port, named: true },
    records: store.records,
    version: "test",
    commands,
    access,
    admission: new Admission({
      networks: new Networks([]),
      proxies: access.proxies,
      isLimited: true,
      isShortOfMemory: () => false,
    }),
    budget,
    diagnostics: new MqttDiagnostics({
      failures: new ConnectionFailures(clock),
      ingest,
      audit: access.audit,
      httpPort: () => 8080,
      mqttsPort: () => 0,
      onDuplicateId: () => undefined,
      clock,
      log,
      floodLog,
    }),
    tap,
    clock,
    log,
  });
  return {
    broker,
    async [Symbol.asyncDispose]() {
      await broker.stop();
      await store.stop();
      temporary[Symbol.dispose]();
    },
  };
}

brokerContract("The embedded broker", openEmbeddedBroker);

test("each frame of a WebSocket is charged, however short", async () => {
  const stored: Awaited<ReturnType<BrokerHandlers["onPublish"]>> = {
    kind: "stored",
    accepted: 1,
    isQuarantined: false,
    skipped: [],
  };
  const handlers: BrokerHandlers = { onPublish: async () => stored, onSession: () => undefined };
  await using opened = await openEmbeddedBroker(handlers, 0);
  await opened.broker.start();
  const budget = new Budget(64 * 1024 * 1024);
  budget.start(new FakeClock(0));
  using server = new DisposableServer();
  server.on("connection", (socket: WebSocket) => {
    const share = budget.open({ resume: () => undefined, cut: (reason) => expect.unreachable(reason) });
    const connection = { principal: ANONYMOUS, address: "127.0.0.1", isWaiting: () => false, resume: () => undefined };
    opened.broker.route.open({ ...connection, socket, share }, new URL("ws://localhost/mqtt"));
    socket.on("message", () => taken.push(budget.figures.inFlightBytes));
  });
  const taken: number[] = [];
  await once(server, "listening");
  const client = new WebSocket(server.url, "mqtt");
  await once(client, "open");
  const packet = generate({ cmd: "connect", clientId: "byte-by-byte", clean: true, keepalive: 0 });
  for (const byte of packet) client.send(Buffer.of(byte));
  await once(client, "message");
  expect(taken).toHaveLength(packet.length);
  // What was taken is released in the turn after.
  expect(Math.max(...taken)).toBeGreaterThanOrEqual(1_024);
  client.terminate();
});

class DisposableServer extends WebSocketServer {
  constructor() {
    super({ host: "127.0.0.1", port: 0 });
  }

  get url(): string {
    const address = this.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen");
    return `ws://127.0.0.1:${address.port}`;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
