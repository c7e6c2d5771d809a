// Describes a connected client for the API.
import { MAX_SHOWN_FILTERS, type MqttClient } from "../../../shared/mqtt/mqtt-clients.ts";
import { nameOf } from "../../access/principal.ts";
import type { Level } from "./messages/packets.ts";
import type { Traffic } from "./session/traffic.ts";
import type { MqttSession } from "./session.ts";

const VERSIONS: Readonly<Record<Level, MqttClient["version"]>> = { 3: "3.1", 4: "3.1.1", 5: "5" };

export function describeClient(session: MqttSession): MqttClient {
  const { clientId, level, address, principal, connectedMs, keepAliveMs, received, sent, client } = session;
  const state = client?.state ?? null;
  return {
    id: clientId,
    version: VERSIONS[level],
    address,
    principal: nameOf(principal),
    connectedMs,
    keepAliveSeconds: keepAliveMs / 1_000,
    sessionExpirySeconds: state?.expirySeconds ?? 0,
    filters: state === null ? [] : [...state.filters].slice(0, MAX_SHOWN_FILTERS),
    filterCount: state?.load.filters ?? 0,
    received: traffic(received),
    sent: traffic(sent),
    queued: state?.outgoing.backlog ?? { messages: 0, bytes: 0 },
  };
}

function traffic({ messages, perSecond }: Traffic): MqttClient["received"] {
  return { messages, perSecond };
}
