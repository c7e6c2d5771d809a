// The credential of an HTTP request: a bearer token or key, else an API key in its own header, else one as the password of HTTP
// Basic, else the session cookie.
import type { IncomingHttpHeaders } from "node:http";
import fastifyCookie from "@fastify/cookie";
import type { Credential } from "./authenticate.ts";

const COOKIE = "bramble_session";

/** Null where a request has none. The cookie plugin has to be registered by then: it loads its parser then. */
export function credentialOf(headers: IncomingHttpHeaders): Credential | null {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  const apiKey = [headers["x-api-key"]].flat()[0]?.trim();
  const text =
    bearer ?? apiKey ?? keyInBasic(headers.authorization) ?? fastifyCookie.parse(headers.cookie ?? "")[COOKIE];
  return text === undefined || text === "" ? null : { kind: "token", text };
}

/** Any user name is accepted. A password that is no key of a hub is meant for a proxy in front. */
function keyInBasic(authorization = ""): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(authorization)?.[1] ?? "";
  return /^[^:]*:(brk_[\w-]+)$/.exec(Buffer.from(encoded, "base64").toString())?.[1];
}

export interface CookieOptions {
  readonly maxAgeSeconds: number;
  /** The hub's base path; empty where there is none. */
  readonly basePath: string;
  /** Whether the client speaks TLS: its browser then never sends the cookie without. */
  readonly isSecure: boolean;
}

/** A Set-Cookie header that no script reads and no other site's request carries; `token` is made of base64url and dots. */
export function sessionCookie(token: string, { maxAgeSeconds, basePath, isSecure }: CookieOptions): string {
  const secure = isSecure ? "; Secure" : "";
  return `${COOKIE}=${token}; Path=${basePath || "/"}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${secure}`;
}
