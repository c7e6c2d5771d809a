// The port to what devices speak: which topics are theirs, what a payload says, how a command reads. The hub's own protocol
// is one adapter (bramble/); `protocols.ts` holds the list, and the first that knows a topic has it.
// Invariant, for every adapter: decoding is pure, and yields all that a payload says or the one problem that refuses it.
import type { Publication } from "../../shared/controls/added-control.ts";
import type { CommandMessage } from "../../shared/controls/command.ts";
import type { Problem } from "../../shared/errors.ts";
import type { DeviceId } from "../../shared/ids.ts";
import type { DeviceMessage } from "../ingest/device-message.ts";

export type Decoded =
  | { readonly kind: "decoded"; readonly messages: readonly DeviceMessage[] }
  /** `device` is whose payload it is, where topic or payload say so in spite of what is wrong. */
  | { readonly kind: "refused"; readonly problem: Problem; readonly device: DeviceId | null };

export interface DecodeContext {
  readonly nowMs: number;
}

/** Must be pure. */
export type Decode = (payload: Uint8Array, context: DecodeContext) => Decoded;

/** What a topic means. It is looked up once for each topic of a session. */
export interface Route {
  /** The device that the topic names; null where the payload has to. */
  readonly device: DeviceId | null;
  /** Whether payloads hold readings and nothing else, which may take the fast path. */
  readonly holdsReadings: boolean;
  readonly decode: Decode;
}

interface HttpContext extends DecodeContext {
  /** The device that the path or the query names, as it stands there. */
  readonly deviceText: string | undefined;
}

/** A POST that takes messages of devices, open to all: its path, and what its body says. */
export interface HttpRoute {
  readonly url: string;
  /** For the API's description alone. */
  readonly schema: object;
  /** `mediaType` is in lower case and without parameters. Null where its messages are not taken. */
  match(mediaType: string): ((body: Uint8Array, context: HttpContext) => Decoded) | null;
  /** Of any other media type: names those that are taken. */
  readonly mediaTypeProblem: Problem;
}

/** A client that is sent the commands of a device. */
export interface CommandSubscriber {
  readonly device: DeviceId;
  /** What tells the device to do a command. */
  readonly encode: (command: CommandMessage) => Publication;
  /** Where the device replies. */
  readonly replyTopic: string;
}

export interface Protocol {
  readonly name: string;
  /** Null where the topic is none of this protocol's; a route that refuses every payload where it is, and malformed. */
  match(topic: string): Route | null;
  /** What a filter asks for where it asks for the commands of a device; undefined where it asks for anything else. */
  matchCommandFilter(filter: string): CommandSubscriber | undefined;
  /** Filters for all topics that `match` knows. */
  readonly filters: readonly TopicFilter[];
  /** What tells a device to do a command, where nothing says that it subscribed. */
  commandsOf(device: DeviceId): CommandSubscriber;
  readonly httpRoutes: readonly HttpRoute[];
}

export interface TopicFilter {
  readonly filter: string;
  /** Whether what is retained there says how things are now, and not how they once were. */
  readonly wantsRetained: boolean;
  /** Whether its messages hold readings and nothing else, which any process may take: they say nothing of a connection. */
  readonly holdsReadings: boolean;
}
