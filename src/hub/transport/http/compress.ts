// Text answers are compressed with gzip for clients that accept it: at the cheapest level, and no faster than the client reads.
// Streamed answers are compressed by `sendPieces`.
import type { ServerResponse } from "node:http";
import { createGzip, type Gzip, gzipSync } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { prefersGzip } from "./preferences.ts";

/** A shorter answer fits one packet uncompressed. */
const MIN_PACKED_BYTES = 1_400;
/** A shorter answer is compressed synchronously: a stream works on another thread, and holds 256 KB until it was read. */
const MAX_PACKED_AT_ONCE_BYTES = 64 * 1024;
const LEVEL = 1;
const TEXT_TYPE = /^(?:text\/|application\/(?:json|openmetrics-text|x-ndjson)\b)/;

/** By answer: the stream that compresses it. */
const packers = new WeakMap<ServerResponse, Gzip>();

/** The bytes of an answer that wait for the client to read on, compressed or not yet. */
export function unsentBytes(response: ServerResponse): number {
  return response.writableLength + (packers.get(response)?.writableLength ?? 0);
}

/** Sets the headers of a compressed answer where the client accepts one; null where it is to be sent as it is. */
export function packerFor(request: FastifyRequest, reply: FastifyReply): Gzip | null {
  return announcePacked(request, reply) ? makePacker(reply) : null;
}

function makePacker({ raw }: FastifyReply): Gzip {
  const gzip = createGzip({ level: LEVEL });
  packers.set(raw, gzip);
  return gzip;
}

function announcePacked({ headers }: FastifyRequest, reply: FastifyReply): boolean {
  reply.header("Vary", "Accept-Encoding");
  const isPacked = prefersGzip(headers["accept-encoding"]);
  if (isPacked) reply.header("Content-Encoding", "gzip");
  return isPacked;
}

/** A long text that never changes: it is compressed once. */
export class ConstantText {
  readonly #plain: Buffer;
  #packed: Buffer | null = null;

  constructor(text: string) {
    this.#plain = Buffer.from(text);
  }

  /** The bytes to send, and the headers that go with them. */
  bytesFor(request: FastifyRequest, reply: FastifyReply): Buffer {
    if (!announcePacked(request, reply)) return this.#plain;
    this.#packed ??= gzipSync(this.#plain, { level: LEVEL });
    return this.#packed;
  }
}

/** Call it after the hooks that measure answers. */
export function packAnswers(app: FastifyInstance): void {
  // Open answers, such as the metrics, are requested many times in a row while they stay the same.
  let last: { readonly payload: string | Uint8Array; readonly packed: Uint8Array } | null = null;
  app.addHook("onSend", async (request, reply, payload) => {
    if (typeof payload !== "string" && !(payload instanceof Uint8Array)) return payload;
    const type = String(reply.getHeader("Content-Type") ?? "");
    const isPacked = reply.hasHeader("Content-Encoding");
    if (isPacked || payload.length < MIN_PACKED_BYTES || !TEXT_TYPE.test(type)) return payload;
    if (!announcePacked(request, reply)) return payload;
    if (payload.length <= MAX_PACKED_AT_ONCE_BYTES) {
      if (payload !== last?.payload) last = { payload, packed: gzipSync(payload, { level: LEVEL }) };
      return last.packed;
    }
    const gzip = makePacker(reply);
    gzip.end(payload);
    return gzip;
  });
}
