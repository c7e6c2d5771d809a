// What a client asked for with one filter (MQTT 5, section 3.8.3).
import type { Qos } from "./packets.ts";

export interface Subscription {
  /** As the client wrote it: of a shared subscription with `$share/<group>/` before the filter. */
  readonly filter: string;
  /** The highest QoS with which it gets messages. */
  readonly qos: Qos;
  /** Nothing that it published itself. */
  readonly noLocal: boolean;
  /** Messages keep the RETAIN flag with which they were published. */
  readonly retainAsPublished: boolean;
  /** Its Subscription Identifier, which every message says; undefined where it has none. */
  readonly id: number | undefined;
}

export interface SharedFilter {
  readonly group: string;
  readonly filter: string;
}

const PREFIX = "$share/";
const SHARED = /^\$share\/([^/+#]+)\/(.+)$/s;

/** Null where the filter is not of a shared subscription; one that begins like one and is none is a filter of no topic. */
export function parseShared(filter: string): SharedFilter | null {
  if (!filter.startsWith(PREFIX)) return null;
  const [, group, inner] = SHARED.exec(filter) ?? [];
  return group === undefined || inner === undefined ? null : { group, filter: inner };
}

/** The filter that messages are to match. */
export function innerFilter(filter: string): string {
  return parseShared(filter)?.filter ?? filter;
}
