// The part of PromQL that is answered, as a tree.

export type Expression = NumberLiteral | Selector | RangeSelector | Call | Aggregation | Binary | Negation;

/** A number at each time, a value of each series, or all readings of a stretch of time. */
export type ValueType = "scalar" | "vector" | "range";

interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
}

export interface Selector {
  readonly kind: "selector";
  /** Includes the matcher of `__name__`, if the selector has a name. */
  readonly matchers: readonly Matcher[];
  /** How far back its times lie. */
  readonly offsetMs: number;
}

export interface RangeSelector {
  readonly kind: "range";
  readonly selector: Selector;
  readonly rangeMs: number;
}

export type MatchOperator = "=" | "!=" | "=~" | "!~";

export interface Matcher {
  readonly label: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** Whether a label of this value is selected; one that a series does not have is empty. */
  readonly matches: (value: string) => boolean;
}

export const RANGE_FUNCTIONS = [
  "avg_over_time",
  "min_over_time",
  "max_over_time",
  "sum_over_time",
  "count_over_time",
  "last_over_time",
  "rate",
  "increase",
  "delta",
] as const;
export type RangeFunction = (typeof RANGE_FUNCTIONS)[number];

export type Call =
  | { readonly kind: "call"; readonly name: RangeFunction; readonly argument: RangeSelector }
  | { readonly kind: "call"; readonly name: "timestamp" | "vector"; readonly argument: Expression }
  | { readonly kind: "call"; readonly name: "time" };

export const FUNCTIONS: readonly string[] = [...RANGE_FUNCTIONS, "time", "timestamp", "vector"];

export const AGGREGATIONS = ["sum", "avg", "min", "max", "count"] as const;
export type AggregationName = (typeof AGGREGATIONS)[number];

export interface Aggregation {
  readonly kind: "aggregation";
  readonly name: AggregationName;
  /** Which labels make a group: those of `labels`, or all but those. */
  readonly keeps: "by" | "without";
  readonly labels: readonly string[];
  readonly argument: Expression;
}

const ARITHMETIC = ["+", "-", "*", "/", "%", "^"] as const;
export type ArithmeticOperator = (typeof ARITHMETIC)[number];
const COMPARISONS = ["==", "!=", ">", "<", ">=", "<="] as const;
export type ComparisonOperator = (typeof COMPARISONS)[number];

export interface Binary {
  readonly kind: "binary";
  readonly operator: ArithmeticOperator | ComparisonOperator;
  /** A comparison that answers 1 or 0, instead of leaving out what does not hold. */
  readonly bool: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

interface Negation {
  readonly kind: "negation";
  readonly argument: Expression;
}

export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case "number":
      return "scalar";
    case "selector":
    case "aggregation":
      return "vector";
    case "range":
      return "range";
    case "call":
      return expression.name === "time" ? "scalar" : "vector";
    case "binary":
      return typeOf(expression.left) === "vector" ? "vector" : typeOf(expression.right);
    case "negation":
      return typeOf(expression.argument);
  }
}

export function isComparison(operator: string): operator is ComparisonOperator {
  return COMPARISONS.some((one) => one === operator);
}

export function isArithmetic(operator: string): operator is ArithmeticOperator {
  return ARITHMETIC.some((one) => one === operator);
}
