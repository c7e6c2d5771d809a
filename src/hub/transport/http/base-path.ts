// The path below which the hub is served, for a proxy that does not strip it. Routes do not know it: it is stripped before they are
// looked up, and prepended to the URLs that clients get.
import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { message } from "../../../shared/messages/message.ts";
import type { HttpDiagnostics } from "./diagnostics.ts";
import { sendProblem } from "./errors.ts";
import { pathOf, quotedPath } from "./path.ts";

type InnerPath =
  /** The path by which routes are looked up. */
  | { readonly kind: "inside"; readonly url: string }
  /** The base path without its last slash, where relative links of a page would miss it. */
  | { readonly kind: "no-slash"; readonly location: string }
  | { readonly kind: "outside" };

/** Open at the root as well: health checks may not know the path. */
const HEALTH_CHECK = /^\/healthz(?:\?|$)/;

/** Takes `basePath`, such as "/bramble" or "", off the URL of a request. */
export function innerPath(basePath: string, url: string): InnerPath {
  if (basePath === "" || HEALTH_CHECK.test(url)) return { kind: "inside", url };
  if (url.startsWith(`${basePath}/`)) return { kind: "inside", url: url.slice(basePath.length) };
  const [path, ...query] = url.split("?");
  if (path === basePath) return { kind: "no-slash", location: [`${basePath}/`, ...query].join("?") };
  return { kind: "outside" };
}

/** The requests of a server that is served below a path; without one, all are inside. */
export class BasePath {
  readonly path: string;
  readonly #diagnostics: Pick<HttpDiagnostics, "outsideBasePath">;
  readonly #elsewhere = new WeakMap<IncomingMessage, Exclude<InnerPath, { readonly kind: "inside" }>>();

  constructor(path: string, diagnostics: Pick<HttpDiagnostics, "outsideBasePath">) {
    this.path = path;
    this.#diagnostics = diagnostics;
  }

  /** The URL by which routes are looked up. */
  innerUrl(request: IncomingMessage): string {
    const { url = "/" } = request;
    const inner = innerPath(this.path, url);
    if (inner.kind === "inside") return inner.url;
    this.#elsewhere.set(request, inner);
    return url;
  }

  /** Answers a request that is not inside; null where it is. */
  answerElsewhere(request: FastifyRequest, reply: FastifyReply): FastifyReply | null {
    const elsewhere = this.#elsewhere.get(request.raw);
    if (elsewhere === undefined) return null;
    if (elsewhere.kind === "no-slash") return reply.redirect(elsewhere.location, 308);
    const path = quotedPath(pathOf(request.url));
    const found = message("no-such-route/base-path", { path, meant: this.path + path });
    this.#diagnostics.outsideBasePath(request, found);
    return sendProblem(reply, found);
  }
}
