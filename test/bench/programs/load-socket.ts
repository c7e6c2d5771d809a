// A client's connection with as little around it as can be, with TLS or without, so that the load leaves the processor to
// what is measured.
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { type Static, Type } from "typebox";

/** Where a load sends, and what it shows there. */
export const Target = Type.Object({
  port: Type.Integer(),
  /** PEM of the authority that signed the server's certificate; without it, without TLS. */
  ca: Type.Optional(Type.String()),
  /** Of the clients, in their order; without it none shows a key. */
  keys: Type.Optional(Type.Array(Type.String())),
});
export type Target = Static<typeof Target>;

/** Of all sockets: each chunk is done with before the next is read. */
const chunk = Buffer.allocUnsafe(64 * 1024);

/** Resolves once it is connected; `receive` gets what arrives, valid for the call alone. */
export function openLoadSocket({ port, ca }: Target, receive: (bytes: Buffer) => void): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (ca !== undefined) {
      const secure = connectSecurely({ host: "127.0.0.1", port, ca });
      secure.setNoDelay(true);
      secure.on("data", receive);
      secure.once("error", reject);
      secure.once("secureConnect", () => resolve(secure));
      return;
    }
    const onread = {
      buffer: chunk,
      callback: (bytesRead: number) => {
        receive(chunk.subarray(0, bytesRead));
        return true;
      },
    };
    const socket = connect({ host: "127.0.0.1", port, noDelay: true, onread });
    socket.once("error", reject);
    socket.once("connect", () => resolve(socket));
  });
}
