// Bytes that attacks send, made before they are needed.
import { generate, type Packet } from "mqtt-packet";

/** Large enough that the attacker's own overhead for each write does not count. */
const POURED_BYTES = 64 * 1024;

/** For each write of a flood: the bytes laid end to end until they fill one. */
export function fill(bytes: Buffer): Buffer {
  return Buffer.concat(Array.from({ length: Math.ceil(POURED_BYTES / bytes.length) }, () => bytes));
}

/** As {@link fill}, of messages that differ by their number, from 1 to `count`. */
export function fillNumbered(count: number, message: (number: number) => Buffer): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => message(index + 1)));
}

let clients = 0;

/** A CONNECT under an id of its own, without keep-alive. */
export function mqttConnect(will?: { readonly topic: string; readonly payload: Buffer }): Buffer {
  const clientId = `attacker-${process.pid}-${++clients}`;
  const packet: Packet = { cmd: "connect", clientId, clean: true, keepalive: 0 };
  return generate(will === undefined ? packet : { ...packet, will: { ...will, qos: 0, retain: false } });
}

export interface Publication {
  readonly topic: string;
  readonly payload: string | Buffer;
  readonly qos?: 0 | 1 | 2;
  readonly messageId?: number;
  readonly retain?: boolean;
}

export function mqttPublish({ topic, payload, qos = 0, messageId = 1, retain = false }: Publication): Buffer {
  return generate({ cmd: "publish", topic, payload, qos, messageId, retain, dup: false });
}

export function mqttSubscribe(filters: readonly string[]): Buffer {
  const subscriptions = filters.map((topic) => ({ topic, qos: 0 as const }));
  return generate({ cmd: "subscribe", messageId: 1, subscriptions });
}

export const mqttPing = generate({ cmd: "pingreq" });

export function httpGet(path: string, token?: string): Buffer {
  const authorization = token === undefined ? "" : `Authorization: Bearer ${token}\r\n`;
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}\r\n`);
}

export function httpPost(path: string, body: string): Buffer {
  return Buffer.from(`${httpPostHead(path, Buffer.byteLength(body))}${body}`);
}

/** The head of a request whose body is `bodyBytes` long. */
export function httpPostHead(path: string, bodyBytes: number): string {
  const headers = ["Host: 127.0.0.1", "Content-Type: application/json", `Content-Length: ${bodyBytes}`];
  return `POST ${path} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`;
}

export function webSocketUpgrade(path: string, token?: string): Buffer {
  const authorization = token === undefined ? [] : [`Authorization: Bearer ${token}`];
  const headers = [
    "Host: 127.0.0.1",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    `Sec-WebSocket-Key: ${Buffer.alloc(16).toString("base64")}`,
    ...authorization,
  ];
  return Buffer.from(`GET ${path} HTTP/1.1\r\n${headers.join("\r\n")}\r\n\r\n`);
}

/** A frame of a client (RFC 6455, section 5.2), of text or of bytes; masked with zeros, its payload stands as it is. */
export function webSocketFrame(content: string | Buffer): Buffer {
  const payload = Buffer.from(content);
  return Buffer.concat([webSocketFrameHead(typeof content === "string" ? 0x81 : 0x82, payload.length), payload]);
}

function webSocketFrameHead(first: number, payloadBytes: number): Buffer {
  const mask = Buffer.alloc(4);
  if (payloadBytes < 126) return Buffer.concat([Buffer.from([first, 0x80 | payloadBytes]), mask]);
  const length = Buffer.alloc(payloadBytes < 65_536 ? 2 : 8);
  if (length.length === 2) length.writeUInt16BE(payloadBytes);
  else length.writeBigUInt64BE(BigInt(payloadBytes));
  return Buffer.concat([Buffer.from([first, 0x80 | (length.length === 2 ? 126 : 127)]), length, mask]);
}
