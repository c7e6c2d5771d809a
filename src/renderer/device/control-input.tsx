// The input for a control, one per kind. It shows `value` and reports what the person enters, once for each gesture.
import type { Control } from "../../shared/controls/control.ts";
import { ButtonInput } from "./inputs/button-input.tsx";
import { ColourInput } from "./inputs/colour-input.tsx";
import type { InputProps } from "./inputs/input-props.ts";
import { NumberInput, SliderInput } from "./inputs/number-inputs.tsx";
import { SelectInput } from "./inputs/select-input.tsx";
import { SwitchInput } from "./inputs/switch-input.tsx";
import { TextInput } from "./inputs/text-input.tsx";

interface Props extends Omit<InputProps, "control" | "isPending"> {
  readonly control: Control;
  readonly isPending?: boolean;
}

export function ControlInput({ control, isPending = false, ...rest }: Props) {
  switch (control.kind) {
    case "switch":
      return <SwitchInput control={control} isPending={isPending} {...rest} />;
    case "number": {
      const { min, max } = control;
      if (min === undefined || max === undefined)
        return <NumberInput control={control} isPending={isPending} {...rest} />;
      return <SliderInput control={control} isPending={isPending} {...rest} min={min} max={max} />;
    }
    case "select":
      return <SelectInput control={control} isPending={isPending} {...rest} />;
    case "button":
      return <ButtonInput control={control} isPending={isPending} {...rest} />;
    case "text":
      return <TextInput control={control} isPending={isPending} {...rest} />;
    case "color":
      return <ColourInput control={control} isPending={isPending} {...rest} />;
  }
}
