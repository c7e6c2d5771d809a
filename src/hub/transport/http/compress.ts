// Answers that are text are packed with gzip for clients that take it: at the cheapest level, and never more at a time than
// the client reads. What is streamed is packed by `sendPieces`.
import { createGzip, type Gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { prefersGzip } from "./preferences.ts";

/** What is shorter fits one packet as it is. */
const MIN_PACKED_BYTES = 1_400;
const LEVEL = 1;
const TEXT_TYPE = /^(?:text\/|application\/(?:json|openmetrics-text|x-ndjson)\b)/;

/** Sets the headers of a packed answer where the client takes one; null where it is to be sent as it is. */
export function packerFor({ headers }: FastifyRequest, reply: FastifyReply): Gzip | null {
  reply.header("Vary", "Accept-Encoding");
  if (!prefersGzip(headers["accept-encoding"])) return null;
  reply.header("Content-Encoding", "gzip");
  return createGzip({ level: LEVEL });
}

/** Call it after the hooks that look at what is sent. */
export function packAnswers(app: FastifyInstance): void {
  app.addHook("onSend", async (request, reply, payload) => {
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return payload;
    const type = String(reply.getHeader("Content-Type") ?? "");
    if (payload.length < MIN_PACKED_BYTES || !TEXT_TYPE.test(type)) return payload;
    const gzip = packerFor(request, reply);
    if (gzip === null) return payload;
    gzip.end(payload);
    return gzip;
  });
}
