// A raw MQTT client: sends the packets that a test writes, and returns each received one.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { generate, type IConnackPacket, type IConnectPacket, type Packet, parser } from "mqtt-packet";
import { until } from "../until.ts";

type Kind = Packet["cmd"];
type PacketOf<K extends Kind> = Extract<Packet, { cmd: K }>;

export class MqttPeer implements AsyncDisposable {
  readonly socket: Socket;
  /** Received packets that were not consumed. */
  readonly received: Packet[] = [];
  isClosed = false;
  readonly #version: number;

  constructor(socket: Socket, version: number) {
    this.socket = socket;
    this.#version = version;
    const decoder = parser({ protocolVersion: version });
    decoder.on("packet", (packet) => this.received.push(packet));
    socket.on("data", (bytes) => decoder.parse(bytes));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      this.isClosed = true;
    });
  }

  send(...packets: readonly Packet[]): void {
    for (const packet of packets) this.socket.write(generate(packet, { protocolVersion: this.#version }));
  }

  /** The next packet of a kind; those of other kinds stay. */
  async next<K extends Kind>(kind: K): Promise<PacketOf<K>> {
    const isMeant = (packet: Packet): packet is PacketOf<K> => packet.cmd === kind;
    const packet = await until(kind, async () => this.received.find(isMeant));
    this.received.splice(this.received.indexOf(packet), 1);
    return packet;
  }

  /** Publishes with QoS 1 and resolves with the answer; `packet` overrides fields. */
  async publish(
    topic: string,
    payload: string,
    packet: Partial<PacketOf<"publish">> = {},
  ): Promise<PacketOf<"puback">> {
    this.send({ cmd: "publish", topic, payload, qos: 1, messageId: 1, dup: false, retain: false, ...packet });
    return this.next("puback");
  }

  async subscribe(
    filters: PacketOf<"subscribe">["subscriptions"],
    properties: PacketOf<"subscribe">["properties"] = {},
  ): Promise<readonly unknown[]> {
    this.send({ cmd: "subscribe", messageId: 9, subscriptions: filters, properties });
    return (await this.next("suback")).granted;
  }

  async closed(): Promise<void> {
    if (!this.isClosed) await once(this.socket, "close");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.closed();
  }
}

/** A peer whose CONNECT is sent. */
export function openPeer(port: number, options: Partial<IConnectPacket> = {}): MqttPeer {
  const { protocolVersion = 5 } = options;
  const peer = new MqttPeer(connect(port, "127.0.0.1"), protocolVersion);
  peer.send({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion,
    clean: true,
    clientId: "",
    keepalive: 60,
    ...options,
  });
  return peer;
}

/** A connected client. */
export async function connectPeer(
  port: number,
  options: Partial<IConnectPacket> = {},
): Promise<MqttPeer & { readonly connack: IConnackPacket }> {
  const peer = openPeer(port, options);
  const connack = await peer.next("connack");
  return Object.assign(peer, { connack });
}
