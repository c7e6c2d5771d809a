// The path below which the hub is served, for a proxy that passes it on. Routes know nothing of it: it is taken off before
// they are looked up, and put in front of what others are told.
import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { message } from "../../shared/messages/message.ts";
import type { HttpDiagnostics } from "./http/diagnostics.ts";
import { sendProblem } from "./http/errors.ts";

/** Of a path that a message quotes. */
const MAX_QUOTED_CHARACTERS = 200;

type InnerPath =
  /** What routes are looked up by. */
  | { readonly kind: "inside"; readonly url: string }
  /** The path itself without a slash: what is relative to a page there would lie beside it. */
  | { readonly kind: "no-slash"; readonly location: string }
  | { readonly kind: "outside" };

/** Open at the root as well: those who watch whether the hub lives may know nothing of the path. */
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

  /** What the routes are looked up by. */
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
    const path = request.url.replace(/\?.*$/, "").slice(0, MAX_QUOTED_CHARACTERS);
    const found = message("no-such-route/base-path", { path, meant: this.path + path });
    this.#diagnostics.outsideBasePath(request, found);
    return sendProblem(reply, found);
  }
}
