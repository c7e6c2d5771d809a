// An honest device over MQTT: publishes with QoS 1, and resends unacknowledged messages after a lost connection.
import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";
import { type SentReading, SentReadings } from "./sent-readings.ts";

const RECONNECT_DELAY_MS = 100;
const KEEP_ALIVE_SECONDS = 60;
const LAST_PACKET_ID = 65_535;
/** CONNACK and PUBACK, and nothing else is expected, are of this length (MQTT 3.1.1, sections 3.2 and 3.4). */
const PACKET_BYTES = 4;
const CONNACK = 0x20;

export class HonestMqttDevice {
  readonly sent = new SentReadings();
  readonly id: string;
  readonly #port: number;
  readonly #localAddress: string;
  readonly #inFlight = new Map<number, SentReading>();
  #socket: Socket | null = null;
  #isConnected = false;
  #isStopped = false;

  constructor(id: string, port: number, localAddress: string) {
    this.id = id;
    this.#port = port;
    this.#localAddress = localAddress;
  }

  start(): void {
    const socket = connect({ host: "127.0.0.1", port: this.#port, localAddress: this.#localAddress, noDelay: true });
    this.#socket = socket;
    let received: Buffer = Buffer.alloc(0);
    socket.write(generate({ cmd: "connect", clientId: this.id, clean: true, keepalive: KEEP_ALIVE_SECONDS }));
    socket.on("data", (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const whole = received.length - (received.length % PACKET_BYTES);
      for (let at = 0; at < whole; at += PACKET_BYTES) this.#receive(received.subarray(at, at + PACKET_BYTES));
      received = received.subarray(whole);
    });
    socket.on("error", () => undefined);
    socket.once("close", () => this.#closed());
  }

  send(reading: SentReading): void {
    this.sent.add(reading);
    const packetId = (reading.number % LAST_PACKET_ID) + 1;
    this.#inFlight.set(packetId, reading);
    if (this.#isConnected) this.#publish(packetId, reading);
  }

  stop(): void {
    this.#isStopped = true;
    this.#socket?.destroy();
  }

  #receive(packet: Buffer): void {
    if (packet[0] === CONNACK) {
      this.#isConnected = packet[3] === 0;
      for (const [packetId, reading] of this.#inFlight) this.#publish(packetId, reading);
      return;
    }
    const packetId = packet.readUInt16BE(2);
    const reading = this.#inFlight.get(packetId);
    if (reading === undefined) return;
    this.#inFlight.delete(packetId);
    this.sent.acknowledge(reading);
  }

  #publish(messageId: number, { tsMs, number }: SentReading): void {
    const topic = `sensor/${this.id}/data`;
    const payload = `{"ts":${tsMs},"number":${number}}`;
    this.#socket?.write(generate({ cmd: "publish", topic, payload, qos: 1, messageId, dup: false, retain: false }));
  }

  #closed(): void {
    this.#isConnected = false;
    if (this.#isStopped) return;
    this.sent.connectionsLost++;
    setTimeout(() => !this.#isStopped && this.start(), RECONNECT_DELAY_MS);
  }
}
