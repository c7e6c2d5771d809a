// The streams that most attacks are made of.
import { mqttConnect, mqttPing, webSocketUpgrade } from "./encode.ts";
import type { StreamPlan } from "./raw-stream.ts";

const nothing = Buffer.alloc(0);
const endless = (bytes: Buffer) => () => bytes;

/** An MQTT client that sends these bytes again and again, and reads the acknowledgements. */
export function mqttFlood(port: number, bytes: Buffer): StreamPlan {
  return { port, opening: mqttConnect(), awaitsAnswer: true, reads: true, next: endless(bytes) };
}

/** Requests without an end, none of which waits for the answer to the one before. */
export function httpFlood(port: number, requests: Buffer): StreamPlan {
  return { port, opening: nothing, awaitsAnswer: false, reads: true, next: endless(requests) };
}

export function webSocketFlood(port: number, frames: Buffer, reads = true): StreamPlan {
  return { port, opening: webSocketUpgrade("/ws"), awaitsAnswer: true, reads, next: endless(frames) };
}

/** Sends what follows its CONNECT, and never reads; its pings tell it when the hub has cut it. */
export function mqttDeaf(port: number, bytes: Buffer): StreamPlan {
  return {
    port,
    opening: mqttConnect(),
    awaitsAnswer: true,
    reads: false,
    next: (round) => (round === 0 ? bytes : null),

    trickle: mqttPing,
  };
}
