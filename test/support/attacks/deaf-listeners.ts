// Those who ask to be told and never read, while somebody goes on talking.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { fill, mqttPublish, mqttSubscribe, webSocketUpgrade } from "./encode.ts";
import { mqttDeaf, mqttFlood } from "./plans.ts";
import type { StreamPlan } from "./raw-stream.ts";

const SUBSCRIBERS = 100;
const LISTENERS = 100;
const MESSAGE_BYTES = 100_000;

/** Needs an open broker. */
export const deafSubscribers: StartAttack = ({ mqttPort }, size) => {
  const message = mqttPublish({ topic: "t/x", payload: Buffer.alloc(MESSAGE_BYTES, "a") });
  const subscribe = mqttSubscribe(["t/#"]);
  return new Attack([
    mqttFlood(mqttPort, message),
    ...times(portion(SUBSCRIBERS, size), () => mqttDeaf(mqttPort, subscribe)),
  ]);
};

/** Of the live feed, signed in. */
export const deafLiveListeners: StartAttack = ({ mqttPort, httpPort, token }, size) => {
  const listener: StreamPlan = {
    port: httpPort,
    opening: webSocketUpgrade("/api/v1/live", token),
    awaitsAnswer: true,
    reads: false,
    next: () => null,
  };
  const reading = mqttPublish({ topic: "sensor/attacker-live/data", payload: '{"t":1}' });
  return new Attack([mqttFlood(mqttPort, fill(reading)), ...times(portion(LISTENERS, size), () => listener)]);
};
