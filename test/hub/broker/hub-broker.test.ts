// The hub contract on its own broker and behind a real Mosquitto. RabbitMQ, which only supports MQTT 3.1.1, is tested where
// BRAMBLE_TEST_RABBITMQ names a running one.
import { hubBrokerContract } from "../../contract/hub-broker.ts";
import { TestHub } from "../../support/hub.ts";
import { ensureMosquitto, Mosquitto } from "../../support/system/mosquitto.ts";
import { freePort } from "../../support/system/proxies.ts";

hubBrokerContract("the hub's own broker", async () => {
  const [http, mqtt] = [await freePort(), await freePort()];
  const hub = new TestHub([], ["--http-port", String(http), "--mqtt-port", String(mqtt)]);
  await hub.start();
  return {
    hub,
    brokerUrl: `mqtt://127.0.0.1:${mqtt}`,
    acknowledgedBy: "device",
    saysWhoListens: true,
    [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
  };
});

hubBrokerContract("Mosquitto", async () => {
  ensureMosquitto();
  const mosquitto = await Mosquitto.start("max_queued_messages 0");
  const hub = new TestHub(["--broker", mosquitto.url]);
  await hub.start();
  return {
    hub,
    brokerUrl: mosquitto.url,
    acknowledgedBy: "broker",
    saysWhoListens: true,
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      await mosquitto[Symbol.asyncDispose]();
    },
  };
});

/** Such as mqtt://guest:guest@127.0.0.1:1883. */
const rabbitmq = process.env["BRAMBLE_TEST_RABBITMQ"];
if (rabbitmq !== undefined)
  hubBrokerContract("RabbitMQ", async () => {
    const hub = new TestHub(["--broker", rabbitmq]);
    await hub.start();
    return {
      hub,
      brokerUrl: rabbitmq,
      acknowledgedBy: "broker",
      saysWhoListens: false,
      [Symbol.asyncDispose]: () => hub[Symbol.asyncDispose](),
    };
  });
