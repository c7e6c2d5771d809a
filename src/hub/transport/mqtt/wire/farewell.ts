// The last words to a client. One for whose connection there is no place learns why in the one way that MQTT has, a CONNACK,
// where a closed connection would look like a broken network.
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { CONNECT } from "./packet-types.ts";

/** Server unavailable (MQTT 3.1.1, section 3.2.2.3). */
const CONNACK_UNAVAILABLE = Buffer.from([0x20, 2, 0, 3]);
/** Quota exceeded (MQTT 5, section 3.2.2.2); it has no properties. */
const CONNACK_QUOTA_EXCEEDED = Buffer.from([0x20, 3, 0, 0x97, 0]);
/** Where a CONNECT with a length of one or two bytes says its protocol's level, after the name “MQTT”. */
const NAME = Buffer.from("\0\x04MQTT", "latin1");
const MQTT_5 = 5;
/** How long a client has to read why its connection ends. */
const FAREWELL_MS = 250;

/** Ends a connection once its client had time to read what was written to it. */
export function endSoon(socket: Duplex): void {
  socket.end();
  setTimeout(() => socket.destroy(), FAREWELL_MS).unref();
}

/** Answers the client's CONNECT, then closes. The admission of connections bounds how long that may take. */
export function sayFarewell(socket: Socket): void {
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
