// Valid messages of thousands of readings, as fast as the hub takes them. They hold the same old times again and again, so
// that each replaces the readings of the one before and the disk does not fill.
import { Attack, portion, type StartAttack, type Target, times } from "./attack.ts";
import { httpPost, mqttConnect, mqttPublish, webSocketFrame } from "./encode.ts";
import { httpFlood, mqttFlood, webSocketFlood } from "./plans.ts";
import type { StreamPlan } from "./raw-stream.ts";

const CLIENTS = 40;
const READINGS = 8_000;
const METRICS_PER_DEVICE = 500;
const FIRST_SECOND = Date.UTC(2024, 0, 1) / 1_000;

const batch = JSON.stringify(times(READINGS, (index) => ({ ts: FIRST_SECOND + index, t: 1 })));
/** A WebSocket takes one object a message. */
const manyMetrics = Object.fromEntries(times(METRICS_PER_DEVICE, (index) => [`m${index}`, 1]));

const eachClient =
  (plan: (target: Target, device: string) => StreamPlan): StartAttack =>
  (target, size) =>
    new Attack(times(portion(CLIENTS, size), (index) => plan(target, `batches-${index + 1}`)));

const overMqtt = (qos: 0 | 1) =>
  eachClient(({ mqttPort }, device) =>
    mqttFlood(mqttPort, mqttPublish({ topic: `sensor/${device}/data`, payload: batch, qos })),
  );

export const bigBatchesQos0 = overMqtt(0);
export const bigBatchesQos1 = overMqtt(1);
export const bigBatchesHttp = eachClient(({ httpPort }, device) =>
  httpFlood(
    httpPort,
    httpPost(
      "/data",
      JSON.stringify(
        times(READINGS / METRICS_PER_DEVICE, (index) => ({
          device_id: device,
          ts: FIRST_SECOND + index,
          ...manyMetrics,
        })),
      ),
    ),
  ),
);
export const bigBatchesWebSocket = eachClient(({ httpPort }, device) => {
  const reading = { type: "reading", device_id: device, ts: FIRST_SECOND, ...manyMetrics };
  return webSocketFlood(httpPort, webSocketFrame(JSON.stringify(reading)));
});

const WILL_CLIENTS = 900;
/** As many as a will has room for. */
const READINGS_PER_WILL = 2_700;

/** Batches that are published once their clients have left, which all do in one moment. */
export const bigBatchesWills: StartAttack = ({ mqttPort }, size) => {
  const readings = times(READINGS_PER_WILL, (index) => ({ ts: FIRST_SECOND + index, t: 1 }));
  const payload = Buffer.from(JSON.stringify(readings));
  return new Attack(
    times(portion(WILL_CLIENTS, size), (index) => ({
      port: mqttPort,
      opening: mqttConnect({ topic: `sensor/batches-${(index % CLIENTS) + 1}/data`, payload }),
      awaitsAnswer: true,
      reads: true,
      next: () => null,
    })),
  );
};
