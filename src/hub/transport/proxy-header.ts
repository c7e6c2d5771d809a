// Reads the PROXY header of a trusted proxy's connection, before TLS, HTTP or MQTT see anything of it, and names the client
// on the socket: whatever asks the socket where it comes from then judges the client.
// Order: wait for the first bytes → is it a header? → take it out → the rest goes back, for the next parser. A proxy may also
// send none. Only as much as may be a header is ever taken out, so an end of input behind it is still to come.
import type { Socket } from "node:net";
import { type ProxiedClient, parseProxyHeader } from "./proxy-protocol.ts";

const HEADER_TIMEOUT_MS = 5_000;
const EMPTY = Buffer.alloc(0);

export type ProxyHeaderOutcome =
  /** There is none, and no byte is lost; or nothing has come yet. The peer is the client. */
  | { readonly kind: "none" }
  /** It was taken out, and the socket says that it comes from its client, where it names one. */
  | { readonly kind: "read" }
  | { readonly kind: "bad"; readonly reason: string }
  | { readonly kind: "closed" };

/** The socket must have no listeners of data yet; it has none again when this resolves. Never rejects. */
export function readProxyHeader(socket: Socket, timeoutMs = HEADER_TIMEOUT_MS): Promise<ProxyHeaderOutcome> {
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
      // A client that has nothing to say yet has its own protocol's time to say it.
      settle(bytes.length === 0 ? { kind: "none" } : { kind: "bad", reason: "it did not arrive within five seconds" });
    }, timeoutMs);
    socket.on("readable", read);
    socket.once("end", ended);
    socket.on("error", ignore);
    socket.once("close", closed);
  });
}

/** Has a connection say that it comes from its client. The one place where a socket's address is not its peer's. */
export function nameClient(socket: Socket, { address, port }: ProxiedClient): void {
  Object.defineProperties(socket, {
    remoteAddress: { value: address, configurable: true },
    remotePort: { value: port, configurable: true },
    remoteFamily: { value: address.includes(":") ? "IPv6" : "IPv4", configurable: true },
  });
}
