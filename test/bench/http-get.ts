// GET over a bare socket: its own start-up and framing must not count where the hub's answer is timed.
import { connect } from "node:net";
import type { TestHub } from "../support/hub.ts";

const CHUNK_BYTES = 256 * 1024;

/**
 * Asks as the administrator; resolves with the time from the first byte to the last, in milliseconds. `onBody` gets the
 * body in pieces, each valid for the call alone.
 */
export function get(hub: TestHub, path: string, onBody: (bytes: Buffer) => void = () => undefined): Promise<number> {
  const { http, token } = hub.file;
  const { hostname, port } = new URL(http);
  return new Promise((resolve, reject) => {
    let head: Buffer | null = Buffer.alloc(0);
    const receive = (bytes: Buffer): void => {
      if (head === null) {
        onBody(bytes);
        return;
      }
      head = Buffer.concat([head, bytes]);
      const headEnd = head.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      if (head.subarray(9, 12).toString() !== "200") socket.destroy(new Error(`${path}: ${head}`));
      onBody(head.subarray(headEnd + 4));
      head = null;
    };
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const onread = {
      buffer: chunk,
      callback: (bytesRead: number) => {
        receive(chunk.subarray(0, bytesRead));
        return true;
      },
    };
    const askedAtMs = performance.now();
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    // With HTTP/1.0 the body is all that follows, as it is, and the end of the connection is its end.
    socket.write(`GET ${path} HTTP/1.0\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
    socket.once("error", reject);
    socket.once("end", () => resolve(performance.now() - askedAtMs));
    socket.once("close", () => reject(new Error(`${path}: the hub hung up`)));
  });
}

/** How many readings are stored, counted one by one as the export gives them. */
export async function countStored(hub: TestHub): Promise<number> {
  let lines = 0;
  await get(hub, "/api/v1/export.csv", (bytes) => {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
  });
  return lines - 1;
}
