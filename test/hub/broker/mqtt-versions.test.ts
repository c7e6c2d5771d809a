// The MQTT version used with an outside broker: the one it supports, whatever happened before its first response; and a worker, which
// needs MQTT 5, reports a broker without it.
import { pino } from "pino";
import { beforeAll, expect, test } from "vitest";
import { BrokerConnection } from "../../../src/hub/broker/external/broker-connection.ts";
import { loopbackBroker } from "../../support/mqtt/loopback-broker.ts";
import { Relay } from "../../support/mqtt/relay.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { freePort } from "../../support/system/proxies.ts";
import { until } from "../../support/until.ts";

beforeAll(ensureMosquitto, 120_000);

/** A hub's connection, or a worker's, and what it logs. */
function connectionTo(port: number, isWorker: boolean) {
  const logged: string[] = [];
  const connection = new BrokerConnection({
    address: loopbackBroker(port),
    clientId: "test",
    filters: [{ filter: "sensor/+/data", wantsRetained: false, sharing: isWorker ? "shared" : "alone" }],
    needsMqtt5: isWorker,
    hasRoomFor: () => true,
    onMessage: ({ acknowledge }) => acknowledge(),
    onUp: () => undefined,
    onDown: () => undefined,
    log: pino({}, { write: (line) => logged.push(line) }),
  });
  return Object.assign(connection, { logged, [Symbol.asyncDispose]: () => connection.stop() });
}

const isUp = (connection: BrokerConnection) =>
  until("the connection", async () => (connection.isUp && connection.problem === null) || undefined);
const says = (connection: BrokerConnection, code: string) =>
  until(code, async () => connection.problem?.code === code || undefined);

test("a broker of MQTT 3.1.1 that starts after the hub is used with 3.1.1", async () => {
  await using mosquitto = await Mosquitto.start();
  const port = await freePort();
  await using connection = connectionTo(port, false);
  await connection.start();
  await says(connection, "broker/away/refused");
  await using relay = new Relay(mosquitto.port);
  relay.rejectsMqtt5 = true;
  await relay.listen(port);
  await isUp(connection);
  expect(connection.version).toBe("3.1.1");
});

test("a broker of MQTT 5 that was down behind a proxy is used with MQTT 5 again", async () => {
  await using mosquitto = await Mosquitto.start();
  await using relay = new Relay(mosquitto.port);
  await using connection = connectionTo(await relay.listen(), false);
  await connection.start();
  await isUp(connection);
  relay.endsAtOnce = 1;
  relay.cut();
  await until("it has tried again", async () => relay.connections === 3 || undefined);
  await isUp(connection);
  expect(connection.version).toBe("5");
});

test("a worker says that a broker has no shared subscriptions, once in its log, and goes on when it has", async () => {
  await using mosquitto = await Mosquitto.start();
  await using relay = new Relay(mosquitto.port);
  relay.rejectsMqtt5 = true;
  await using worker = connectionTo(await relay.listen(), true);
  await worker.start();
  await says(worker, "broker/away/cannot-share");
  await until("it has tried again", async () => relay.connections > 2 || undefined);
  expect(worker.logged.filter((line) => line.includes("broker/away/cannot-share"))).toHaveLength(1);
  relay.rejectsMqtt5 = false;
  await isUp(worker);
});
