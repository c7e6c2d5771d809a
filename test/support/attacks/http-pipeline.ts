// HTTP requests sent without waiting for the answers to those before.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { fill, httpGet, httpPost } from "./encode.ts";
import { httpFlood } from "./plans.ts";

const CONNECTIONS = 20;

const flood =
  (request: Buffer): StartAttack =>
  ({ httpPort }, size) =>
    new Attack(times(portion(CONNECTIONS, size), () => httpFlood(httpPort, fill(request))));

export const httpBadPosts = flood(httpPost("/data", '{"t":'));
export const httpValidPosts = flood(httpPost("/data", '{"device_id":"attacker-http","t":1}'));
export const httpMetrics = flood(httpGet("/metrics"));
export const httpUiFile = flood(httpGet("/index.html"));

const UNREAD_CONNECTIONS = 900;

/** Asks for the longest answer that is open to all, and reads none. */
export const httpUnreadOpenApi: StartAttack = ({ httpPort }, size) => {
  const request = httpGet("/api/v1/openapi.json");
  const plan = { ...httpFlood(httpPort, fill(request)), opening: request, awaitsAnswer: true, reads: false };
  return new Attack(times(portion(UNREAD_CONNECTIONS, size), () => plan));
};
