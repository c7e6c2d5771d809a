// The HTTP API's shapes: one schema each for validation, OpenAPI and the client. Times in answers are milliseconds UTC.
import { type Static, Type } from "typebox";
import { Command } from "./controls/command.ts";
import { Device } from "./device.ts";
import type { ProblemDetail } from "./errors.ts";
import type { Bucket } from "./reading.ts";

const ProblemDetailShape = Type.Unsafe<ProblemDetail>(
  Type.Object({
    field: Type.Optional(Type.String()),
    position: Type.Optional(Type.Integer()),
    limit: Type.Optional(Type.Integer()),
  }),
);

/** The one shape of an error answer. */
export const ApiError = Type.Object({
  error: Type.String({ description: "stable code" }),
  message: Type.String({ description: "a message for people" }),
  details: Type.Optional(Type.Array(ProblemDetailShape)),
});
export type ApiError = Static<typeof ApiError>;

/** A point in time in a query: milliseconds UTC or ISO 8601. Intervals are half-open: `from <= t < to`. */
export const Time = (description: string) =>
  Type.Optional(Type.String({ description: `${description}: milliseconds UTC or ISO 8601` }));
/** May be given more than once. */
export const Names = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())], { description }));

const ReadingsObject = Type.Object(
  {
    device_id: Type.Optional(Type.String({ description: "also deviceId or device" })),
    ts: Type.Optional(
      Type.Union([Type.Number(), Type.String()], {
        description: "also timestamp or time: since 1970 in s, ms, µs or ns, or ISO 8601; the hub's time without it",
      }),
    ),
  },
  { additionalProperties: true, description: "every other number, boolean or number as text is a reading" },
);
export const ReadingsMessage = Type.Union([ReadingsObject, Type.Array(ReadingsObject)]);

export const Accepted = Type.Object({
  status: Type.Literal("success"),
  accepted: Type.Integer({ description: "readings stored" }),
  joining: Type.Optional(
    Type.Literal("waiting", {
      description: "a person has to approve the device; until then its readings are quarantined",
    }),
  ),
  skipped: Type.Optional(
    Type.Array(Type.Object({ field: Type.String(), reason: Type.String() }), {
      description: "fields that were left out",
    }),
  ),
});

export type Accepted = Static<typeof Accepted>;

export const DeviceList = Type.Object({ devices: Type.Array(Device) });
export type DeviceList = Static<typeof DeviceList>;

export const CommandList = Type.Object({ commands: Type.Array(Command) });
export type CommandList = Static<typeof CommandList>;

export const DeviceParams = Type.Object({ id: Type.String() });

export const ChartQuery = Type.Object({
  metric: Type.String({ description: "a metric’s name" }),
  from: Time("start, included"),
  to: Time("end, excluded"),
  points: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 })),
});
export type ChartQuery = Static<typeof ChartQuery>;

/** At most `points` buckets, each `stepMs` wide; a bucket without a reading is left out. */
const BucketShape = Type.Unsafe<Bucket>(
  Type.Object({
    t: Type.Integer(),
    min: Type.Number(),
    max: Type.Number(),
    avg: Type.Number(),
    n: Type.Integer(),
  }),
);

export const Chart = Type.Object({
  device: Type.String(),
  metric: Type.String(),
  from: Type.Integer(),
  to: Type.Integer(),
  stepMs: Type.Integer(),
  buckets: Type.Array(BucketShape),
});
export type Chart = Static<typeof Chart>;

export const ReadingsQuery = Type.Object({
  device: Names("device ids; all without it"),
  metric: Names("metric names; all without it"),
  from: Time("start, included"),
  to: Time("end, excluded"),
  order: Type.Optional(
    Type.Union([Type.Literal("newest"), Type.Literal("oldest")], {
      description: "which come first",
      default: "newest",
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 })),
  cursor: Type.Optional(Type.String({ description: "“next” of the page before" })),
});
export type ReadingsQuery = Static<typeof ReadingsQuery>;

export const ReadingRow = Type.Object({
  device: Type.String(),
  metric: Type.String(),
  ts: Type.Integer({ description: "milliseconds UTC" }),
  value: Type.Number(),
});

export const ReadingsPage = Type.Object({
  readings: Type.Array(ReadingRow),
  next: Type.Union([Type.String(), Type.Null()], {
    description: "the cursor of the next page; null behind the last. Of many hidden readings a page may show none",
  }),
});
export type ReadingsPage = Static<typeof ReadingsPage>;

