// A subscription: a filter and its options (MQTT 5, section 3.8.3).
import type { Qos } from "./packets.ts";

export interface Subscription {
  /** As in SUBSCRIBE: for a shared subscription with the prefix `$share/<group>/`. */
  readonly filter: string;
  /** The maximum QoS of messages sent for it. */
  readonly qos: Qos;
  /** The client does not get its own messages. */
  readonly noLocal: boolean;
  /** Forwarded messages keep the RETAIN flag of their PUBLISH. */
  readonly retainAsPublished: boolean;
  /** The Subscription Identifier; undefined where there is none. */
  readonly id: number | undefined;
}

export interface SharedFilter {
  readonly group: string;
  readonly filter: string;
}

const PREFIX = "$share/";
const SHARED = /^\$share\/([^/+#]+)\/(.+)$/s;

/** Null where the filter is not that of a shared subscription, or a malformed one, which matches no topic. */
export function parseShared(filter: string): SharedFilter | null {
  if (!filter.startsWith(PREFIX)) return null;
  const [, group, inner] = SHARED.exec(filter) ?? [];
  return group === undefined || inner === undefined ? null : { group, filter: inner };
}

/** The filter without the prefix of a shared subscription. */
export function innerFilter(filter: string): string {
  return parseShared(filter)?.filter ?? filter;
}
