// Answers requests that Node's HTTP parser rejects. There is no reply object then, only a socket to write to.
import { ServerResponse, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { isNativeError } from "node:util/types";
import { errorOf, errorStatus, type Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { errorBody } from "./errors.ts";
import { ANSWER_HEADERS } from "./headers.ts";

/** A socket that closes on bytes it has not read resets the connection, and the client loses the answer. */
const LINGER_MS = 1_000;
/** Of a request that is not understood. */
const MAX_INSPECTED_BYTES = 16 * 1024;
const MAX_QUOTED_CHARACTERS = 40;

/** What is wrong with the request; null where the client has gone. */
export function clientProblem(error: unknown): Problem | null {
  const code = isNativeError(error) && "code" in error ? error.code : undefined;
  switch (code) {
    case "ECONNRESET":
    case "EPIPE":
      return null;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return message("request-timeout");
    case "HPE_HEADER_OVERFLOW":
      return message("headers-too-large");
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return message("too-large/chunk-extensions");
    case "HPE_INVALID_EOF_STATE":
      return message("bad-request/ended-early");
    default:
      return unparsable(error);
  }
}

/** Mistakes of hand-written requests, recognised by where the parser stopped. */
function unparsable(error: unknown): Problem {
  const { reason = "", rawPacket, bytesParsed = 0 }: ParserError = isParserError(error) ? error : {};
  const text = rawPacket?.toString("latin1", 0, MAX_INSPECTED_BYTES) ?? "";
  const lineStart = text.lastIndexOf("\n", bytesParsed - 1) + 1;
  const line = text.slice(lineStart).replace(/\r?\n[\s\S]*$/, "");
  const value = line.slice(0, MAX_QUOTED_CHARACTERS).replaceAll(/\p{Cc}/gu, "�");
  if (/method/i.test(reason)) {
    const isSmall = /^[a-z]{3,7} /.test(line);
    return message(isSmall ? "bad-request/method-case" : "bad-request/behind-body", { value });
  }
  if (/Content-Length/i.test(reason)) return message("bad-request/content-length");
  if (/(?:^|[^\r])\n/.test(text.slice(0, bytesParsed + 1))) return message("bad-request/line-ends");
  if (/^[\w-]+[ \t]+:/.test(line)) return message("bad-request/space-before-colon", { value });
  if (lineStart > 0 && /^\s*[{[]/.test(line)) return message("bad-request/no-empty-line");
  return message("bad-request/not-http", { reason });
}

function isParserError(error: unknown): error is ParserError {
  return isNativeError(error) && "rawPacket" in error;
}

/** As Node's parser reports. */
interface ParserError {
  readonly reason?: string;
  readonly rawPacket?: Buffer;
  /** Where in `rawPacket` it stopped. */
  readonly bytesParsed?: number;
}

/** Writes a whole answer and closes the connection. */
export function answerClientError(socket: Socket, found: Problem): void {
  const answer = answerOn(socket);
  if (answer?.headersSent) {
    // Anything more would be taken for a part of it.
    socket.destroy();
    return;
  }
  const status = errorStatus[errorOf(found)];
  const body = JSON.stringify(errorBody(found));
  const headers = {
    ...ANSWER_HEADERS,
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    Connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`, () => {
    // A request whose body is broken must not go on.
    if (answer !== null) socket.destroy();
  });
}

/** The pending response of the connection, which Node's own handler of such errors uses. */
function answerOn(socket: Socket): ServerResponse | null {
  const answer: unknown = "_httpMessage" in socket ? socket._httpMessage : null;
  return answer instanceof ServerResponse ? answer : null;
}
