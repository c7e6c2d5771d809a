// Answers that are text are packed with gzip for clients that take it: at the cheapest level, and never more at a time than
// the client reads. What is streamed is packed by `sendPieces`.
import { createGzip, type Gzip, gzipSync } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { prefersGzip } from "./preferences.ts";

/** What is shorter fits one packet as it is. */
const MIN_PACKED_BYTES = 1_400;
/** What is shorter takes less time than a packer on another thread, which holds 256 KB until its answer has been read. */
const MAX_PACKED_AT_ONCE_BYTES = 64 * 1024;
const LEVEL = 1;
const TEXT_TYPE = /^(?:text\/|application\/(?:json|openmetrics-text|x-ndjson)\b)/;

/** Sets the headers of a packed answer where the client takes one; null where it is to be sent as it is. */
export function packerFor(request: FastifyRequest, reply: FastifyReply): Gzip | null {
  return announcePacked(request, reply) ? createGzip({ level: LEVEL }) : null;
}

function announcePacked({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  reply.header("Vary", "Accept-Encoding");
  const isPacked = prefersGzip(headers["accept-encoding"]);
  if (isPacked) reply.header("Content-Encoding", "gzip");
  return isPacked;
}

/** Call it after the hooks that look at what is sent. */
export function packAnswers(app: FastifyInstance): void {
  // What is open to all, such as the figures, is asked for many times in a row while it stays the same.
  let last: { readonly payload: string | Uint8Array; readonly packed: Uint8Array } | null = null;
  app.addHook("onSend", async (request, reply, payload) => {
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return payload;
    const type = String(reply.getHeader("Content-Type") ?? "");
    if (payload.length < MIN_PACKED_BYTES || !TEXT_TYPE.test(type)) return payload;
    if (!announcePacked(request, reply)) return payload;
    if (payload.length <= MAX_PACKED_AT_ONCE_BYTES) {
      if (payload !== last?.payload) last = { payload, packed: gzipSync(payload, { level: LEVEL }) };
      return last.packed;
    }
    const gzip = createGzip({ level: LEVEL });
    gzip.end(payload);
    return gzip;
  });
}
