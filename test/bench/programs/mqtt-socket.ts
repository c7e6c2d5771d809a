// One MQTT client with as little around it as can be, so that the load leaves the processor to what is measured.
import { connect, type Socket } from "node:net";
import { generate } from "mqtt-packet";

const CONNACK = 0x20;
/** Where it says whether the client is let in, in every version. */
const REASON_AT = 3;

/** Of the protocol: 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

/** Of all sockets: each chunk is done with before the next is read. */
const chunk = Buffer.allocUnsafe(64 * 1024);

/**
 * Resolves once the broker has accepted the client; `onBytes` gets what it sends from there on, valid for the call alone.
 * A broker that hangs up ends the program.
 */
export function openMqtt(
  port: number,
  clientId: string,
  onBytes: (bytes: Buffer) => void,
  version: MqttVersion = 4,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    let accepted = false;
    const receive = (bytes: Buffer): void => {
      if (accepted) {
        onBytes(bytes);
      } else if (bytes[0] === CONNACK && bytes[REASON_AT] === 0) {
        accepted = true;
        resolve(socket);
      } else {
        reject(new Error(`the broker does not take ${clientId}: ${bytes.toString("hex")}`));
      }
    };
    const onread = {
      buffer: chunk,
      callback: (bytesRead: number) => {
        receive(chunk.subarray(0, bytesRead));
        return true;
      },
    };
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, onread }, () => {
      socket.write(generate({ cmd: "connect", protocolVersion: version, clientId, clean: true, keepalive: 0 }));
    });
    socket.once("error", reject);
    socket.once("close", () => {
      throw new Error(`the broker hung up on ${clientId}`);
    });
  });
}
