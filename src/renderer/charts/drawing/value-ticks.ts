// Ticks of a value axis: round numbers inside the range, so that the axis itself fits the readings closely.

import { formatTickInUnit } from "../../i18n/numbers.ts";

const NICE_STEPS = [1, 2, 5, 10];

/** Two to seven ticks; none where the range is too wide or too narrow for doubles. */
export function valueTicks(min: number, max: number): { value: number }[] {
  const roughStep = max / 5 - min / 5;
  const power = 10 ** Math.floor(Math.log10(roughStep));
  const step = power * (NICE_STEPS.find((nice) => nice * power >= roughStep) ?? 10);
  const first = Math.ceil(min / step);
  const count = Math.floor(max / step) - first + 1;
  if (!(step > 0 && Number.isFinite(step) && Number.isFinite(count))) return [];
  return Array.from({ length: count }, (_, index) => ({ value: (first + index) * step }));
}

/** A tick, written as all of its axis are. */
export function tickText(
  value: number | string,
  all: readonly { readonly value: number }[],
  unit: string | undefined,
): string {
  const [first, second] = all;
  const largest = Math.max(...all.map((tick) => Math.abs(tick.value)));
  return formatTickInUnit(Number(value), (second?.value ?? 1) - (first?.value ?? 0), unit, largest);
}
