// Signed in: everything as one wide table, and pages of few rows, of a store with as many series as there may be.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { httpGet } from "./encode.ts";
import { httpFlood } from "./plans.ts";

const CONNECTIONS = 4;

const ask =
  (path: string): StartAttack =>
  ({ httpPort, token }) =>
    new Attack(times(CONNECTIONS, () => httpFlood(httpPort, httpGet(path, token))));

const MANY_CONNECTIONS = 150;

/** Each of them small, and many of them at once. */
export const manyExports: StartAttack = ({ httpPort, token }, size) =>
  new Attack(times(portion(MANY_CONNECTIONS, size), () => httpFlood(httpPort, httpGet("/api/v1/export.csv", token))));

export const wideExports = ask("/api/v1/export.csv?layout=wide");
export const smallPages = ask("/api/v1/readings?limit=10");
