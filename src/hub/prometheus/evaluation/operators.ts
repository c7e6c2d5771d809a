// Operators between numbers, and between each value of a series and a number.
import { withoutName } from "../reading-series.ts";
import { type ArithmeticOperator, type Binary, type ComparisonOperator, isComparison } from "../syntax/expression.ts";
import { type Column, newColumn, type Result, setAt, valueAt } from "./vector.ts";

/** Of two vectors the parser has refused it. */
export function applyOperator(binary: Binary, left: Result, right: Result): Result {
  if (left.kind === "scalar" && right.kind === "scalar") {
    const values = left.values.map((value, index) => numberOf(binary.operator, value, right.values[index] ?? 0));
    return { kind: "scalar", values };
  }
  if (left.kind === "vector" && right.kind === "scalar")
    return withNumbers(binary, left.columns, (value, index) => [value, right.values[index] ?? 0]);
  if (left.kind === "scalar" && right.kind === "vector")
    return withNumbers(binary, right.columns, (value, index) => [left.values[index] ?? 0, value]);
  throw new Error("an operator between vectors");
}

function withNumbers(
  { operator, bool }: Binary,
  columns: readonly Column[],
  operandsOf: (value: number, index: number) => readonly [left: number, right: number],
): Result {
  const filters = isComparison(operator) && !bool;
  const changed = columns.map((column) => {
    const result = newColumn(filters ? column.labels : withoutName(column.labels), column.values.length);
    for (let index = 0; index < column.values.length; index++) {
      const value = valueAt(column, index);
      if (value === undefined) continue;
      const [left, right] = operandsOf(value, index);
      const found = numberOf(operator, left, right);
      // A comparison keeps the value, or filters it out.
      if (!filters) setAt(result, index, found);
      else if (found === 1) setAt(result, index, value);
    }
    return result;
  });
  return { kind: "vector", columns: changed };
}

function numberOf(operator: ArithmeticOperator | ComparisonOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "%":
      return left % right;
    case "^":
      return left ** right;
    case "==":
      return Number(left === right);
    case "!=":
      return Number(left !== right);
    case ">":
      return Number(left > right);
    case "<":
      return Number(left < right);
    case ">=":
      return Number(left >= right);
    case "<=":
      return Number(left <= right);
  }
}
