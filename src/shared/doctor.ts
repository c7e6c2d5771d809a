// The doctor's report: the checks of the hub's computer, and the clients that failed to connect or send.
import { type Static, Type } from "typebox";

/** Wrong: Pis cannot connect. Hint: they may be unable to connect. */
export const CheckState = Type.Union([Type.Literal("wrong"), Type.Literal("hint"), Type.Literal("fine")]);
export type CheckState = Static<typeof CheckState>;

export const Check = Type.Object({
  id: Type.String({ description: "what was checked, such as mqtt-port" }),
  state: CheckState,
  title: Type.String(),
  message: Type.String(),
  remedy: Type.Optional(Type.String({ description: "what a person can do about it" })),
  command: Type.Optional(Type.String({ description: "for a terminal on the hub's computer" })),
});
export type Check = Static<typeof Check>;

export const FailedClient = Type.Object({
  code: Type.String({ description: "stable code of what went wrong" }),
  address: Type.String({ description: "where it was; empty where that is not known" }),
  clientId: Type.Optional(Type.String({ description: "its client id, or its device's" })),
  message: Type.String(),
  count: Type.Integer(),
  firstSeenMs: Type.Integer(),
  lastSeenMs: Type.Integer(),
});
export type FailedClient = Static<typeof FailedClient>;

export const DiagnosticReport = Type.Object({
  atMs: Type.Integer(),
  checks: Type.Array(Check),
  clients: Type.Array(FailedClient, { description: "that failed in the last day, newest first" }),
});
export type DiagnosticReport = Static<typeof DiagnosticReport>;
