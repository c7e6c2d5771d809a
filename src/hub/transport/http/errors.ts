// One shape for every error answer: {"error":"code","message":"text for a person","details":[…]}.
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ApiError } from "../../../shared/api.ts";
import { BrambleError, detailsOf, errorOf, errorStatus, type Problem } from "../../../shared/errors.ts";
import { type Language, preferredLanguage } from "../../../shared/messages/language.ts";
import { message } from "../../../shared/messages/message.ts";
import { loadLanguage, render } from "../../../shared/messages/render.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { pathOf, quotedPath } from "./path.ts";
import { queryProblem } from "./query/query-check.ts";

/** Where the handler sets no Retry-After. */
export const DEFAULT_RETRY_AFTER_SECONDS = 5;

/** In English where the request accepts no other language, or it is not loaded. */
export function errorBody(problem: Problem, language: Language = "en"): ApiError {
  const details = detailsOf(problem);
  return { error: errorOf(problem), message: render(problem, language), ...(details && { details }) };
}

/** The language of the person who reads the answer. Programs send no Accept-Language, and get English. */
export function languageOf({ headers }: Pick<FastifyRequest, "headers">): Language {
  return preferredLanguage(headers["accept-language"]);
}

export function sendProblem(reply: FastifyReply, found: Problem): FastifyReply {
  const status = errorStatus[errorOf(found)];
  if ((status === 503 || status === 429) && !reply.hasHeader("Retry-After")) {
    reply.header("Retry-After", DEFAULT_RETRY_AFTER_SECONDS);
  }
  return reply.code(status).send(errorBody(found, languageOf(reply.request)));
}

/** Call it before the routes are added: it collects them to distinguish a wrong method from a wrong path. */
export function answerErrors(app: FastifyInstance, diagnostics: HttpDiagnostics): void {
  const paths: { readonly pattern: RegExp; readonly methods: Set<string> }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    const pattern = new RegExp(`^${url.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(/:\w+/g, "[^/]+")}$`);
    paths.push({ pattern, methods: new Set([method].flat()) });
  });
  app.addHook("onRequest", (request, _reply, done) => {
    const language = languageOf(request);
    if (language === "en") done();
    else loadLanguage(language).then(() => done(), done);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request.url);
    const allowed = new Set(paths.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => [...methods]));
    if (allowed.size === 0) {
      const hint = diagnostics.noSuchPath(request, path);
      return sendProblem(reply, message("no-such-route", { path: quotedPath(path), hint }));
    }
    const methods = [...allowed].filter((method) => method !== "HEAD").join(" or ");
    diagnostics.wrongMethod(request, path, methods);
    reply.header("Allow", [...allowed].join(", "));
    return sendProblem(reply, message("method-not-allowed", { path, method: request.method, methods }));
  });
  app.setErrorHandler((error: FastifyError, request, reply) => sendProblem(reply, toProblem(error, request)));
}

/** The router could not read the path. */
export function badPath({ url }: FastifyRequest): Problem {
  return message("bad-request/path", { path: quotedPath(url) });
}

function toProblem(error: FastifyError, request: FastifyRequest): Problem {
  if (error.validation !== undefined) {
    if (error.validationContext === "querystring") return queryProblem(error.validation, request);
    const [fault] = error.validation;
    const field = fault?.instancePath.slice(1).replaceAll("/", ".") || String(fault?.params["missingProperty"] ?? "");
    return message("bad-request/body", { field, reason: error.message });
  }
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return message("too-large/body");
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return message("unsupported-media-type");
    case "FST_ERR_CTP_INVALID_JSON_BODY":
      return message("not-json/body");
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return message("not-json/empty-body");
    case "ECONNRESET":
      return message("bad-request/ended-early");
    default:
  }
  if (error instanceof BrambleError && error.code === "store-failed") return storeProblem(error, request);
  if (error.statusCode !== undefined && error.statusCode < 500)
    return message("bad-request/unread", { reason: error.message });
  request.log.error({ err: error }, "request failed");
  return message("internal");
}

/** A store that failed may work later: its disk may have room again, or its database not be locked any more. */
function storeProblem(error: BrambleError, request: FastifyRequest): Problem {
  request.log.error({ err: error }, "the store failed a request");
  return /\bfull\b/.test(error.message) ? message("disk-full/not-done") : message("store-failed/not-done");
}
