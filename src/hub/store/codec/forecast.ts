// A column's forecast: Holt's double exponential smoothing (a level and a trend, each corrected by its share of the last error).
// The codec stores errors instead of numbers, so encoder and decoder must take the very same floating-point steps in the
// same order: `errorsOf` and `addForecast` mirror each other line by line.
import { scaledCost } from "./bins.ts";

/** The share of an error that corrects the level, and that which corrects the step (the trend). */
export interface Gains {
  readonly level: number;
  readonly step: number;
}

/** The encoder tries all of them. Their order is part of the format. */
export const GAINS: readonly Gains[] = [
  // The last number alone: a random walk, a counter, a device that sleeps between its readings.
  { level: 1, step: 0 },
  // The trend of the last numbers: a smooth curve.
  { level: 1, step: 1 },
  // A moving average: noise around something that moves slowly, a grid of times whose clock drifts.
  { level: 1 / 4, step: 0 },
  { level: 1 / 16, step: 0 },
  { level: 1 / 64, step: 0 },
  // A straight line: noise around a constant, times on a grid.
  { level: 0, step: 0 },
];

interface Forecast {
  /** An index of GAINS. */
  readonly gains: number;
  readonly first: number;
  /** From one number to the next, at the start. */
  readonly step: number;
  /** A larger error is a gap or a jump: the level restarts from that number. */
  readonly limit: number;
}

/** Numbers that gains are chosen by, and steps that the median is taken of. */
const SAMPLE_NUMBERS = 512;
const SAMPLED_STEPS = 255;
/** Errors lie strictly between this and its negative. */
const ERROR_END = 2 ** 53;

/** Turns errors into the numbers themselves, in place. `errorsOf` takes the very same steps. */
export function addForecast(
  numbers: Float64Array,
  { level: levelGain, step: stepGain }: Gains,
  first: number,
  firstStep: number,
  limit: number,
): void {
  let level = first;
  let step = firstStep;
  for (let i = 0; i < numbers.length; i++) {
    const error = numbers[i] ?? 0;
    numbers[i] = Math.floor(level) + error;
    level += (Math.abs(error) > limit ? error : levelGain * error) + step;
    step += stepGain * error;
  }
}

/** The errors that `addForecast` turns back into `numbers`; undefined where a double cannot hold one exactly. */
function errorsOf(numbers: Float64Array, { gains, first, step: firstStep, limit }: Forecast): Float64Array | undefined {
  const { level: levelGain, step: stepGain } = GAINS[gains] ?? { level: 1, step: 0 };
  const errors = new Float64Array(numbers.length);
  let level = first;
  let step = firstStep;
  let exact = true;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    const predicted = Math.floor(level);
    const error = number - predicted;
    exact &&= predicted + error === number && error < ERROR_END && error > -ERROR_END;
    errors[i] = error;
    level += (Math.abs(error) > limit ? error : levelGain * error) + step;
    step += stepGain * error;
  }
  return exact ? errors : undefined;
}

interface Fitted {
  readonly forecast: Forecast;
  readonly errors: Float64Array;
}

/** A stretch from the middle of a column, which stands for all of it where the encoder chooses. */
export function sampleOf(numbers: Float64Array): Float64Array {
  const start = Math.max(0, (numbers.length - SAMPLE_NUMBERS) >> 1);
  return numbers.subarray(start, start + SAMPLE_NUMBERS);
}

/** The forecast that costs least on the sample, of those that are exact on all numbers; undefined where none is. */
export function bestForecast(numbers: Float64Array, sample: Float64Array): Fitted | undefined {
  const { median, limit, slope } = motionOf(numbers);
  const forecasts = GAINS.map(({ level }, gains): { forecast: Forecast; cost: number } => {
    const forecast = { gains, first: numbers[0] ?? 0, step: level === 1 ? median : slope, limit };
    const errors = errorsOf(sample, { ...forecast, first: sample[0] ?? 0 });
    return { forecast, cost: errors === undefined ? Number.POSITIVE_INFINITY : scaledCost(errors) };
  });
  for (const { forecast } of forecasts.sort((a, b) => a.cost - b.cost)) {
    const errors = errorsOf(numbers, forecast);
    if (errors !== undefined) return { forecast, errors };
  }
  return undefined;
}

/** The median step, the limit beyond which a step is a gap or a jump, and the slope of the regression line. */
function motionOf(numbers: Float64Array): { median: number; limit: number; slope: number } {
  const stride = Math.ceil((numbers.length - 1) / SAMPLED_STEPS);
  const sampled: number[] = [];
  for (let i = 1; i < numbers.length; i += stride) sampled.push((numbers[i] ?? 0) - (numbers[i - 1] ?? 0));
  const steps = Float64Array.from(sampled);
  const median = medianOf(steps);
  const spread = medianOf(steps.map((step) => Math.abs(step - median)));
  const limit = Math.min(Math.ceil(Math.max(16 * spread, Math.abs(median) / 2)), Number.MAX_SAFE_INTEGER);
  // Least squares on the numbers less the median step, gaps and jumps left out.
  const middle = (numbers.length - 1) / 2;
  let offset = 0;
  let product = 0;
  let square = 0;
  for (let i = 1; i < numbers.length; i++) {
    const rest = (numbers[i] ?? 0) - (numbers[i - 1] ?? 0) - median;
    if (Math.abs(rest) <= limit) offset += rest;
    product += (i - middle) * offset;
    square += (i - middle) * (i - middle);
  }
  return { median, limit, slope: square === 0 ? median : median + product / square };
}

function medianOf(numbers: Float64Array): number {
  return numbers.toSorted()[numbers.length >> 1] ?? 0;
}
