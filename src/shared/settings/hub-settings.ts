// What people set of the hub itself, how full its disk becomes, and a change of the network that is on trial.
import { type Static, Type } from "typebox";

const NO_CONTROL_CHARACTERS = "^[^\\u0000-\\u001f\\u007f]*$";
/** A label of DNS, in lower case, which `.local` follows. */
const MdnsLabel = Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?$", description: "without .local" });

export const HubSettings = Type.Object({
  name: Type.String({ description: "what the hub is called" }),
  computerName: Type.String({ description: "what it is called where nobody named it" }),
  advertise: Type.Boolean({ description: "whether Pis on this network are told where the hub is" }),
  isAdvertiseFixed: Type.Boolean({ description: "a flag or the environment of the hub says that it is not" }),
  mdnsLabel: MdnsLabel,
  mdnsName: Type.Union([Type.String(), Type.Null()], {
    description: "the name that stands for the hub now; another one than was wanted where that is taken",
  }),
});
export type HubSettings = Static<typeof HubSettings>;

const orNull = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

/** An absent field is unchanged; null removes the setting. */
export const HubSettingsChanges = Type.Object(
  {
    name: orNull(Type.String({ minLength: 1, maxLength: 64, pattern: NO_CONTROL_CHARACTERS })),
    advertise: Type.Optional(Type.Boolean()),
    mdnsLabel: orNull(MdnsLabel),
  },
  { additionalProperties: false },
);
export type HubSettingsChanges = Static<typeof HubSettingsChanges>;

export const StorageStatus = Type.Object({
  storedBytes: Type.Integer(),
  storedReadings: Type.Integer(),
  freeBytes: Type.Union([Type.Number(), Type.Null()], {
    description: "on the disk of the data folder; null where it does not say, or the data is in a database server",
  }),
  bytesPerDay: Type.Union([Type.Number(), Type.Null()], { description: "null where it is not known yet" }),
  measuredSinceMs: Type.Union([Type.Integer(), Type.Null()]),
  fullAtMs: Type.Union([Type.Number(), Type.Null()], {
    description: "when the disk is full at this rate; null where it is not known, or never",
  }),
});
export type StorageStatus = Static<typeof StorageStatus>;

export const TrialSubject = Type.Union([Type.Literal("access"), Type.Literal("tls")]);
export type TrialSubject = Static<typeof TrialSubject>;

/** A change of network access that is reverted unless a person who still has access confirms it. */
export const TrialStatus = Type.Object({
  trial: Type.Union([
    Type.Object({ subjects: Type.Array(TrialSubject), untilMs: Type.Integer({ description: "by the hub's clock" }) }),
    Type.Null(),
  ]),
});
export type TrialStatus = Static<typeof TrialStatus>;

/** For changes that may lock out the person who makes them. */
export const TrialQuery = Type.Object({
  undoAfter: Type.Optional(
    Type.String({
      pattern: "^(?:[1-9]\\d|[1-5]\\d\\d|600)$",
      description: "seconds, 10 to 600, after which the change is undone unless `POST /api/v1/trial/keep` comes",
    }),
  ),
});
