// Many requests for the next command of one device, each of which may wait a minute.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { fillNumbered, httpGet } from "./encode.ts";
import { httpFlood } from "./plans.ts";

const REQUESTS = 50_000;
const REQUESTS_PER_WRITE = 500;
const SPREAD_CONNECTIONS = 100;

/** Each connection is closed with its requests unanswered, and opened again. */
const polls =
  (connections: number): StartAttack =>
  ({ httpPort }, size) => {
    const request = httpGet("/api/v1/devices/x/commands/next?wait=60");
    const requests = fillNumbered(REQUESTS_PER_WRITE, () => request);
    const writes = portion(REQUESTS / connections / REQUESTS_PER_WRITE, size);
    const next = (round: number) => (round < writes ? requests : null);
    return new Attack(times(connections, () => ({ ...httpFlood(httpPort, requests), next, hangsUp: true })));
  };

export const longPollsOnOneConnection = polls(1);
export const longPollsSpread = polls(SPREAD_CONNECTIONS);
