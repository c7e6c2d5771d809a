// One MQTT client.
import type { Socket } from "node:net";
import { generate } from "mqtt-packet";
import { openLoadSocket, type Target } from "./load-socket.ts";

const CONNACK = 0x20;
/** Where it says whether the client is let in, in every version. */
const REASON_AT = 3;

/** Of the protocol: 4 is MQTT 3.1.1. */
export type MqttVersion = 4 | 5;

export interface Login {
  readonly version?: MqttVersion;
  readonly key?: string;
}

/**
 * Resolves once the broker has accepted the client; `onBytes` gets what it sends from there on, valid for the call alone.
 * A broker that hangs up ends the program.
 */
export async function openMqtt(
  target: Target,
  clientId: string,
  onBytes: (bytes: Buffer) => void,
  { version = 4, key }: Login = {},
): Promise<Socket> {
  let accepted = false;
  const answer = Promise.withResolvers<void>();
  const socket = await openLoadSocket(target, (bytes) => {
    if (accepted) {
      onBytes(bytes);
    } else if (bytes[0] === CONNACK && bytes[REASON_AT] === 0) {
      accepted = true;
      answer.resolve();
    } else {
      answer.reject(new Error(`the broker does not take ${clientId}: ${bytes.toString("hex")}`));
    }
  });
  socket.once("close", () => {
    throw new Error(`the broker hung up on ${clientId}`);
  });
  const credentials = key === undefined ? {} : { username: clientId, password: Buffer.from(key) };
  socket.write(
    generate({ cmd: "connect", protocolVersion: version, clientId, clean: true, keepalive: 0, ...credentials }),
  );
  await answer.promise;
  return socket;
}
