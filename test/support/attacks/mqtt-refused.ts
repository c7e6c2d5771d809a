// MQTT clients that send nothing but what is refused: each refusal is worth a record, an answer, or a place in a list.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { fill, fillNumbered, mqttPublish } from "./encode.ts";
import { mqttFlood } from "./plans.ts";
import { mqttPubrel } from "./qos2.ts";

const CLIENTS = 20;
const PACKET_IDS = 1_000;
const UNKNOWN_DEVICES = 5_000;
const FORBIDDEN = { topic: "x", payload: "1" };

const flood =
  (packets: Buffer): StartAttack =>
  ({ mqttPort }, size) =>
    new Attack(times(portion(CLIENTS, size), () => mqttFlood(mqttPort, packets)));

export const mqttForbidden = flood(fill(mqttPublish(FORBIDDEN)));
export const mqttForbiddenQos1 = flood(
  fillNumbered(PACKET_IDS, (messageId) => mqttPublish({ ...FORBIDDEN, qos: 1, messageId })),
);
export const mqttForbiddenQos2 = flood(
  fillNumbered(PACKET_IDS, (messageId) =>
    Buffer.concat([mqttPublish({ ...FORBIDDEN, qos: 2, messageId }), mqttPubrel(messageId)]),
  ),
);
export const mqttBadJson = flood(fill(mqttPublish({ topic: "sensor/data", payload: '{"t":' })));
/** While unknown devices have to ask. */
export const mqttUnknownDevices = flood(
  fillNumbered(UNKNOWN_DEVICES, (number) =>
    mqttPublish({ topic: `sensor/unknown-${number}/data`, payload: '{"t":1}' }),
  ),
);
