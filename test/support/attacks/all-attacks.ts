// Every attack by its name. Variants of one kind are tried one after another against the same hub.
import { Attack, type StartAttack } from "./attack.ts";
import { bigBatchesHttp, bigBatchesQos0, bigBatchesQos1, bigBatchesWebSocket, bigBatchesWills } from "./big-batches.ts";
import { deepFilters, endlessRetained, longFilters, longTopics, longWills } from "./broker-state.ts";
import { deafLiveListeners, deafSubscribers } from "./deaf-listeners.ts";
import { httpBadPosts, httpMetrics, httpUiFile, httpUnreadOpenApi, httpValidPosts } from "./http-pipeline.ts";
import { longPollsOnOneConnection, longPollsSpread } from "./long-polls.ts";
import {
  mqttBadJson,
  mqttForbidden,
  mqttForbiddenQos1,
  mqttForbiddenQos2,
  mqttUnknownDevices,
} from "./mqtt-refused.ts";
import { qos2HeldForbidden, qos2HeldReadings } from "./qos2.ts";
import {
  chunkedHttpBodies,
  trickledHttpBodies,
  trickledPublishes,
  unfinishedHttpBodies,
  unfinishedHttpHeads,
  unfinishedPublishes,
  unfinishedWebSocketFrames,
} from "./unfinished.ts";
import {
  webSocketDeafLongSeq,
  webSocketDeafShortSeq,
  webSocketEmptyObjects,
  webSocketMadeUpDevices,
  webSocketMqttByteByByte,
  webSocketReadings,
} from "./websocket.ts";
import { manyExports, smallPages, wideExports } from "./wide-export.ts";

export interface AttackKind {
  readonly name: string;
  /** In words, for a table. */
  readonly what: string;
  /** Flags without which the hub turns it away at once. */
  readonly hubFlags?: readonly string[];
  /** A store with as many series as there may be. */
  readonly needsWideStore?: boolean;
  /** By name. */
  readonly variants: Readonly<Record<string, StartAttack>>;
}

const OPEN_BROKER = ["--anonymous", "all"];

export const attackKinds: readonly AttackKind[] = [
  {
    name: "nobody",
    what: "nobody attacks, for comparison",
    variants: { alone: () => new Attack([]) },
  },
  {
    name: "websocket-flood",
    what: "a WebSocket that sends without an end",
    variants: {
      empty: webSocketEmptyObjects,
      readings: webSocketReadings,
      "made-up-devices": webSocketMadeUpDevices,
      "mqtt-byte-by-byte": webSocketMqttByteByByte,
    },
  },
  {
    name: "websocket-never-reads",
    what: "a WebSocket that sends and never reads",
    variants: { "long-seq": webSocketDeafLongSeq, "short-seq": webSocketDeafShortSeq },
  },
  {
    name: "mqtt-refused",
    what: "20 MQTT clients that send what is refused",
    // At the rate of a client it would take minutes until what lies in the sockets' buffers is worked off.
    hubFlags: ["--no-rate-limit"],
    variants: {
      forbidden: mqttForbidden,
      "bad-json": mqttBadJson,
      "forbidden-qos1": mqttForbiddenQos1,
      "forbidden-qos2": mqttForbiddenQos2,
    },
  },
  {
    name: "mqtt-unknown-devices",
    what: "20 MQTT clients with 5,000 devices that wait for approval",
    hubFlags: ["--joining", "ask"],
    variants: { readings: mqttUnknownDevices },
  },
  {
    name: "http-pipeline",
    what: "20 connections that pipeline HTTP requests without an end",
    variants: {
      "bad-posts": httpBadPosts,
      "valid-posts": httpValidPosts,
      metrics: httpMetrics,
      "ui-file": httpUiFile,
      "openapi-unread": httpUnreadOpenApi,
    },
  },
  {
    name: "long-polls",
    what: "50,000 pipelined long-polls of one device, then gone",
    variants: { "one-connection": longPollsOnOneConnection, spread: longPollsSpread },
  },
  {
    name: "qos2-held",
    what: "900 QoS 2 messages of 1 MB that are never released",
    variants: { forbidden: qos2HeldForbidden, readings: qos2HeldReadings },
  },
  {
    name: "big-batches",
    what: "40 clients with batches of 8,000 readings without an end",
    variants: {
      "mqtt-qos0": bigBatchesQos0,
      "mqtt-qos1": bigBatchesQos1,
      http: bigBatchesHttp,
      websocket: bigBatchesWebSocket,
      wills: bigBatchesWills,
    },
  },
  {
    name: "unfinished",
    what: "1,000 connections that never finish a packet or request",
    variants: {
      publishes: unfinishedPublishes,
      "trickled-publishes": trickledPublishes,
      "http-heads": unfinishedHttpHeads,
      "http-bodies": unfinishedHttpBodies,
      "trickled-http-bodies": trickledHttpBodies,
      "chunked-http-bodies": chunkedHttpBodies,
      "websocket-frames": unfinishedWebSocketFrames,
    },
  },
  {
    name: "never-read",
    what: "100 subscribers, and 100 live listeners, that never read",
    hubFlags: OPEN_BROKER,
    variants: { subscribers: deafSubscribers, "live-listeners": deafLiveListeners },
  },
  {
    name: "broker-state",
    what: "long filters, topics, wills and retained messages without an end",
    hubFlags: OPEN_BROKER,
    variants: {
      filters: longFilters,
      "deep-filters": deepFilters,
      topics: longTopics,
      retained: endlessRetained,
      wills: longWills,
    },
  },
  {
    name: "wide-export",
    what: "exports and small pages of 1,000 devices with 500 metrics each",
    needsWideStore: true,
    variants: { exports: wideExports, pages: smallPages, "many-exports": manyExports },
  },
];

/** By `kind` (its first variant) or `kind/variant`. */
export function attackNamed(name: string): StartAttack {
  const [kindName, variantName] = name.split("/");
  const kind = attackKinds.find((one) => one.name === kindName);
  const start = kind?.variants[variantName ?? Object.keys(kind.variants)[0] ?? ""];
  if (start === undefined) throw new Error(`There is no attack “${name}”. There are:\n${attackNames().join("\n")}`);
  return start;
}

function attackNames(): string[] {
  return attackKinds.flatMap(({ name, variants }) => Object.keys(variants).map((variant) => `${name}/${variant}`));
}
