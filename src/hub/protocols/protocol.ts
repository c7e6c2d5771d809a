// The port of device protocols: their topics, how payloads are decoded and commands encoded. The hub's own protocol is one adapter
// (bramble/); `protocols.ts` lists them, and the first that matches a topic decodes it.
// Invariant, for every adapter: decoding is pure, and yields all messages of a payload or the one problem that refuses it.
import type { Publication } from "../../shared/controls/added-control.ts";
import type { CommandMessage } from "../../shared/controls/command.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceMessage } from "../ingest/device-message.ts";

export type Decoded =
  | { readonly kind: "decoded"; readonly messages: readonly DeviceMessage[] }
  /** `device` sent the payload, where topic or payload name it in spite of the problem. */
  | { readonly kind: "refused"; readonly problem: Problem; readonly device: DeviceId | null };

export interface DecodeContext {
  readonly nowMs: number;
  /** The device whose key the sender has presented. A message is of it where neither topic, path nor payload names one. */
  readonly sender?: DeviceId | null;
}

/** Must be pure. */
export type Decode = (payload: Uint8Array, context: DecodeContext) => Decoded;

/** The meaning of a topic. It is matched once for each topic of a session. */
export interface Route {
  /** The device that the topic names; null where the payload has to. */
  readonly device: DeviceId | null;
  /** Whether payloads hold readings and nothing else, which may take the fast path. */
  readonly holdsReadings: boolean;
  readonly decode: Decode;
}

interface HttpContext extends DecodeContext {
  /** The device that the path or the query names, unparsed. */
  readonly deviceText: string | undefined;
}

/** A POST route for messages of devices: its path, and the decoder of its body. */
export interface HttpRoute {
  readonly url: string;
  /** For the API's description alone. */
  readonly schema: object;
  /** `mediaType` is in lower case and without parameters. Null where it is not supported. */
  match(mediaType: string): ((body: Uint8Array, context: HttpContext) => Decoded) | null;
  /** The problem with any other media type: names the supported ones. */
  readonly mediaTypeProblem: Problem;
}

/** A subscription to the commands of a device. */
export interface CommandSubscriber {
  readonly device: DeviceId;
  /** The publication of a command. */
  readonly encode: (command: CommandMessage) => Publication;
  /** The topic on which the device replies. */
  readonly replyTopic: string;
}

export interface Protocol {
  readonly name: string;
  /** Null where the topic is not one of this protocol's; a malformed one gets a route that refuses every payload. */
  match(topic: string): Route | null;
  /** The subscription, where a filter is the command topic of a device; undefined for other filters. */
  matchCommandFilter(filter: string): CommandSubscriber | undefined;
  /** Filters for all topics that `match` matches. */
  readonly filters: readonly TopicFilter[];
  /** How commands are published to a device whose subscriptions are unknown. */
  commandsOf(device: DeviceId): CommandSubscriber;
  readonly httpRoutes: readonly HttpRoute[];
}

export interface TopicFilter {
  readonly filter: string;
  /** Whether a retained message there is the present state, and not a reading of the past. */
  readonly wantsRetained: boolean;
  /** Whether its messages hold readings and nothing else, which any worker may process: they do not depend on a connection. */
  readonly holdsReadings: boolean;
}
