// What a request shows to say who sends it: a bearer token, else the session cookie.
import type { IncomingHttpHeaders } from "node:http";

const COOKIE = "bramble_session";
const COOKIE_VALUE = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;\\s]+)`);

export function credentialOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  return bearer ?? COOKIE_VALUE.exec(headers.cookie ?? "")?.[1];
}

/** A Set-Cookie header that no script reads and no other site's request carries; `token` is made of base64url and dots. */
export function sessionCookie(token: string, maxAgeSeconds: number): string {
  return `${COOKIE}=${token}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;
}
