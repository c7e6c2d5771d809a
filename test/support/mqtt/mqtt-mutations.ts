// MQTT 5 packets that are nearly right: what clients really send, with bytes changed, lengths that lie, and pieces cut out or
// repeated. The same seed makes the same packets.
import { generate, type Packet } from "mqtt-packet";
import { randomNumbers } from "../random.ts";

const MQTT_5 = { protocolVersion: 5 };
const userProperties = { a: ["1", "2"], constructor: "x", ["__proto__"]: "y" };
const PUBLISH = { cmd: "publish", dup: false, retain: false } as const;

const SOUND: readonly Packet[] = [
  { ...PUBLISH, topic: "sensor/fuzz/data", payload: '{"t":1}', qos: 1, messageId: 1 },
  { ...PUBLISH, topic: "sensor/fuzz/data", payload: '{"t":1}', qos: 0, properties: { topicAlias: 1 } },
  { ...PUBLISH, topic: "", payload: '{"t":2}', qos: 1, messageId: 2, properties: { topicAlias: 1 } },
  {
    ...PUBLISH,
    topic: "a/b",
    payload: "x",
    qos: 2,
    messageId: 3,
    properties: {
      payloadFormatIndicator: true,
      messageExpiryInterval: 5,
      responseTopic: "a/c",
      correlationData: Buffer.from("id"),
      contentType: "text/plain",
      userProperties,
    },
  },
  {
    ...PUBLISH,
    topic: "constructor",
    payload: "kept",
    qos: 1,
    messageId: 4,
    retain: true,
    properties: { userProperties },
  },
  { ...PUBLISH, topic: "__proto__/x", payload: "", qos: 1, messageId: 5, retain: true },
  {
    cmd: "subscribe",
    messageId: 6,
    subscriptions: [
      { topic: "a/#", qos: 2, nl: true, rap: true, rh: 1 },
      { topic: "$share/g/a/+", qos: 1 },
      { topic: "constructor", qos: 0 },
      { topic: "__proto__", qos: 1 },
    ],
    properties: { subscriptionIdentifier: 268_435_455, userProperties },
  },
  { cmd: "unsubscribe", messageId: 7, unsubscriptions: ["a/#", "__proto__", "toString"] },
  { cmd: "puback", messageId: 1, reasonCode: 0x80, properties: { reasonString: "no", userProperties } },
  { cmd: "pubrec", messageId: 1, reasonCode: 0 },
  { cmd: "pubrel", messageId: 3, reasonCode: 0 },
  { cmd: "pubcomp", messageId: 1, reasonCode: 0 },
  { cmd: "pingreq" },
  { cmd: "disconnect", reasonCode: 4, properties: { sessionExpiryInterval: 9, reasonString: "bye" } },
];

const CONNECT: Packet = {
  cmd: "connect",
  protocolId: "MQTT",
  protocolVersion: 5,
  clientId: "__proto__",
  clean: false,
  keepalive: 9,
  will: {
    topic: "constructor/will",
    payload: Buffer.from("gone"),
    qos: 1,
    retain: true,
    properties: { willDelayInterval: 1, messageExpiryInterval: 2, userProperties },
  },
  properties: {
    sessionExpiryInterval: 10,
    receiveMaximum: 3,
    maximumPacketSize: 500,
    topicAliasMaximum: 2,
    requestProblemInformation: true,
    userProperties,
  },
};

const ONE_OF = {
  connect: 12,
  untouched: 6,
  lyingLength: 5,
  cut: 5,
  repeated: 4,
} as const;
const MAX_CHANGED_BYTES = 4;

export class MqttMutations {
  readonly #random: () => number;
  readonly #sound = SOUND.map((packet) => generate(packet, MQTT_5));
  readonly #connect = generate(CONNECT, MQTT_5);

  constructor(seed: number) {
    this.#random = randomNumbers(seed);
  }

  /** What a connection begins with: now and then it is not right itself. */
  opening(): Buffer {
    return this.#oneOf(ONE_OF.connect) ? this.#mutated(this.#connect) : this.#connect;
  }

  next(): Buffer {
    const packet = this.#sound[this.#below(this.#sound.length)] ?? Buffer.alloc(0);
    return this.#oneOf(ONE_OF.untouched) ? packet : this.#mutated(packet);
  }

  #mutated(packet: Buffer): Buffer {
    const bytes = Buffer.from(packet);
    for (let left = 1 + this.#below(MAX_CHANGED_BYTES); left > 0; left--)
      bytes[this.#below(bytes.length)] = this.#below(256);
    if (this.#oneOf(ONE_OF.lyingLength)) bytes[1] = this.#below(256);
    if (this.#oneOf(ONE_OF.cut)) return bytes.subarray(0, this.#below(bytes.length) + 1);
    if (!this.#oneOf(ONE_OF.repeated)) return bytes;
    const start = this.#below(bytes.length);
    const end = start + this.#below(bytes.length - start) + 1;
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  }

  #oneOf(count: number): boolean {
    return this.#below(count) === 0;
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }
}