/** Which readings. */
export const SelectionQuery = Type.Object({
  device: Names("device ids; all without it"),
  metric: Names("metric names; all without it"),
  from: Time("start, included"),
  to: Time("end, excluded"),
});

export const ExportQuery = Type.Object({
  ...SelectionQuery.properties,
  tz: Type.Optional(Type.String({ description: "IANA time zone of the time column", default: "UTC" })),
  sep: Type.Optional(
    Type.Union([Type.Literal(","), Type.Literal(";"), Type.Literal("tab")], {
      description: "column separator",
      default: ",",
    }),
  ),
  decimal: Type.Optional(
    Type.Union([Type.Literal("."), Type.Literal(",")], {
      description: "between a number and its fraction; a comma needs ; or tab as the separator",
      default: ".",
    }),
  ),
  time: Type.Optional(
    Type.Union([Type.Literal("iso"), Type.Literal("spreadsheet")], {
      description:
        "iso: 2026-01-31T12:00:00.000Z; spreadsheet: local time in `tz` without an offset, which is read as a date",
      default: "iso",
    }),
  ),
  layout: Type.Optional(
    Type.Union([Type.Literal("long"), Type.Literal("wide")], {
      description: "long: a row per reading; wide: a row per time, a column per metric",
      default: "long",
    }),
  ),
  notes: Type.Optional(
    Type.Union([Type.Literal("0"), Type.Literal("1")], {
      description:
        "1: a last column “note” with people's notes: one of a moment in the device's first row from then on, one of a stretch in each row of it",
      default: "0",
    }),
  ),
});
export type ExportQuery = Static<typeof ExportQuery>;

export const Refused = Type.Object({
  id: Type.Optional(Type.Integer({ description: "in the list" })),
  isWhole: Type.Optional(Type.Boolean({ description: "the excerpt is the message: it can be tried again" })),
  atMs: Type.Integer(),
  code: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Array(ProblemDetailShape)),
  address: Type.String({ description: "who sent it" }),
  source: Type.String({ description: "MQTT topic or HTTP route" }),
  device: Type.Optional(Type.String({ description: "whose it is, where topic, key or payload names one" })),
  bytes: Type.Integer({ description: "how much of the message was read" }),
  excerpt: Type.String({ description: "how the message begins" }),
  count: Type.Optional(
    Type.Integer({ minimum: 2, description: "how often messages like it came, where too many did to list each" }),
  ),
});
export type Refused = Static<typeof Refused>;

export const RefusedList = Type.Object({ refused: Type.Array(Refused) });
export type RefusedList = Static<typeof RefusedList>;

export const InstallerQuery = Type.Object({
  address: Type.String({ description: "an address of the hub, or a name of it, as a Pi reaches it" }),
});
/** The installer script as served at that address. */
export const Installer = Type.Object({
  url: Type.String(),
  sha256: Type.String({ description: "of the script" }),
  hubId: Type.String(),
  authority: Type.Optional(
    Type.Object(
      { url: Type.String(), sha256: Type.String({ description: "of that file" }) },
      { description: "of the certificate that the hub presents at `url`, where devices have to be set up to trust it" },
    ),
  ),
});
export type Installer = Static<typeof Installer>;

/**
 * How long readings are kept. The most specific matching rule applies: that of device and metric, of the device, of the metric,
 * then the general one. Without any, readings are kept for ever.
 */
export const RetentionRule = Type.Object({
  device: Type.Optional(Type.String({ description: "every device without it" })),
  metric: Type.Optional(Type.String({ description: "every metric without it" })),
  keepDays: Type.Union([Type.Integer({ minimum: 1, maximum: 36_525 }), Type.Null()], {
    description: "whole days (UTC); null keeps readings for ever",
  }),
});
export type RetentionRule = Static<typeof RetentionRule>;

export const Retention = Type.Object({ rules: Type.Array(RetentionRule, { maxItems: 1_000 }) });
export type Retention = Static<typeof Retention>;

/** Room on the disk of the data folder. Low: under 2 GB. Full: under 16 MB, and nothing more is acknowledged. */
export const DiskStatus = Type.Union([Type.Literal("ok"), Type.Literal("low"), Type.Literal("full")]);
export type DiskStatus = Static<typeof DiskStatus>;

/** How an unknown device is handled: a person decides, it joins at once, or it is rejected. */
export const JoiningMode = Type.Union([Type.Literal("ask"), Type.Literal("open"), Type.Literal("closed")]);
export type JoiningMode = Static<typeof JoiningMode>;

