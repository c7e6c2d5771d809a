// QoS 2 publishes that are never released: the hub has to remember each until then.
import { generate } from "mqtt-packet";
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { mqttConnect, mqttPing, mqttPublish } from "./encode.ts";

const CLIENTS = 3;
const MESSAGES_PER_CLIENT = 300;
const PAYLOAD_BYTES = 1_000_000;

export function mqttPubrel(messageId: number): Buffer {
  return generate({ cmd: "pubrel", messageId });
}

const held =
  (topic: string): StartAttack =>
  ({ mqttPort }, size) => {
    const payload = Buffer.alloc(PAYLOAD_BYTES, "a");
    const messages = portion(MESSAGES_PER_CLIENT, size);
    const next = (round: number) =>
      round < messages ? mqttPublish({ topic, payload, qos: 2, messageId: round + 1 }) : null;
    return new Attack(
      times(CLIENTS, () => ({
        port: mqttPort,
        opening: mqttConnect(),
        awaitsAnswer: true,
        reads: true,
        next,

        trickle: mqttPing,
      })),
    );
  };

export const qos2HeldForbidden = held("x");
export const qos2HeldReadings = held("sensor/data");
