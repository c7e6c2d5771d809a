// Prints an expression as PromQL, in Prometheus' canonical form. Parsing the output yields the same tree.

import { printDuration } from "./duration.ts";
import type { Binary, Expression, Selector } from "./expression.ts";

const NAME_LABEL = "__name__";
/** Keywords, which cannot be printed as a name. */
const KEYWORD = /^(?:inf|nan|bool|by|without|on|ignoring|group_left|group_right|offset)$/i;

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case "number":
      return printNumber(expression.value);
    case "selector":
      return `${printMatchers(expression)}${printOffset(expression)}`;
    case "range": {
      const { selector, rangeMs } = expression;
      return `${printMatchers(selector)}[${printDuration(rangeMs)}]${printOffset(selector)}`;
    }
    case "call":
      return `${expression.name}(${expression.name === "time" ? "" : printExpression(expression.argument)})`;
    case "aggregation": {
      const { name, keeps, labels, argument } = expression;
      const grouping = keeps === "by" && labels.length === 0 ? "" : ` ${keeps} (${labels.join(", ")}) `;
      return `${name}${grouping}(${printExpression(argument)})`;
    }
    case "binary": {
      const { operator, bool, left, right } = expression;
      return `${operand(left, expression)} ${operator}${bool ? " bool" : ""} ${operand(right, expression)}`;
    }
    case "negation":
      return `-${expression.argument.kind === "selector" ? printExpression(expression.argument) : parenthesised(expression.argument)}`;
  }
}

/** `Inf` and `NaN` are numbers to PromQL, and `+Inf` is a sign before one. */
function printNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return value > 0 ? "+Inf" : "-Inf";
}

function printMatchers({ matchers }: Selector): string {
  const name = matchers.find(({ label, operator, value }) => label === NAME_LABEL && operator === "=" && isName(value));
  const others = matchers.filter((matcher) => matcher !== name);
  const inner = others.map(({ label, operator, value }) => `${label}${operator}${JSON.stringify(value)}`).join(",");
  return `${name?.value ?? ""}${inner === "" ? "" : `{${inner}}`}`;
}

function isName(text: string): boolean {
  return /^[A-Za-z_][\w:]*$/.test(text) && !KEYWORD.test(text);
}

function printOffset({ offsetMs }: Selector): string {
  return offsetMs === 0 ? "" : ` offset ${printDuration(offsetMs)}`;
}

/** Adds parentheses where operators are nested, or a sign precedes a power. */
function operand(expression: Expression, { operator }: Binary): string {
  const isSigned = expression.kind === "negation" || (expression.kind === "number" && isNegative(expression.value));
  if (expression.kind === "binary" || (operator === "^" && isSigned)) return parenthesised(expression);
  return printExpression(expression);
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function parenthesised(expression: Expression): string {
  return `(${printExpression(expression)})`;
}
