// Reads the PROXY header of a trusted proxy's connection, before TLS, HTTP or MQTT read anything of it, and sets the client as the
// socket's remote address, which every later check reads.
// Order: wait for the first bytes → is it a header? → remove it → unshift the rest for the next parser. A proxy may also send none.
// Never more bytes than a header may have are read, so an end of input behind it is still to come.
import type { Socket } from "node:net";
import { type ProxiedClient, parseProxyHeader } from "./proxy-protocol.ts";

const HEADER_TIMEOUT_MS = 5_000;
const EMPTY = Buffer.alloc(0);

export type ProxyHeaderOutcome =
  /** There is no header, and no byte was consumed; or nothing has arrived. The peer is the client. */
  | { readonly kind: "none" }
  /** It was removed, and the client that it names, if any, is the socket's remote address. */
  | { readonly kind: "read" }
  | { readonly kind: "bad"; readonly reason: string }
  | { readonly kind: "closed" };

/** The socket must have no listeners of data yet; it has none again when this resolves. Never rejects. */
export function readProxyHeader(socket: Socket): Promise<ProxyHeaderOutcome> {
  return new Promise((resolve) => {
    let bytes: Buffer = EMPTY;
    const settle = (outcome: ProxyHeaderOutcome) => {
      clearTimeout(timer);
      socket.off("readable", read);
      socket.off("end", ended);
      socket.off("error", ignore);
      socket.off("close", closed);
      resolve(outcome);
    };
    const read = () => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) return;
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
      const header = parseProxyHeader(bytes);
      switch (header.kind) {
        case "incomplete":
          return;
        case "bad":
          settle(header);
          return;
        default: {
          const rest = header.kind === "header" ? bytes.subarray(header.bytes) : bytes;
          if (rest.length > 0) socket.unshift(rest);
          if (header.kind === "header" && header.client !== null) nameClient(socket, header.client);
          settle({ kind: header.kind === "header" ? "read" : "none" });
        }
      }
    };
    const ended = () => settle(bytes.length === 0 ? { kind: "closed" } : { kind: "bad", reason: "it is not complete" });
    const closed = () => settle({ kind: "closed" });
    // An error closes the socket.
    const ignore = () => undefined;
    const timer = setTimeout(() => {
      // A client that sends nothing yet is subject to the timeout of its protocol.
      settle(bytes.length === 0 ? { kind: "none" } : { kind: "bad", reason: "it did not arrive within five seconds" });
    }, HEADER_TIMEOUT_MS);
    socket.on("readable", read);
    socket.once("end", ended);
    socket.on("error", ignore);
    socket.once("close", closed);
  });
}

/** Sets the remote address of a socket. The one place where it becomes another than the peer's. */
export function nameClient(socket: Socket, { address, port }: ProxiedClient): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: address, configurable: true },
    remotePort: { value: port, configurable: true },
    remoteFamily: { value: address.includes(":") ? "IPv6" : "IPv4", configurable: true },
  });
}
