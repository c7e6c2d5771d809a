// The first steps with a hub, and the simulated Pis.
import { type Static, Type } from "typebox";

const FirstStep = Type.Union([
  Type.Literal("device"),
  Type.Literal("reading"),
  Type.Literal("command"),
  Type.Literal("account"),
]);
export type FirstStep = Static<typeof FirstStep>;

/** Steps that the hub detects, in the order in which people do them. */
export const FIRST_STEPS: readonly FirstStep[] = ["device", "reading", "command", "account"];

export const FirstSteps = Type.Object({
  done: Type.Array(FirstStep, {
    description:
      "device: a Pi was found; reading: one that joined has a reading; command: one did what it was told; account: somebody can sign in with a password. What was done once stays done; simulated Pis count for commands alone",
  }),
  dismissed: Type.Boolean({ description: "a person does not want to see them any more" }),
});
export type FirstSteps = Static<typeof FirstSteps>;

export const FirstStepsChange = Type.Object({ dismissed: Type.Boolean() }, { additionalProperties: false });

export const SimulatedPis = Type.Object({ devices: Type.Array(Type.String({ description: "device ids" })) });
export type SimulatedPis = Static<typeof SimulatedPis>;
