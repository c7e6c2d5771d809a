// Devices' WebSockets: one that sends without an end, and one that never reads what it is answered.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { fill, mqttConnect, mqttPublish, webSocketFrame, webSocketUpgrade } from "./encode.ts";
import { webSocketFlood } from "./plans.ts";

const LONG_SEQ_CHARACTERS = 200_000;
const SHORT_SEQ_CHARACTERS = 60;

function reading(seq: number | string): Buffer {
  return webSocketFrame(JSON.stringify({ type: "reading", device_id: "attacker-ws", t: 1, seq }));
}

const flood =
  (frames: Buffer): StartAttack =>
  ({ httpPort }) =>
    new Attack([webSocketFlood(httpPort, frames)]);

export const webSocketEmptyObjects = flood(fill(webSocketFrame("{}")));
export const webSocketReadings = flood(fill(reading(1)));

const NAMES_PER_WRITE = 100;

/** Speaks for another device with each message, none of which there is. */
export const webSocketMadeUpDevices: StartAttack = ({ httpPort }) => {
  const status = (number: number) =>
    webSocketFrame(JSON.stringify({ type: "status", device_id: `made-up-${number}`, status: "online" }));
  const next = (round: number) =>
    Buffer.concat(times(NAMES_PER_WRITE, (index) => status(NAMES_PER_WRITE * round + index)));
  return new Attack([{ ...webSocketFlood(httpPort, Buffer.alloc(0)), next }]);
};

/** What answers it repeats its `seq`. */
const neverReads =
  (seqCharacters: number): StartAttack =>
  ({ httpPort }) =>
    new Attack([webSocketFlood(httpPort, fill(reading("s".repeat(seqCharacters))), false)]);

export const webSocketDeafLongSeq = neverReads(LONG_SEQ_CHARACTERS);
export const webSocketDeafShortSeq = neverReads(SHORT_SEQ_CHARACTERS);

const MQTT_CLIENTS = 100;
const inOneByteFrames = (bytes: Buffer) =>
  Buffer.concat(times(bytes.length, (at) => webSocketFrame(bytes.subarray(at, at + 1))));

/** MQTT of which each byte has a frame of its own. */
export const webSocketMqttByteByByte: StartAttack = ({ httpPort }, size) => {
  const publishes = fill(inOneByteFrames(mqttPublish({ topic: "sensor/attacker-bytes/data", payload: '{"t":1}' })));
  return new Attack(
    times(portion(MQTT_CLIENTS, size), () => ({
      ...webSocketFlood(httpPort, publishes),
      opening: Buffer.concat([webSocketUpgrade("/mqtt"), inOneByteFrames(mqttConnect())]),
    })),
  );
};
