// Every protocol that the hub understands, in the order in which they are asked.

import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceTopics } from "../access/topic-authority.ts";
import { brambleProtocol } from "./bramble/bramble.ts";
import type { CommandSubscriber, HttpRoute, Protocol, Route, TopicFilter } from "./protocol.ts";
import { RememberedTopics } from "./remembered-topics.ts";

/** To add a protocol, add it here. */
const PROTOCOLS: readonly Protocol[] = [brambleProtocol];

/** The route of the first protocol that knows the topic; null for an ordinary broker's topic. */
export function matchTopic(topic: string): Route | null {
  for (const protocol of PROTOCOLS) {
    const route = protocol.match(topic);
    if (route !== null) return route;
  }
  return null;
}

/** What a filter asks for where it asks for the commands of a device; undefined for other filters. */
export function matchCommandFilter(filter: string): CommandSubscriber | undefined {
  for (const protocol of PROTOCOLS) {
    const subscriber = protocol.matchCommandFilter(filter);
    if (subscriber !== undefined) return subscriber;
  }
  return undefined;
}

/** For an outside broker: what the hub subscribes to. */
export const deviceFilters: readonly TopicFilter[] = PROTOCOLS.flatMap(({ filters }) => filters);

/** What is sent to a device that nothing is known of: the hub's own protocol. */
export function commandsOf(device: DeviceId): CommandSubscriber {
  return brambleProtocol.commandsOf(device);
}

export const httpRoutes: readonly HttpRoute[] = PROTOCOLS.flatMap((protocol) => protocol.httpRoutes);

/** What access and the controls that people add need to know of topics. */
export const deviceTopics: DeviceTopics = new RememberedTopics((topic) => {
  const route = matchTopic(topic);
  const subscriber = matchCommandFilter(topic);
  return {
    isDeviceTopic: route !== null,
    device: route?.device ?? subscriber?.device ?? null,
    isCommandTopic: subscriber !== undefined,
  };
});
