// Publishes that are encoded before they are needed: of each only the packet's id is written when it is sent.
import type { Socket } from "node:net";
import { generate } from "mqtt-packet";
import type { MqttVersion } from "./mqtt-socket.ts";
import { sensorPayload } from "./payload.ts";

const MIN_PACKETS = 32;
const MAX_PACKET_IDS = 65_535;

export class PublishRing {
  readonly #bytes: Buffer;
  readonly #packets: number;
  readonly #packetBytes: number;
  readonly #idOffset: number;
  #sent = 0;

  /** `inFlight` is how many may be unacknowledged at once: their bytes must not be written over before they have left. */
  constructor(device: string, inFlight: number, version: MqttVersion = 4) {
    this.#packets = Math.max(MIN_PACKETS, 2 * inFlight);
    const packets = Array.from({ length: this.#packets }, () => encode(device, version));
    this.#bytes = Buffer.concat(packets);
    this.#packetBytes = this.#bytes.length / this.#packets;
    const propertyBytes = version === 5 ? 1 : 0;
    this.#idOffset = this.#packetBytes - sensorPayload().length - propertyBytes - 2;
  }

  /** Sends that many, with ids that count on from the last one's; answers the last id. */
  send(socket: Socket, count: number): number {
    let left = count;
    while (left > 0) {
      const first = this.#sent % this.#packets;
      const run = Math.min(left, this.#packets - first);
      const startByte = first * this.#packetBytes;
      const endByte = startByte + run * this.#packetBytes;
      for (let at = startByte + this.#idOffset; at < endByte; at += this.#packetBytes) {
        const id = (this.#sent++ % MAX_PACKET_IDS) + 1;
        this.#bytes[at] = id >> 8;
        this.#bytes[at + 1] = id & 0xff;
      }
      socket.write(this.#bytes.subarray(startByte, endByte));
      left -= run;
    }
    return ((this.#sent - 1) % MAX_PACKET_IDS) + 1;
  }
}

function encode(device: string, protocolVersion: MqttVersion): Buffer {
  const publish = { cmd: "publish", qos: 1, messageId: 1, dup: false, retain: false } as const;
  return generate({ ...publish, topic: `sensor/${device}/data`, payload: sensorPayload() }, { protocolVersion });
}
