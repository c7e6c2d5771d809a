// A command to a device: the desired value, and its states so far.
import { type Static, Type } from "typebox";
import { Publication } from "./added-control.ts";
import { ControlValue } from "./control.ts";

/**
 * queued: it waits for the device. sent: written to the device's session. delivered: the device's client acknowledged it.
 * done, failed: the device replied, or did not in time; a control added by hand is done once acknowledged.
 * expired: its time to live passed before it was delivered.
 */
export const CommandState = Type.Union([
  Type.Literal("queued"),
  Type.Literal("sent"),
  Type.Literal("delivered"),
  Type.Literal("done"),
  Type.Literal("failed"),
  Type.Literal("expired"),
]);
export type CommandState = Static<typeof CommandState>;

/** The value of the last command to a control, as opposed to the reported one. */
export const Desired = Type.Object({
  value: ControlValue,
  state: CommandState,
  atMs: Type.Integer({ description: "when it was asked for" }),
});
export type Desired = Static<typeof Desired>;

export const Command = Type.Object({
  id: Type.String(),
  device: Type.String(),
  control: Type.String(),
  value: ControlValue,
  state: CommandState,
  by: Type.String({ description: "who sent it" }),
  publication: Type.Optional(Publication),
  expiresAtMs: Type.Integer({ description: "it is not sent from then on" }),
  timeline: Type.Array(Type.Object({ state: CommandState, atMs: Type.Integer() }), {
    description: "every state it has been in, oldest first",
  }),
  acknowledgedBy: Type.Optional(
    Type.Union([Type.Literal("device"), Type.Literal("broker")], {
      description: "who acknowledged it: the device's client, or an outside broker, which forwards it",
    }),
  ),
  reply: Type.Optional(ControlValue),
  error: Type.Optional(Type.String({ description: "why it failed: a code of the hub, or the device's own text" })),
});
export type Command = Static<typeof Command>;

export const CommandRequest = Type.Object({
  control: Type.String(),
  value: Type.Optional(ControlValue),
  ttl: Type.Optional(Type.Number({ minimum: 1, maximum: 86_400, description: "seconds", default: 60 })),
});
export type CommandRequest = Static<typeof CommandRequest>;

/** The message to the device. */
export const CommandMessage = Type.Object({
  id: Type.String(),
  control: Type.String(),
  value: ControlValue,
  at: Type.Integer({ description: "when it was asked for, milliseconds UTC of the hub" }),
  ttl_ms: Type.Integer({ description: "counted from `at`" }),
});
export type CommandMessage = Static<typeof CommandMessage>;

/** The reply of the device. */
export const CommandReply = Type.Object({
  id: Type.String({ maxLength: 64 }),
  ok: Type.Boolean(),
  value: Type.Optional(ControlValue),
  error: Type.Optional(Type.String({ maxLength: 1_000 })),
});
export type CommandReply = Static<typeof CommandReply>;

export function desiredBy({ value, state, timeline }: Command): Desired {
  return { value, state, atMs: timeline[0]?.atMs ?? 0 };
}

export function isSettled(state: CommandState): boolean {
  return state === "done" || state === "failed" || state === "expired";
}
