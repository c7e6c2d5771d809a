// Access control in the API: people, their sessions, keys of devices and programs, share links, and the audit log. A secret is only in
// the response to the request that created it.
import { type Static, Type } from "typebox";

/** One of `ROLES`. */
export const Role = Type.Union([Type.Literal("viewer"), Type.Literal("operator"), Type.Literal("admin")], {
  description: "viewer reads, operator also gives commands, admin also changes everything",
});
export type Role = Static<typeof Role>;

/** What a client without a key may do: nothing, send readings of devices that have no key, or use the broker as it likes. */
export const Anonymous = Type.Union([Type.Literal("none"), Type.Literal("readings"), Type.Literal("all")]);
export type Anonymous = Static<typeof Anonymous>;

const NO_CONTROL_CHARACTERS = "^[^\\u0000-\\u001f\\u007f]*$";
const Line = Type.String({ minLength: 1, maxLength: 64, pattern: NO_CONTROL_CHARACTERS });
const Rooms = Type.Array(Line, {
  minItems: 1,
  maxItems: 64,
  description: "only devices in these rooms; all without it",
});
const timeOrNull = (description: string) => Type.Union([Type.Integer(), Type.Null()], { description });
const exact = { additionalProperties: false };

/** The access settings, stored by the hub. Those set by a flag cannot be changed here. */
export const AccessSettings = Type.Object({
  anonymous: Anonymous,
  allow: Type.Array(Type.String(), { description: "networks that are let in beside the private ones, in CIDR form" }),
  setByFlag: Type.Array(Type.Union([Type.Literal("anonymous"), Type.Literal("allow")]), {
    description: "what a flag or the environment sets",
  }),
});
export type AccessSettings = Static<typeof AccessSettings>;

export const AccessChanges = Type.Object(
  {
    anonymous: Type.Optional(Anonymous),
    allow: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 64 })),
  },
  exact,
);
export type AccessChanges = Static<typeof AccessChanges>;

/** Facts about a device's key, which itself is never shown again. */
export const DeviceKey = Type.Object({
  device: Type.String(),
  code: Type.String({ description: "a short code of the key, which the device can show, too: K7QF-2M9X" }),
  madeBy: Type.Union([Type.Literal("hub"), Type.Literal("device")]),
  createdMs: Type.Integer(),
  lastUsedMs: timeOrNull("null where it was not used yet"),
  revokedMs: timeOrNull("a device whose key was revoked is refused until it has a new one"),
});
export type DeviceKey = Static<typeof DeviceKey>;

/** A key that a device offered, and that was not accepted yet. */
export const OfferedKey = Type.Object({ code: Type.String(), sinceMs: Type.Integer() });
export type OfferedKey = Static<typeof OfferedKey>;

export const NewDeviceKey = Type.Object({
  key: Type.String({ description: "shown this once" }),
  ...DeviceKey.properties,
});
export type NewDeviceKey = Static<typeof NewDeviceKey>;

export const DeviceKeyList = Type.Object({ keys: Type.Array(DeviceKey) });

/** Approves a device; `keyCode` is the code of the offered key that the person compared. */
export const Approval = Type.Object({ keyCode: Type.Optional(Type.String({ maxLength: 16 })) }, exact);
export const KeyAcceptance = Type.Object({ keyCode: Type.String({ maxLength: 16 }) }, exact);

export const ApiKey = Type.Object({
  id: Type.String(),
  name: Type.String(),
  role: Role,
  rooms: Type.Optional(Rooms),
  prefix: Type.String({ description: "how the key begins" }),
  createdMs: Type.Integer(),
  createdBy: Type.String(),
  expiresMs: timeOrNull("null for a key without an end"),
  lastUsedMs: timeOrNull("null where it was not used yet"),
});
export type ApiKey = Static<typeof ApiKey>;
export const ApiKeyList = Type.Object({ keys: Type.Array(ApiKey) });
export type ApiKeyList = Static<typeof ApiKeyList>;
export const NewApiKeyRequest = Type.Object(
  {
    name: Line,
    role: Role,
    rooms: Type.Optional(Rooms),
    expiresInDays: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 36_525 })),
  },
  exact,
);
export type NewApiKeyRequest = Static<typeof NewApiKeyRequest>;
export const NewApiKey = Type.Object({ key: Type.String({ description: "shown this once" }), ...ApiKey.properties });
export type NewApiKey = Static<typeof NewApiKey>;

export const MIN_PASSWORD_CHARACTERS = 10;
const Password = Type.String({ minLength: MIN_PASSWORD_CHARACTERS, maxLength: 256 });

export const Person = Type.Object({
  name: Type.String(),
  role: Role,
  rooms: Type.Optional(Rooms),
  createdMs: Type.Integer(),
  lastSignInMs: timeOrNull("null where they have not signed in yet"),
});
export type Person = Static<typeof Person>;
export const PersonList = Type.Object({ people: Type.Array(Person) });
export type PersonList = Static<typeof PersonList>;
export const NewPerson = Type.Object(
  { name: Line, role: Role, rooms: Type.Optional(Rooms), password: Password },
  exact,
);
export type NewPerson = Static<typeof NewPerson>;
export const PersonChanges = Type.Object(
  {
    role: Type.Optional(Role),
    rooms: Type.Optional(Type.Union([Rooms, Type.Null()])),
    password: Type.Optional(Password),
  },
  exact,
);
export type PersonChanges = Static<typeof PersonChanges>;
export const PasswordChange = Type.Object({ current: Type.String({ maxLength: 256 }), password: Password }, exact);
export type PasswordChange = Static<typeof PasswordChange>;

