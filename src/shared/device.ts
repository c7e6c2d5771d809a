// The device of the API.
import { type Static, type TSchema, Type } from "typebox";
import { AddedControl, Publishes } from "./controls/added-control.ts";
import { Desired } from "./controls/command.ts";
import { Control, ControlValue, MAX_CONTROLS_PER_DEVICE } from "./controls/control.ts";
import { MendState } from "./history/mend.ts";
import { DeviceKey, OfferedKey } from "./security/access.ts";

export const Presence = Type.Object({
  online: Type.Boolean(),
  sinceMs: Type.Integer({ description: "when it came or went, milliseconds UTC" }),
});
export type Presence = Static<typeof Presence>;

/** What its values are: measured now and then, counted upwards, or one of a few states. */
const MetricKind = Type.Union([Type.Literal("measurement"), Type.Literal("counter"), Type.Literal("state")]);
export type MetricKind = Static<typeof MetricKind>;

const MAX_DECIMALS = 6;
const decimals = Type.Integer({ minimum: 0, maximum: MAX_DECIMALS, description: "digits behind the point" });

export const Metric = Type.Object({
  name: Type.String(),
  label: Type.Optional(Type.String()),
  unit: Type.Optional(Type.String()),
  kind: Type.Optional(MetricKind),
  decimals: Type.Optional(decimals),
  hidden: Type.Optional(Type.Boolean({ description: "people do not want to see it on cards and pages" })),
  latest: Type.Object({ ts: Type.Integer(), value: Type.Number() }),
  usualPauseMs: Type.Optional(
    Type.Integer({ description: "how long it is usually silent between two messages, where that is known" }),
  ),
  stale: Type.Boolean({ description: "silent for much longer than usual" }),
});
export type Metric = Static<typeof Metric>;

/** A control, with its desired value and the one that the device reported last. */
export const DeviceControl = Type.Object({
  control: Control,
  /** Of a control that a person added. */
  publishes: Type.Optional(Publishes),
  desired: Type.Optional(Desired),
  reported: Type.Optional(Type.Object({ value: ControlValue, atMs: Type.Integer() })),
});
export type DeviceControl = Static<typeof DeviceControl>;

const NO_CONTROL_CHARACTERS = "^[^\\u0000-\\u001f\\u007f]*$";
const line = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: NO_CONTROL_CHARACTERS });
const orNull = <T extends TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));

/** The settings of a metric by people. */
export const MetricSettings = Type.Object(
  {
    label: Type.Optional(line(64)),
    unit: Type.Optional(line(32)),
    kind: Type.Optional(MetricKind),
    decimals: Type.Optional(decimals),
    hidden: Type.Optional(Type.Boolean()),
    place: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 10_000, description: "among the metrics; those without one come last" }),
    ),
  },
  { additionalProperties: false },
);
export type MetricSettings = Static<typeof MetricSettings>;

/** Changes to it, field by field: null removes the setting, so that the device's own value is in force again. */
const MetricChanges = Type.Object(
  {
    label: orNull(line(64)),
    unit: orNull(line(32)),
    kind: orNull(MetricKind),
    decimals: orNull(decimals),
    hidden: orNull(Type.Boolean()),
    place: orNull(Type.Integer({ minimum: 0, maximum: 10_000 })),
  },
  { additionalProperties: false },
);
export type MetricChanges = Static<typeof MetricChanges>;

/** People's settings of a device, which override its own declarations. */
export const DeviceOverrides = Type.Object({
  name: Type.Optional(Type.String()),
  room: Type.Optional(Type.String()),
  notes: Type.Optional(Type.String()),
  icon: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  controls: Type.Optional(Type.Array(AddedControl)),
  metrics: Type.Optional(Type.Record(Type.String(), MetricSettings)),
});
export type DeviceOverrides = Static<typeof DeviceOverrides>;

const ZoneName = Type.Union([Type.Literal("utc"), Type.Literal("hub")], {
  description: "how times without an offset are read; null: as the device's messages show",
});

