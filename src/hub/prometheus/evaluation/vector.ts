// The value of an expression at each of the times of a query.
import type { Labels } from "../reading-series.ts";

/** The times at which a query is evaluated, in milliseconds UTC. */
export interface Times {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export type Result = ScalarResult | VectorResult;

interface ScalarResult {
  readonly kind: "scalar";
  /** One of each time. */
  readonly values: Float64Array;
}

interface VectorResult {
  readonly kind: "vector";
  readonly columns: readonly Column[];
}

/** A series: not a number is a value as well, so which times have one is stored apart. */
export interface Column {
  readonly labels: Labels;
  readonly values: Float64Array;
  /** 1 where there is a value. */
  readonly present: Uint8Array;
}

/** The time of a point by its place, in milliseconds UTC. */
export function timeAt({ startMs, stepMs }: Times, index: number): number {
  return startMs + index * stepMs;
}

/** A column without values. */
export function newColumn(labels: Labels, count: number): Column {
  return { labels, values: new Float64Array(count), present: new Uint8Array(count) };
}

export function setAt({ values, present }: Column, index: number, value: number): void {
  values[index] = value;
  present[index] = 1;
}

/** Undefined where there is none. */
export function valueAt({ values, present }: Column, index: number): number | undefined {
  return present[index] === 1 ? values[index] : undefined;
}
