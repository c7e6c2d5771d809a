// Controls that a person adds to a device that declares none: what is published, and where.
import { type Static, Type } from "typebox";
import { type ControlValue, NumberControl, SwitchControl } from "./control.ts";

/** The placeholder of the number in a template. */
export const VALUE_PLACEHOLDER = "{value}";

const topic = Type.String({ minLength: 1, maxLength: 256, description: "without + and #" });
const payload = Type.String({ maxLength: 1_000 });

const SwitchPublishes = Type.Object({ topic, on: payload, off: payload });
const NumberPublishes = Type.Object({
  topic,
  template: Type.String({
    maxLength: 1_000,
    description: "the payload, with {value} where the number goes",
  }),
});
export const Publishes = Type.Union([SwitchPublishes, NumberPublishes]);
export type Publishes = Static<typeof Publishes>;

export const AddedControl = Type.Union([
  Type.Object({ control: SwitchControl, publishes: SwitchPublishes }),
  Type.Object({ control: NumberControl, publishes: NumberPublishes }),
]);
export type AddedControl = Static<typeof AddedControl>;

/** The publication of a command to such a control. */
export const Publication = Type.Object({ topic: Type.String(), payload: Type.String() });
export type Publication = Static<typeof Publication>;

/** The publication that sets the control to `value`. */
export function publicationOf(publishes: Publishes, value: ControlValue): Publication {
  const { topic } = publishes;
  if ("template" in publishes)
    return { topic, payload: publishes.template.replaceAll(VALUE_PLACEHOLDER, String(value)) };
  return { topic, payload: value === true ? publishes.on : publishes.off };
}
