// All protocols of the hub, in the order in which topics are matched.

import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceTopics } from "../access/topic-authority.ts";
import { brambleProtocol } from "./bramble/bramble.ts";
import type { CommandSubscriber, HttpRoute, Protocol, Route, TopicFilter } from "./protocol.ts";
import { RememberedTopics } from "./remembered-topics.ts";

/** To add a protocol, add it here. */
const PROTOCOLS: readonly Protocol[] = [brambleProtocol];

/** The route of the first protocol that matches the topic; null for an ordinary broker's topic. */
export function matchTopic(topic: string): Route | null {
  for (const protocol of PROTOCOLS) {
    const route = protocol.match(topic);
    if (route !== null) return route;
  }
  return null;
}

/** The subscription, where a filter is the command topic of a device; undefined for other filters. */
export function matchCommandFilter(filter: string): CommandSubscriber | undefined {
  for (const protocol of PROTOCOLS) {
    const subscriber = protocol.matchCommandFilter(filter);
    if (subscriber !== undefined) return subscriber;
  }
  return undefined;
}

/** The hub's subscriptions at an outside broker. */
export const deviceFilters: readonly TopicFilter[] = PROTOCOLS.flatMap(({ filters }) => filters);

/** How commands are published to a device whose protocol is unknown: by the hub's own. */
export function commandsOf(device: DeviceId): CommandSubscriber {
  return brambleProtocol.commandsOf(device);
}

export const httpRoutes: readonly HttpRoute[] = PROTOCOLS.flatMap((protocol) => protocol.httpRoutes);

/** The topics of all protocols, for access and for controls that people add. */
export const deviceTopics: DeviceTopics = new RememberedTopics((topic) => {
  const route = matchTopic(topic);
  const subscriber = matchCommandFilter(topic);
  return {
    isDeviceTopic: route !== null,
    device: route?.device ?? subscriber?.device ?? null,
    isCommandTopic: subscriber !== undefined,
  };
});
