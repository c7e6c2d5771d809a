// One shape for every error answer: {"error":"code","message":"text for a person","details":[…]}.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiError } from "../../../shared/api.ts";
import {
  BrambleError,
  detailsOf,
  errorOf,
  errorStatus,
  type Problem,
  plainProblem,
  textOf,
} from "../../../shared/errors.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { queryProblem } from "./query/query-check.ts";

/** Where the handler sets no Retry-After. */
const DEFAULT_RETRY_AFTER_SECONDS = 5;

export function errorBody(problem: Problem): ApiError {
  const details = detailsOf(problem);
  return { error: errorOf(problem), message: textOf(problem), ...(details && { details }) };
}

export function sendProblem(reply: FastifyReply, found: Problem): FastifyReply {
  const status = errorStatus[errorOf(found)];
  if ((status === 503 || status === 429) && !reply.hasHeader("Retry-After")) {
    reply.header("Retry-After", DEFAULT_RETRY_AFTER_SECONDS);
  }
  return reply.code(status).send(errorBody(found));
}

/** Call it before the routes are added: it watches them to tell a wrong method from a wrong path. */
export function answerErrors(app: FastifyInstance, diagnostics: HttpDiagnostics): void {
  const paths: { readonly pattern: RegExp; readonly methods: Set<string> }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/:\w+/g, "[^/]+")}$`);
    paths.push({ pattern, methods: new Set([method].flat()) });
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.replace(/\?.*$/, "");
    const allowed = new Set(paths.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]));
    if (allowed.size === 0) {
      const hint = diagnostics.noSuchPath(request, path);
      return sendProblem(reply, plainProblem("no-such-route", `There is nothing at ${path.slice(0, 200)}.${hint}`));
    }
    const methods = [...allowed].filter((method) => method !== "HEAD").join(" or ");
    diagnostics.wrongMethod(request, path, methods);
    reply.header("Allow", [...allowed].join(", "));
    return sendProblem(
      reply,
      plainProblem("method-not-allowed", `${path} takes no ${request.method}: use ${methods}.`),
    );
  });
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(reply, toProblem(error, request)));
}

/** The router could not read the path. */
export function badPath({ url }: FastifyRequest): Problem {
  return plainProblem(
    "bad-request",
    `“${url.slice(0, 200)}” is no path: a % in it is not followed by UTF-8 in hexadecimal.`,
  );
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error.validation !== undefined) {
    if (error.validationContext === "querystring") return queryProblem(error.validation, request);
    const [fault] = error.validation;
    const field = fault?.instancePath.slice(1).replaceAll("/", ".") || String(fault?.params["missingProperty"] ?? "");
    return plainProblem("bad-request", `${error.message}.`, field === "" ? undefined : { field });
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return plainProblem("too-large", "The request is too large.");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return plainProblem("unsupported-media-type", MEDIA_TYPE_MESSAGE);
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return plainProblem("not-json", error.message);
    case "ECONNRESET":
      return plainProblem("bad-request", "The connection ended before the request did.");
    default:
  }
  if (error instanceof BrambleError && error.code === "store-failed") return storeProblem(error, request);
  if (error.statusCode !== undefined && error.statusCode < 500) return plainProblem("bad-request", error.message);
  request.log.error({ err: error }, "request failed");
  return plainProblem("internal", "The hub failed to answer. The log in its data folder says why.");
}

/** A store that fails may work again later: its disk has room again, or its database is not locked any more. */
function storeProblem(error: BrambleError, request: FastifyRequest): Problem {
  request.log.error({ err: error }, "the store failed a request");
  return /\bfull\b/.test(error.message)
    ? plainProblem("disk-full", "The hub's disk is full: this was not done. Make room on it, then try again.")
    : plainProblem(
        "store-failed",
        "The hub's database failed: this was not done. The log in its data folder says why.",
      );
}

const MEDIA_TYPE_MESSAGE = "Send JSON with the header Content-Type: application/json.";