/** Changes to them: an absent field is unchanged, null removes it. */
export const DeviceChanges = Type.Object(
  {
    name: orNull(line(64)),
    room: orNull(line(64)),
    notes: orNull(Type.String({ minLength: 1, maxLength: 4_000 })),
    icon: orNull(line(64)),
    tags: orNull(Type.Array(line(32), { maxItems: 32 })),
    timeZone: orNull(ZoneName),
    metrics: Type.Optional(
      Type.Record(Type.String({ maxLength: 256 }), Type.Union([MetricChanges, Type.Null()]), {
        maxProperties: 500,
        description: "by metric, field by field; null takes away all that people say of it, others stay as they are",
      }),
    ),
    controls: orNull(
      Type.Array(AddedControl, { maxItems: MAX_CONTROLS_PER_DEVICE, description: "all that people have added" }),
    ),
  },
  { additionalProperties: false },
);
export type DeviceChanges = Static<typeof DeviceChanges>;

/** The device that another becomes part of. */
export const DeviceMerge = Type.Object({ into: Type.String() }, { additionalProperties: false });

export const JoiningState = Type.Union([Type.Literal("approved"), Type.Literal("waiting"), Type.Literal("blocked")], {
  description: "the readings of a device that waits or is blocked are quarantined",
});
export type JoiningState = Static<typeof JoiningState>;

/** A field that was left out, while the rest of its message was stored. */
export const Skipped = Type.Object({
  field: Type.String(),
  reason: Type.String({ description: "a message for people, in English" }),
  code: Type.String({ description: "the message's code" }),
  params: Type.Record(Type.String(), Type.String(), { description: "the message's parameters" }),
  atMs: Type.Integer({ description: "when it last was" }),
});
export type Skipped = Static<typeof Skipped>;

/** Two machines with one id push each other's connection out: Pis that were set up from one image do. */
export const DuplicateDevice = Type.Object(
  { addresses: Type.Array(Type.String()), atMs: Type.Integer({ description: "when they last did" }) },
  { description: "another machine that calls itself the same" },
);
export type DuplicateDevice = Static<typeof DuplicateDevice>;

/** How reliably a device's readings arrive, over about a day and since the hub's start. */
export const Delivery = Type.Object({
  sinceMs: Type.Integer({ description: "what came since then counts" }),
  expected: Type.Optional(
    Type.Integer({
      description: "readings by the pace of those metrics that have one; silences of over an hour not counted",
    }),
  ),
  missing: Type.Optional(Type.Integer({ description: "of the expected" })),
  medianDelayMs: Type.Optional(
    Type.Integer({ description: "from a reading's own time until the hub has it, where the device's clock is right" }),
  ),
  slowDelayMs: Type.Optional(Type.Integer({ description: "19 of 20 messages take no longer" })),
});
export type Delivery = Static<typeof Delivery>;

export const Device = Type.Object({
  id: Type.String(),
  name: Type.String({ description: "as people call it, else as it calls itself, else its id" }),
  ownName: Type.Optional(Type.String({ description: "as it calls itself" })),
  room: Type.Optional(Type.String()),
  notes: Type.Optional(Type.String()),
  icon: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Array(Type.String())),
  joining: JoiningState,
  quarantined: Type.Optional(
    Type.Object(
      { readings: Type.Integer(), untilMs: Type.Integer() },
      { description: "readings that come with the device when it is approved, and when they are forgotten" },
    ),
  ),
  model: Type.Optional(Type.String()),
  address: Type.Union([Type.String(), Type.Null()], { description: "from where its last message came" }),
  presence: Presence,
  clockOffMs: Type.Optional(
    Type.Integer({ description: "how far its clock is ahead of the hub's, or behind (below 0), where it is minutes" }),
  ),
  delivery: Type.Optional(Delivery),
  firstSeenMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
  metrics: Type.Array(Metric),
  controls: Type.Array(DeviceControl),
  attributes: Type.Record(Type.String(), Type.String()),
  timeZone: Type.Optional(
    Type.Object(
      {
        name: ZoneName,
        learned: Type.Boolean({ description: "false where a person set it" }),
      },
      { description: "of times that the device sends without an offset; hub: that of the hub's computer" },
    ),
  ),
  duplicate: Type.Optional(DuplicateDevice),
  removal: Type.Optional(
    Type.Object(
      { dueMs: Type.Integer({ description: "when it goes, by the hub's clock" }) },
      { description: "it was deleted, which can still be taken back" },
    ),
  ),
  mended: Type.Optional(MendState),
  simulated: Type.Optional(Type.Literal(true, { description: "the hub simulates it: there is no such Pi" })),
  key: Type.Optional(DeviceKey),
  offeredKey: Type.Optional(OfferedKey),
  skipped: Type.Optional(
    Type.Array(Skipped, { description: "fields that were left out of its latest messages, newest first" }),
  ),
});
export type Device = Static<typeof Device>;
