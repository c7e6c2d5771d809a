// Ticks of a value axis: round numbers inside the range, so that the range itself can follow the readings closely.

const niceSteps = [1, 2, 5, 10];

/** From two to seven of them; none where the range is so wide or so narrow that doubles cannot part it. */
export function valueTicks(min: number, max: number): { value: number }[] {
  const roughStep = max / 5 - min / 5;
  const power = 10 ** Math.floor(Math.log10(roughStep));
  const step = power * (niceSteps.find((nice) => nice * power >= roughStep) ?? 10);
  const first = Math.ceil(min / step);
  const count = Math.floor(max / step) - first + 1;
  if (!(step > 0 && Number.isFinite(step) && Number.isFinite(count))) return [];
  return Array.from({ length: count }, (_, index) => ({ value: (first + index) * step }));
}
