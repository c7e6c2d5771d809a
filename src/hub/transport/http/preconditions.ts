// Checks of a request before anything of its body is read. A client that sends `Expect: 100-continue` gets `100 Continue` only
// where its body would be read.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import type { Problem } from "../../../shared/errors.ts";
import { message } from "../../../shared/messages/message.ts";
import { limits } from "../../../shared/reading.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { sendProblem } from "./errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** True where a packed body is unpacked. */
    readonly unpacks?: boolean;
  }
}

/** Of a header, in the answer. */
const MAX_QUOTED_CHARACTERS = 80;
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/** Call it before the routes are added. */
export function checkPreconditions(app: FastifyInstance, diagnostics: HttpDiagnostics): void {
  const { server } = app;
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    if (!isTooLarge(request)) response.writeContinue();
    server.emit("request", request, response);
  });
  server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
    server.emit("request", request, response);
  });
  app.addHook("onRequest", (request, reply, done) => {
    const found = unmetBy(request.raw, request.routeOptions.config.unpacks === true);
    if (found === null) return done();
    diagnostics.unmet(request, found);
    // A client may send the body without `100 Continue`.
    if (request.headers.expect !== undefined) reply.header("Connection", "close");
    return sendProblem(reply, found);
  });
}

function unmetBy(request: IncomingMessage, unpacks: boolean): Problem | null {
  const { headers, httpVersion } = request;
  const isCurrent = httpVersion === "1.1";
  if (headers.host === undefined && isCurrent) return message("bad-request/no-host");
  if (headers.expect !== undefined && isCurrent && !CONTINUE.test(headers.expect))
    return message("expectation-failed", quotedHeader("Expect", headers.expect));
  if (headers.expect !== undefined && isCurrent && isTooLarge(request))
    return message("too-large", { limit: limits.messageBytes });
  const { "content-encoding": encoding = "identity", "transfer-encoding": transfer = "chunked" } = headers;
  if (!/^chunked$/i.test(transfer))
    return message("bad-request/transfer-encoding", quotedHeader("Transfer-Encoding", transfer));
  if (/^identity$/i.test(encoding) || unpacks || !hasBody(request)) return null;
  return message("unsupported-media-type/packed", quotedHeader("Content-Encoding", encoding));
}

function quotedHeader(header: string, value: string): { readonly header: string; readonly value: string } {
  return { header, value: value.slice(0, MAX_QUOTED_CHARACTERS) };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"]) > 0;
}

function isTooLarge({ headers }: IncomingMessage): boolean {
  return Number(headers["content-length"]) > limits.messageBytes;
}
