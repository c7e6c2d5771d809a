// The hub's own broker keeps the contract of the port.
import { pino } from "pino";
import { Admission } from "../../../../src/hub/access/limits/admission.ts";
import { Networks } from "../../../../src/hub/access/networks.ts";
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
async function openEmbeddedBroker(handlers: BrokerHandlers, port: number): Promise<OpenBroker> {
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