/** The hub itself, for people. */
export const HubInfo = Type.Object({
  hubId: Type.String(),
  name: Type.String(),
  version: Type.String(),
  httpPort: Type.Integer(),
  mqttPort: Type.Integer(),
  basePath: Type.Optional(Type.String({ description: "what the hub’s paths begin with, such as /bramble" })),
  httpsPort: Type.Optional(Type.Integer({ description: "where TLS is on" })),
  mqttsPort: Type.Optional(Type.Integer({ description: "where TLS is on" })),
  plainPorts: Type.Optional(
    Type.Literal("closed-but-loopback", { description: "the ports without TLS are open to the hub's computer alone" }),
  ),
  addresses: Type.Array(Type.String(), { description: "where Pis on this network reach the hub, best first" }),
  mdnsName: Type.Optional(
    Type.String({ description: "a name that stands for all of them on this network, such as bramble.local" }),
  ),
  publicNames: Type.Optional(
    Type.Array(Type.String(), { description: "that its certificate stands for, which every browser trusts as it is" }),
  ),
  dataFolder: Type.String(),
  storedBytes: Type.Integer(),
  disk: DiskStatus,
  joining: JoiningMode,
  notes: Type.Array(Type.String(), {
    description: "what the person at the hub should know, such as a port that was taken",
  }),
});
export type HubInfo = Static<typeof HubInfo>;

const HealthStatus = Type.Union([Type.Literal("ok"), Type.Literal("warning"), Type.Literal("failing")]);

/** Answered with 503 where `status` is failing: nothing is acknowledged then. */
export const Health = Type.Object({
  status: HealthStatus,
  version: Type.String(),
  uptimeSeconds: Type.Integer(),
  store: Type.Object({
    status: HealthStatus,
    damagedChunks: Type.Optional(Type.Integer({ description: "since the hub started" })),
    message: Type.Optional(Type.String()),
  }),
  disk: Type.Object({
    status: DiskStatus,
    freeBytes: Type.Union([Type.Integer(), Type.Null()], { description: "null where the file system does not say" }),
    message: Type.Optional(Type.String()),
  }),
  mqtt: Type.Object({ status: Type.Literal("ok"), clients: Type.Integer() }),
  broker: Type.Optional(
    Type.Object(
      {
        status: Type.Union([Type.Literal("ok"), Type.Literal("warning")]),
        url: Type.String(),
        clients: Type.Optional(Type.Integer({ description: "where the broker says how many are connected to it" })),
        message: Type.Optional(Type.String({ description: "why nothing arrives from it" })),
      },
      { description: "where the hub was given an outside broker" },
    ),
  ),
  tls: Type.Optional(
    Type.Object(
      { status: Type.Literal("warning"), message: Type.String() },
      { description: "where the certificate has expired, soon will, or is missing" },
    ),
  ),
});
export type Health = Static<typeof Health>;

/** A ticket opens `WS /api/v1/live?ticket=` once, within half a minute. */
export const LiveTicket = Type.Object({
  ticket: Type.String(),
  port: Type.Integer(),
  basePath: Type.String({ description: "what the hub’s paths begin with, such as /bramble; empty where they do not" }),
});
export type LiveTicket = Static<typeof LiveTicket>;

/** `[device, metric, tsMs, value]`: short, since thousands of them cross the wire. */
export const LiveReading = Type.Tuple([Type.String(), Type.String(), Type.Integer(), Type.Number()]);
export type LiveReading = Static<typeof LiveReading>;

/** The hub's messages on `WS /api/v1/live`. */
export const LiveEvent = Type.Union([
  Type.Object({ type: Type.Literal("readings"), readings: Type.Array(LiveReading) }),
  /** A device came online, went offline, or changed something other than its values. */
  Type.Object({ type: Type.Literal("device"), device: Device }),
  Type.Object({ type: Type.Literal("command"), command: Command }),
  Type.Object({ type: Type.Literal("device-removed"), id: Type.String() }),
  /** Notes on the time axis, or pauses of the hub, changed: request them again. */
  Type.Object({ type: Type.Literal("timeline") }),
  Type.Object({ type: Type.Literal("refused"), refused: Refused }),
  Type.Object({ type: Type.Literal("disk"), status: DiskStatus }),
  /** Every second: readings stored in the last one. */
  Type.Object({ type: Type.Literal("rate"), readingsPerSecond: Type.Number() }),
]);
export type LiveEvent = Static<typeof LiveEvent>;
