// Long answers, a piece at a time.
import type { FastifyReply } from "fastify";
import type { CsvPiece } from "../../store/readings.ts";

/**
 * Sends an answer with the status and the headers that `reply` has. The next piece is asked for when the network has
 * taken the one before: however slow the client is, no more than that is held for it, and its memory is given back.
 * Throws when the first piece fails; an answer under way is cut off, so that nobody takes what came for all of it.
 */
export async function sendPieces(reply: FastifyReply, pieces: AsyncIterable<CsvPiece>): Promise<FastifyReply> {
  const iterator = pieces[Symbol.asyncIterator]();
  let next = await iterator.next();
  const { raw } = reply.hijack();
  for (const [name, value = ""] of Object.entries(reply.getHeaders())) raw.setHeader(name, value);
  raw.statusCode = reply.statusCode;
  const write = (piece: Uint8Array) =>
    new Promise<boolean>((resolve) => {
      raw.write(piece, (error) => resolve(error === null || error === undefined));
    });
  try {
    while (next.done !== true && (await write(next.value.bytes))) {
      next.value.release();
      next = await iterator.next();
    }
    raw.end();
  } catch (error) {
    raw.destroy();
    reply.log.error({ err: error }, "an answer was cut off");
  } finally {
    await iterator.return?.();
  }
  return reply;
}
