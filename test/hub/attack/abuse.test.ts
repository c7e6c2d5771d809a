// Whatever clients send and however they disconnect, the hub continues and releases their resources.
import { connect, type Socket } from "node:net";
import fc from "fast-check";
import { generate, type Packet } from "mqtt-packet";
import { expect, test } from "vitest";
import type { Health } from "../../../src/shared/api.ts";
import { startTestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const RUNS = 400;

const topic = fc.constantFrom(
  "sensor/data",
  "sensor/x/data",
  "bramble/x/metric/t",
  "bramble/x/status",
  "a/b",
  "$SYS/x",
);
const filter = fc.constantFrom("#", "+/x", "a#", "$share/g/x", "bramble/x/command", "");
const payload = fc.oneof(fc.constant('{"device_id":"x","t":1}'), fc.constant("offline"), fc.string());
const qos = fc.constantFrom(0, 1, 2);
const messageId = fc.integer({ min: 1, max: 65_535 });

const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ cmd: fc.constant("publish"), topic, payload, qos, messageId, dup: fc.boolean(), retain: fc.boolean() }),
  fc.record({
    cmd: fc.constant("subscribe"),
    messageId,
    subscriptions: fc.array(fc.record({ topic: filter, qos }), { minLength: 1 }),
  }),
  fc.record({ cmd: fc.constant("unsubscribe"), messageId, unsubscriptions: fc.array(filter, { minLength: 1 }) }),
  fc.record({ cmd: fc.constantFrom("pubrel", "puback", "pubrec", "pubcomp"), messageId }),
  fc.record({ cmd: fc.constantFrom("pingreq", "disconnect") }),
);

const will = fc.record({ topic, payload: payload.map((text) => Buffer.from(text)), qos, retain: fc.boolean() });

/** Few ids, so that clients push each other out. */
const hello: fc.Arbitrary<Packet> = fc.record(
  {
    cmd: fc.constant("connect"),
    clientId: fc.constantFrom("a", "b", "c"),
    keepalive: fc.constantFrom(0, 60),
    clean: fc.boolean(),
    will,
  },
  { requiredKeys: ["cmd", "clientId", "keepalive", "clean"] },
);

const bytes = fc.oneof(
  { weight: 5, arbitrary: packet.map((one) => generate(one)) },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((array) => Buffer.from(array)) },
);

const conversation = fc.record({
  chunks: fc.tuple(
    fc.option(
      hello.map((one) => generate(one)),
      { freq: 10 },
    ),
    fc.array(bytes, { maxLength: 10 }),
  ),
  hangUp: fc.constantFrom("end", "destroy", "reset"),
});

const hangUps: Readonly<Record<string, (socket: Socket) => void>> = {
  end: (socket) => socket.end(),
  destroy: (socket) => socket.destroy(),
  reset: (socket) => socket.resetAndDestroy(),
};

test("over MQTT", { timeout: 60_000 }, async () => {
  await using hub = await startTestHub("--anonymous", "all");
  const port = hub.mqttPort;
  const property = fc.asyncProperty(conversation, async ({ chunks: [first, rest], hangUp }) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    for (const chunk of [...(first === null ? [] : [first]), ...rest]) {
      await new Promise((resolve) => socket.write(chunk, resolve));
    }
    const closed = new Promise<void>((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));
    hangUps[hangUp]?.(socket);
    await closed;
  });
  await fc.assert(property, { numRuns: RUNS });
  await until("all of them are forgotten", async () => {
    const { status, mqtt } = await hub.json<Health>("/healthz");
    return status === "ok" && mqtt.clients === 0 ? true : undefined;
  });
  expect((await hub.post({ device_id: "pi", t: 1 })).status).toBe(200);
});
