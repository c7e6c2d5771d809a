// Decompresses request bodies. The output is bounded by the largest message, whatever the input would expand to.
import type { Transform } from "node:stream";
import { createGunzip, createInflate, createInflateRaw } from "node:zlib";
import { errorText } from "../../../../shared/error-text.ts";
import type { Problem } from "../../../../shared/errors.ts";
import { message } from "../../../../shared/messages/message.ts";
import { limits } from "../../../../shared/reading.ts";

export type Encoding = "identity" | "gzip" | "deflate";

/** The coding that `Content-Encoding` names; undefined where it is not supported. */
export function parseEncoding(header: string | undefined): Encoding | undefined {
  switch (header?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return "identity";
    case "gzip":
    case "x-gzip":
      return "gzip";
    case "deflate":
      return "deflate";
    default:
      return undefined;
  }
}

/** The message that is packed in `bytes`. Of one that is too large only the beginning, which is over the limit as well. */
export async function unpack(
  bytes: Uint8Array,
  encoding: Exclude<Encoding, "identity">,
): Promise<Uint8Array | Problem> {
  // A message that is too large compressed is too large.
  if (bytes.length > limits.messageBytes) return bytes;
  const unpacker = unpackerOf(encoding, bytes);
  unpacker.end(bytes);
  const chunks: Uint8Array[] = [];
  let room = limits.messageBytes + 1;
  try {
    for await (const chunk of unpacker) {
      if (!(chunk instanceof Uint8Array)) continue;
      chunks.push(chunk.subarray(0, room));
      room -= chunk.length;
      if (room <= 0) break;
    }
  } catch (error) {
    const reason = errorText(error);
    return message("bad-encoding", { encoding, reason });
  }
  return Buffer.concat(chunks);
}

function unpackerOf(encoding: Exclude<Encoding, "identity">, bytes: Uint8Array): Transform {
  if (encoding === "gzip") return createGunzip();
  // Some clients leave out the zlib header (RFC 1950) that "deflate" requires.
  const [first = 0, second = 0] = bytes;
  const isWrapped = (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0;
  return isWrapped ? createInflate() : createInflateRaw();
}
