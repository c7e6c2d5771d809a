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
