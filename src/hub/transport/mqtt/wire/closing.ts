// Ends connections so that the client learns why. One that exceeds the connection limit gets a CONNACK with the reason; a mere
// close would look like a network failure.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { CONNECT } from "./packet-types.ts";

/** Server unavailable (MQTT 3.1.1, section 3.2.2.3). */
const CONNACK_UNAVAILABLE = Buffer.from([0x20, 2, 0, 3]);
/** Quota exceeded (MQTT 5, section 3.2.2.2); it has no properties. */
const CONNACK_QUOTA_EXCEEDED = Buffer.from([0x20, 3, 0, 0x97, 0]);
/** The protocol name of a CONNECT, with its length; the protocol level follows. */
const NAME = Buffer.from("\0\x04MQTT", "latin1");
const MQTT_5 = 5;
/** Time for the client to read the last packet. */
const CLOSE_GRACE_MS = 250;

/** Ends the output, and destroys the socket once the client had time to read it. */
export function closeGracefully(socket: Duplex): void {
  socket.end();
  setTimeout(() => socket.destroy(), CLOSE_GRACE_MS).unref();
}

/** Answers CONNECT with a refusal, then closes. The admission of connections bounds how long that may take. */
export function refuseConnect(socket: Socket): void {
  socket.on("error", () => socket.destroy());
  socket.once("data", (chunk: Buffer) => {
    if (chunk[0] === undefined || chunk[0] >> 4 !== CONNECT) {
      socket.destroy();
      return;
    }
    const name = chunk.indexOf(NAME);
    const isMqtt5 = name >= 0 && chunk[name + NAME.length] === MQTT_5;
    socket.end(isMqtt5 ? CONNACK_QUOTA_EXCEEDED : CONNACK_UNAVAILABLE);
  });
}
