// Long answers, a piece at a time.
import type { Writable } from "node:stream";
import type { FastifyReply } from "fastify";
import type { Share } from "../../access/limits/share.ts";
import type { ExportPiece } from "../../store/readings.ts";
import { packerFor } from "./compress.ts";

/**
 * Sends an answer with the status and the headers of `reply`, compressed where the client accepts that. The next piece is read when
 * the network has taken the one before: however slow the client is, no more than one is held for it, and its memory is released.
 * Throws when the first piece fails; later the connection is cut, so that no client takes a part for the whole.
 * A HEAD request makes no piece but the first.
 */
export async function sendPieces(reply: FastifyReply, pieces: AsyncIterable<ExportPiece>): Promise<FastifyReply> {
  const iterator = pieces[Symbol.asyncIterator]();
  let next = await iterator.next();
  const gzip = packerFor(reply.request, reply);
  const { raw } = reply.hijack();
  for (const [name, value = ""] of Object.entries(reply.getHeaders())) raw.setHeader(name, value);
  raw.statusCode = reply.statusCode;
  gzip?.pipe(raw);
  const write = writerTo(gzip ?? raw);
  const gone = () => {
    gzip?.destroy();
    write.end();
  };
  // The first piece may take long.
  if (raw.destroyed) gone();
  else raw.once("close", gone);
  const { method } = reply.request;
  try {
    while (method !== "HEAD" && next.done !== true && (await write.piece(next.value.bytes))) {
      next.value.release();
      next = await iterator.next();
    }
    (gzip ?? raw).end();
  } catch (error) {
    raw.destroy();
    reply.log.error({ err: error }, "an answer was cut off");
  } finally {
    await iterator.return?.();
  }
  return reply;
}

/** What a piece costs this thread to make: some 64 KB of text. */
const MADE_PIECE_BYTES = 64 * 1024;

/** The same of pieces that this thread makes: each when it is the connection's turn, whose share is given. */
export function sendInTurns(
  reply: FastifyReply,
  share: Share,
  pieces: Iterable<string | Uint8Array>,
): Promise<FastifyReply> {
  return sendPieces(reply, makeInTurns(share, pieces));
}

async function* makeInTurns(share: Share, pieces: Iterable<string | Uint8Array>): AsyncGenerator<ExportPiece> {
  const iterator = pieces[Symbol.iterator]();
  const makeNext = async () => iterator.next();
  for (;;) {
    const next = await share.runInTurn(MADE_PIECE_BYTES, makeNext);
    if (next.done === true) return;
    yield { bytes: Buffer.from(next.value), release: () => undefined };
  }
}

interface PieceWriter {
  /** True once the piece has been taken. */
  piece(bytes: Uint8Array): Promise<boolean>;
  /** The client has disconnected. */
  end(): void;
}

/** A packer that is destroyed while its reader is slow never says what became of its last piece: `end` does. */
function writerTo(sink: Writable): PieceWriter {
  let isEnded = false;
  let settle: (isTaken: boolean) => void = () => undefined;
  return {
    piece: (bytes) =>
      new Promise((resolve) => {
        settle = resolve;
        if (isEnded) resolve(false);
        else sink.write(bytes, (error) => resolve(error === null || error === undefined));
      }),
    end() {
      isEnded = true;
      settle(false);
    },
  };
}
