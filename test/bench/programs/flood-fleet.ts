// Clients of one version that publish at QoS 1 as fast as the broker takes it: every acknowledgement is answered with the next message.
// Where it listens, one more client hears all messages at QoS 0.
import type { Socket } from "node:net";
import { generate } from "mqtt-packet";
import { type Static, Type } from "typebox";
import { Target } from "./load-socket.ts";
import { type Login, type MqttVersion, openMqtt } from "./mqtt-socket.ts";
import { PublishRing } from "./publish-ring.ts";
import { untilNone } from "./window.ts";

const PUBACK_BYTES = 4;
const PUBLISH = 3;
const UNSUBACK = 11;
/** Devices of their own, with names of the same length. */
const DEVICE_PREFIX = { 4: "pi", 5: "p5" };

export const FleetOptions = Type.Object({
  ...Target.properties,
  clients: Type.Integer(),
  inFlight: Type.Integer(),
  listens: Type.Optional(Type.Boolean()),
});
type FleetOptions = Static<typeof FleetOptions>;

export class FloodFleet {
  readonly #options: FleetOptions;
  readonly #version: MqttVersion;
  readonly #begin: (() => void)[] = [];
  #listener: Socket | null = null;
  #acknowledgedBytes = 0;
  #sent = 0;
  #heard = 0;
  #isStopped = true;
  #unsubscribed = Promise.withResolvers<void>();

  private constructor(options: FleetOptions, version: MqttVersion) {
    this.#options = options;
    this.#version = version;
  }

  /** Resolves once all are connected. */
  static async open(options: FleetOptions, version: MqttVersion): Promise<FloodFleet> {
    const fleet = new FloodFleet(options, version);
    if (options.listens === true) await fleet.#listen();
    await Promise.all(Array.from({ length: options.clients }, (_, index) => fleet.#openClient(index)));
    return fleet;
  }

  get acknowledged(): number {
    return Math.floor(this.#acknowledgedBytes / PUBACK_BYTES);
  }

  /** Messages that have arrived where it listens, else those that were acknowledged. */
  get counted(): number {
    return this.#listener === null ? this.acknowledged : this.#heard;
  }

  start(): void {
    this.#isStopped = false;
    this.#listener?.write(this.#packet({ cmd: "subscribe", messageId: 1, subscriptions: [{ topic: "#", qos: 0 }] }));
    for (const begin of this.#begin) begin();
  }

  /** Resolves once all that was sent is acknowledged, and all that was heard of it has arrived. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await untilNone(() => this.#sent - this.acknowledged);
    if (this.#listener === null) return;
    this.#unsubscribed = Promise.withResolvers();
    this.#listener.write(this.#packet({ cmd: "unsubscribe", messageId: 2, unsubscriptions: ["#"] }));
    await this.#unsubscribed.promise;
  }

  async #openClient(index: number): Promise<void> {
    const { inFlight, keys } = this.#options;
    const version = this.#version;
    const device = `${DEVICE_PREFIX[version]}-${index + 1}`;
    const ring = new PublishRing(device, inFlight, version);
    let splitBytes = 0;
    const send = (count: number) => {
      this.#sent += count;
      ring.send(socket, count);
    };
    const receive = ({ length }: Buffer): void => {
      this.#acknowledgedBytes += length;
      const bytes = splitBytes + length;
      splitBytes = bytes % PUBACK_BYTES;
      if (!this.#isStopped) send((bytes - splitBytes) / PUBACK_BYTES);
    };
    const login: Login = { version, ...(keys?.[index] === undefined ? {} : { key: keys[index] }) };
    const socket = await openMqtt(this.#options, device, receive, login);
    this.#begin.push(() => send(inFlight));
  }

  /** Reads the packets of a stream, which are all shorter than 128 bytes. */
  async #listen(): Promise<void> {
    let type = 0;
    let skip = 0;
    let needsLength = false;
    const onBytes = (bytes: Buffer) => {
      let at = 0;
      while (at < bytes.length) {
        if (skip > 0) {
          const step = Math.min(skip, bytes.length - at);
          skip -= step;
          at += step;
        } else if (needsLength) {
          skip = bytes[at++] ?? 0;
          needsLength = false;
          if (type === PUBLISH) this.#heard++;
          else if (type === UNSUBACK) this.#unsubscribed.resolve();
        } else {
          needsLength = true;
          type = (bytes[at++] ?? 0) >> 4;
        }
      }
    };
    this.#listener = await openMqtt(this.#options, `listener-${this.#version}`, onBytes, { version: this.#version });
  }

  #packet(packet: Parameters<typeof generate>[0]): Buffer {
    return generate(packet, { protocolVersion: this.#version });
  }
}
