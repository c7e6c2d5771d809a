// The log of messages as they arrive, on `WS /api/v1/live`: a page subscribes with a `LogRequest`, and gets `LogEvent`s until it
// unsubscribes. `POST /api/v1/messages` publishes by hand. Times are milliseconds UTC.
import { type Static, Type } from "typebox";
import { filterMatches } from "./topics.ts";

/** `forwarded`: on a topic that is not one of the hub's, forwarded to subscribers. */
export const LOG_VERDICTS = ["stored", "forwarded", "refused", "deferred"] as const;
export type LogVerdict = (typeof LOG_VERDICTS)[number];
export const LOG_TRANSPORTS = ["mqtt", "http", "websocket"] as const;
export type LogTransport = (typeof LOG_TRANSPORTS)[number];

export const MAX_FILTER_CHARACTERS = 100;

/** The filter of the log; an empty one matches everything. */
export const LogFilter = Type.Object({
  /**
   * In the topic or path, the device, the beginning of the payload or the reason; in any case of letters. With MQTT's wildcards it
   * is a filter of topics: `sensor/+/data`.
   */
  text: Type.Optional(Type.String({ maxLength: MAX_FILTER_CHARACTERS })),
  device: Type.Optional(Type.String({ maxLength: 64 })),
  verdict: Type.Optional(Type.Unsafe<LogVerdict>(Type.Union(LOG_VERDICTS.map((verdict) => Type.Literal(verdict))))),
  transport: Type.Optional(
    Type.Unsafe<LogTransport>(Type.Union(LOG_TRANSPORTS.map((transport) => Type.Literal(transport)))),
  ),
});
export type LogFilter = Static<typeof LogFilter>;

export const LogRequest = Type.Union([
  /** Begins, or changes the filter. */
  Type.Object({
    type: Type.Literal("log"),
    filter: LogFilter,
    /** Of the reasons. */
    language: Type.Union([Type.Literal("en"), Type.Literal("ko")]),
  }),
  Type.Object({ type: Type.Literal("log-end") }),
]);
export type LogRequest = Static<typeof LogRequest>;

/** A message that arrived, with its verdict. */
export interface LogRow {
  readonly atMs: number;
  /** MQTT topic or HTTP route. */
  readonly source: string;
  readonly device?: string;
  /** The beginning of the payload, without secrets. */
  readonly payload: string;
  /** Of the whole payload. */
  readonly bytes: number;
  readonly verdict: LogVerdict;
  /** Readings that were stored. */
  readonly readings?: number;
  /** They are quarantined until a person approves the device. */
  readonly isQuarantined?: true;
  /** Why it was refused or deferred. */
  readonly reason?: string;
  readonly transport: LogTransport;
  readonly address: string;
  /** The MQTT client id. */
  readonly client?: string;
  /** Of the MQTT client's PUBLISH. */
  readonly qos?: 0 | 1 | 2;
  /** It had the RETAIN flag. */
  readonly isRetained?: true;
  /** The principal, where it presented a key or signed in. */
  readonly sender?: string;
}

/** The messages and bytes of one device, or of one address that names none, in the time before. */
export interface Talker {
  readonly device?: string;
  readonly address: string;
  readonly messages: number;
  readonly bytes: number;
}

export type LogEvent =
  /** The newest last. `leftOut`: messages that fit the filter, and were too many to show. */
  | { readonly type: "log"; readonly rows: readonly LogRow[]; readonly leftOut: number }
  /** Every second: the top senders by messages and by bytes in the last `spanMs`. */
  | {
      readonly type: "log-talkers";
      readonly talkers: readonly Talker[];
      readonly messages: number;
      readonly bytes: number;
      readonly spanMs: number;
    }
  /** The log has the maximum number of viewers. */
  | { readonly type: "log-full" };

/** Whether a row matches the filter, for the hub and the page. */
export function fitsFilter(row: Omit<LogRow, "atMs">, { text = "", device, verdict, transport }: LogFilter): boolean {
  if (device !== undefined && row.device !== device) return false;
  if (verdict !== undefined && row.verdict !== verdict) return false;
  if (transport !== undefined && row.transport !== transport) return false;
  if (text === "") return true;
  if (isTopicFilter(text)) return filterMatches(text, row.source);
  const wanted = text.toLowerCase();
  const { source, device: of = "", payload, reason = "", client = "" } = row;
  return [source, of, payload, reason, client].some((where) => where.toLowerCase().includes(wanted));
}

/** Wildcards are complete levels; a lone `#` or `+` is more likely a search in payloads. */
function isTopicFilter(text: string): boolean {
  const levels = text.split("/");
  return levels.length > 1 && levels.some((level) => level === "+" || level === "#");
}

/** A message to publish, as a client of the broker would. */
export const PublishRequest = Type.Object(
  {
    topic: Type.String({ minLength: 1, maxLength: 1_024, description: "without wildcards" }),
    payload: Type.String({ description: "text; empty with “retain” forgets what is retained" }),
    qos: Type.Optional(Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)], { default: 0 })),
    retain: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
);
export type PublishRequest = Static<typeof PublishRequest>;

/** The outcome of publishing or retrying a message. A refusal is an error instead. */
export const Published = Type.Object({
  verdict: Type.Union([Type.Literal("stored"), Type.Literal("forwarded")]),
  accepted: Type.Integer({ description: "readings stored" }),
  joining: Type.Optional(Type.Literal("waiting", { description: "a person has to approve the device first" })),
  hasSubscribers: Type.Optional(Type.Boolean({ description: "whether anybody was subscribed, where that is known" })),
});
export type Published = Static<typeof Published>;
