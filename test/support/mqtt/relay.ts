// A TCP relay between a hub and its broker: forwards bytes, counts the client's PUBACKs, and imitates behaviour of other brokers and
// proxies.
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { parser } from "mqtt-packet";

export class Relay implements AsyncDisposable {
  readonly acknowledged: number[] = [];
  connections = 0;
  /** Like RabbitMQ 3: closes an MQTT 5 connection without a CONNACK. */
  rejectsMqtt5 = false;
  /** Like a proxy whose broker is down: closes this many connections without a response. */
  endsAtOnce = 0;
  readonly #server = createServer((socket) => this.#pass(socket));
  readonly #sockets = new Set<Socket>();
  readonly #to: number;

  constructor(to: number) {
    this.#to = to;
  }

  async listen(port = 0): Promise<number> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  }

  /** Ends every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  #pass(hub: Socket): void {
    this.connections++;
    if (this.endsAtOnce > 0) {
      this.endsAtOnce--;
      // What has arrived is read, or the system would reset the connection.
      hub.once("data", () => hub.end());
      return;
    }
    const broker = connect(this.#to, "127.0.0.1");
    const parse = parser({ protocolVersion: 5 }).on("packet", (packet) => {
      if (packet.cmd === "puback") this.acknowledged.push(packet.messageId ?? 0);
    });
    hub.on("data", (bytes) => {
      if (this.rejectsMqtt5 && isConnectOfMqtt5(bytes)) hub.destroy();
      else parse.parse(bytes);
    });
    for (const [one, other] of [
      [hub, broker],
      [broker, hub],
    ] as const) {
      this.#sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The version follows the fixed header and the protocol's name (MQTT 5, section 3.1.2). */
function isConnectOfMqtt5(bytes: Buffer): boolean {
  return bytes[0] === 0x10 && bytes.indexOf("MQTT") > 0 && bytes[bytes.indexOf("MQTT") + 4] === 5;
}
