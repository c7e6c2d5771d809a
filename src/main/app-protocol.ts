// bramble://app/, the window's own address: the built page from this package, and /api from the hub on loopback. The token
// is added here, so the page never holds one, and survives a hub that dies or comes back on another port.
import { readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { net, protocol, type Session } from "electron";
import type { ApiError } from "../shared/api.ts";
import { type Language, preferredLanguage } from "../shared/messages/language.ts";
import { message } from "../shared/messages/message.ts";
import { loadLanguage, render } from "../shared/messages/render.ts";
import type { DesktopLog } from "./desktop-log.ts";
import type { HubProcess } from "./hub-process.ts";

export const APP_SCHEME = "bramble";
export const APP_ORIGIN = `${APP_SCHEME}://app`;
/** Of the paths that the hub answers. */
export const API_PATH = "/api/v1/";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  // The live feed comes from the hub itself, whose port is known only while it runs.
  "connect-src 'self' ws://127.0.0.1:*",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "form-action 'none'",
].join("; ");

/** Before `ready`: makes the scheme a secure origin with fetch and streams, like https. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, stream: true };
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges }]);
}

/** Answers in this session alone, from the built page's folder, or its development server, and from the hub. */
export function serveApp(
  appSession: Session,
  page: string,
  hub: HubProcess,
  onLanguage: (language: Language) => void,
  log: DesktopLog,
): void {
  appSession.protocol.handle(APP_SCHEME, (request) => {
    const url = new URL(request.url);
    if (url.host !== "app") return notFound();
    if (url.pathname.startsWith(API_PATH)) {
      // The page names the language that the person chose.
      onLanguage(preferredLanguage(request.headers.get("accept-language") ?? undefined));
      return forwardToHub(request, url, hub, log);
    }
    return page.startsWith("http:")
      ? net.fetch(new URL(url.pathname + url.search, page).href)
      : servePage(page, url.pathname, log);
  });
}

async function forwardToHub(request: Request, url: URL, hub: HubProcess, log: DesktopLog): Promise<Response> {
  const { endpoint } = hub;
  if (endpoint === undefined) return hubIsAway(hub, request);
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${endpoint.token}`);
  const abort = new AbortController();
  const init = {
    method: request.method,
    headers,
    body: request.body,
    duplex: "half",
    bypassCustomProtocolHandlers: true,
    signal: abort.signal,
  };
  hub.requests.add(abort);
  try {
    return await net.fetch(`${endpoint.url}${url.pathname}${url.search}`, init);
  } catch (error) {
    // The app quits: nobody reads an answer.
    if (abort.signal.aborted) return Response.error();
    log.warn(`The hub did not answer ${request.method} ${url.pathname}:`, error);
    return hubIsAway(hub, request);
  } finally {
    hub.requests.delete(abort);
  }
}

async function hubIsAway({ state }: HubProcess, { headers }: Request): Promise<Response> {
  const reason =
    state.kind === "failed"
      ? message("desktop/hub-cannot-run", { reason: state.reason })
      : message("desktop/hub-starting");
  const language = preferredLanguage(headers.get("accept-language") ?? undefined);
  await loadLanguage(language);
  const answer: ApiError = { error: "hub-stopping", message: render(reason, language, "desktop") };
  return Response.json(answer, { status: 503, headers: { "retry-after": "1" } });
}

async function servePage(folder: string, pathname: string, log: DesktopLog): Promise<Response> {
  try {
    const path = join(folder, decodeURIComponent(pathname === "/" ? "/index.html" : pathname));
    const contentType = contentTypes[extname(path)];
    // join() has resolved any encoded `..`: only files that are still inside the folder are served.
    if (!path.startsWith(folder + sep) || contentType === undefined) return notFound();
    return new Response(await readFile(path), {
      headers: {
        "content-type": contentType,
        "content-security-policy": contentSecurityPolicy,
        "x-content-type-options": "nosniff",
      },
    });
  } catch (error) {
    log.warn(`The page asked for ${pathname}: ${error}`);
    return notFound();
  }
}

function notFound(): Response {
  return new Response("Not found", { status: 404, headers: { "content-type": "text/plain" } });
}