/** The authenticated principal of the request. */
export const Me = Type.Object({
  kind: Type.Union([Type.Literal("shell"), Type.Literal("person"), Type.Literal("api-key"), Type.Literal("share")]),
  name: Type.String(),
  role: Role,
  rooms: Type.Optional(Rooms),
  device: Type.Optional(Type.String({ description: "of a link that shares a device: that alone is shown" })),
  view: Type.Optional(Type.String({ description: "of a link that shares a named comparison: that alone is shown" })),
  expiresMs: Type.Optional(Type.Integer({ description: "of a shared link: when it ends" })),
});
export type Me = Static<typeof Me>;

export const Session = Type.Object({
  id: Type.String(),
  name: Type.String({ description: "of the person" }),
  role: Role,
  createdMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
  expiresMs: Type.Integer(),
  address: Type.String({ description: "where it was last seen" }),
  userAgent: Type.String(),
  current: Type.Boolean({ description: "the one that asks" }),
});
export type Session = Static<typeof Session>;
export const SessionList = Type.Object({ sessions: Type.Array(Session) });
export type SessionList = Static<typeof SessionList>;

/** With a name and a password, the secret of a sign-in link, or that of a shared link. */
export const SessionRequest = Type.Object(
  {
    username: Type.Optional(Type.String({ maxLength: 256 })),
    password: Type.Optional(Type.String({ maxLength: 256 })),
    link: Type.Optional(Type.String({ maxLength: 256 })),
    share: Type.Optional(Type.String({ maxLength: 256 })),
  },
  exact,
);
export const SessionAnswer = Type.Object({ role: Role, token: Type.String() });
export type SessionAnswer = Static<typeof SessionAnswer>;

/** Opens the hub's pages once, signed in as its creator: `http://hub/#link=SECRET`. */
export const SignInLink = Type.Object({ secret: Type.String(), expiresMs: Type.Integer() });
export type SignInLink = Static<typeof SignInLink>;

export const Share = Type.Object({
  id: Type.String(),
  device: Type.Optional(Type.String({ description: "whose page it shows" })),
  view: Type.Optional(Type.String({ description: "the named comparison that it shows" })),
  createdMs: Type.Integer(),
  createdBy: Type.String(),
  expiresMs: Type.Integer(),
});
export type Share = Static<typeof Share>;
export const ShareList = Type.Object({ shares: Type.Array(Share) });
export type ShareList = Static<typeof ShareList>;
export const NewShareRequest = Type.Object(
  {
    device: Type.Optional(Type.String({ maxLength: 64, description: "either this, or `view`" })),
    view: Type.Optional(Type.String({ maxLength: 64, description: "id of a named comparison" })),
    expiresInDays: Type.Number({ exclusiveMinimum: 0, maximum: 366 }),
  },
  exact,
);
/** Its secret opens `http://hub/#share=SECRET`, any number of times until it expires or is revoked. */
export const NewShare = Type.Object({ secret: Type.String(), ...Share.properties });
export type NewShare = Static<typeof NewShare>;

export const AuditEntry = Type.Object({
  atMs: Type.Integer(),
  actor: Type.String({
    description: "a person’s name, api-key:NAME, device:ID, share:ID, this computer, anonymous, or hub",
  }),
  action: Type.String({ description: "such as device.approve" }),
  subject: Type.String({ description: "what it was done to" }),
  address: Type.String(),
  outcome: Type.Union([Type.Literal("done"), Type.Literal("refused")]),
  details: Type.Record(Type.String(), Type.Unknown()),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const AuditQuery = Type.Object({
  actor: Type.Optional(Type.String({ description: "who did it" })),
  action: Type.Optional(Type.String({ description: "device.approve, or device. for all of devices" })),
  subject: Type.Optional(Type.String({ description: "what it was done to" })),
  outcome: Type.Optional(Type.Union([Type.Literal("done"), Type.Literal("refused")])),
  from: Type.Optional(Type.String({ description: "start, included: milliseconds UTC or ISO 8601" })),
  to: Type.Optional(Type.String({ description: "end, excluded: milliseconds UTC or ISO 8601" })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 1_000 })),
  cursor: Type.Optional(Type.String({ description: "“next” of the page before" })),
});
export const AuditPage = Type.Object({
  entries: Type.Array(AuditEntry),
  next: Type.Union([Type.String(), Type.Null()]),
});
export type AuditPage = Static<typeof AuditPage>;

/** A stretch of time in which a device sent from one address, newest first. */
export const SeenAddress = Type.Object({
  address: Type.String(),
  firstSeenMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
  messages: Type.Integer(),
});
export type SeenAddress = Static<typeof SeenAddress>;
export const SeenAddressList = Type.Object({ addresses: Type.Array(SeenAddress) });
