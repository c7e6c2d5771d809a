// Parses a query: tokens in, a tree out, or a QueryError that names the character. Parts of PromQL that are not supported are
// refused by name, so that they are not taken for syntax errors.
import { message } from "../../../shared/messages/message.ts";
import { QueryError } from "../query-error.ts";
import {
  AGGREGATIONS,
  type ArithmeticOperator,
  type Call,
  type ComparisonOperator,
  type Expression,
  FUNCTIONS,
  isArithmetic,
  isComparison,
  RANGE_FUNCTIONS,
  type RangeSelector,
  type Selector,
  typeOf,
  type ValueType,
} from "./expression.ts";
import { readMatchers, toMatcher } from "./matchers.ts";
import { TokenReader } from "./token-reader.ts";
import { type Token, tokensOf } from "./tokens.ts";

const MAX_QUERY_CHARACTERS = 10_000;
/** More would be a tree too deep to walk. */
const MAX_OPERATIONS = 500;

/** By operator: how tightly it binds. */
const PRECEDENCE: ReadonlyMap<string, number> = new Map(
  [["or"], ["and", "unless"], ["==", "!=", ">", "<", ">=", "<="], ["+", "-"], ["*", "/", "%", "atan2"], ["^"]].flatMap(
    (operators, precedence) => operators.map((operator) => [operator, precedence] as const),
  ),
);
const POWER = PRECEDENCE.get("^") ?? 0;
const VECTOR_MATCHING = ["on", "ignoring", "group_left", "group_right"];
const OTHER_AGGREGATIONS = ["stddev", "stdvar", "topk", "bottomk", "quantile", "count_values", "group", "limitk"];

/** Throws a QueryError where the text is no query, or one that is not answered. */
export function parseQuery(text: string): Expression {
  if (text.length > MAX_QUERY_CHARACTERS)
    throw new QueryError("bad_data", message("bad-request/promql-too-long", { limit: MAX_QUERY_CHARACTERS }));
  return new Parser(tokensOf(text)).parse();
}

class Parser {
  readonly #tokens: TokenReader;
  #operations = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = new TokenReader(tokens);
  }

  parse(): Expression {
    const expression = this.#expression(0);
    if (this.#tokens.next.kind !== "end") throw this.#tokens.unexpected("operator");
    return expression;
  }

  /** As much as binds at least as tightly as `weakest`. */
  #expression(weakest: number): Expression {
    let left = this.#signed();
    for (;;) {
      const { text, kind } = this.#tokens.next;
      const operator = text.toLowerCase();
      const precedence = kind === "name" || kind === "symbol" ? PRECEDENCE.get(operator) : undefined;
      if (precedence === undefined || precedence < weakest) return left;
      const { position } = this.#tokens.take();
      if (!isArithmetic(operator) && !isComparison(operator)) throw unsupported("operator", operator, position);
      const bool = this.#tokens.takeName("bool");
      if (bool && !isComparison(operator)) throw this.#tokens.unexpected("expression");
      if (VECTOR_MATCHING.includes(this.#tokens.next.text.toLowerCase()))
        throw unsupported("vectors", this.#tokens.next.text, this.#tokens.next.position);
      // A power binds to the right, everything else to the left.
      const right = this.#expression(precedence === POWER ? precedence : precedence + 1);
      left = this.#binary({ operator, bool, left, right }, position);
    }
  }

  #binary(parts: BinaryParts, position: number): Expression {
    this.#count();
    const { operator, left, right, bool } = parts;
    for (const operand of [left, right]) if (typeOf(operand) === "range") throw wrongType(operator, "vector", "range");
    const isOfNumbers = typeOf(left) === "scalar" && typeOf(right) === "scalar";
    if (isOfNumbers && isComparison(operator) && !bool)
      throw new QueryError("bad_data", message("bad-request/promql-bool", { operator, position }));
    if (typeOf(left) === "vector" && typeOf(right) === "vector") throw unsupported("vectors", operator, position);
    return { kind: "binary", ...parts };
  }

  /** A sign binds less tightly than a power, and more than everything else. */
  #signed(): Expression {
    const { text, kind } = this.#tokens.next;
    if (kind !== "symbol" || (text !== "-" && text !== "+")) return this.#operand();
    this.#tokens.take();
    this.#count();
    const argument = this.#expression(POWER);
    if (typeOf(argument) === "range") throw wrongType(text, "vector", "range");
    if (text === "+") return argument;
    return argument.kind === "number" ? { kind: "number", value: -argument.value } : { kind: "negation", argument };
  }

  #operand(): Expression {
    this.#count();
    const expression = this.#plainOperand();
    const { text, position } = this.#tokens.next;
    if (text === "[") throw unsupported("subquery", "[", position);
    if (text === "@") throw unsupported("at", "@", position);
    return expression;
  }

  #plainOperand(): Expression {
    const token = this.#tokens.next;
    switch (token.kind) {
      case "number":
        return { kind: "number", value: this.#tokens.take().number };
      case "duration":
        return { kind: "number", value: this.#tokens.take().number / 1_000 };
      case "string":
        throw unsupported("string", token.text, token.position);
      case "name":
        return this.#named();
      case "symbol":
      case "end":
    }
    if (token.text === "{") return this.#selector();
    if (!this.#tokens.takeSymbol("(")) throw this.#tokens.unexpected("expression");
    const inner = this.#expression(0);
    this.#tokens.expect(")");
    return inner;
  }

  #named(): Expression {
    const { text, position } = this.#tokens.next;
    const name = text.toLowerCase();
    const behind = this.#tokens.afterNext.text.toLowerCase();
    const isGrouped = behind === "by" || behind === "without";
    if (behind !== "(" && !isGrouped) return this.#selector();
    const aggregation = AGGREGATIONS.find((one) => one === name);
    if (aggregation !== undefined) return this.#aggregation(aggregation);
    if (OTHER_AGGREGATIONS.includes(name)) throw unsupported("aggregation", name, position);
    return isGrouped ? this.#selector() : this.#call();
  }

  #aggregation(name: (typeof AGGREGATIONS)[number]): Expression {
    this.#tokens.take();
    const before = this.#grouping();
    this.#tokens.expect("(");
    const argument = this.#expression(0);
    this.#tokens.expect(")");
    const { keeps, labels } = before ?? this.#grouping() ?? { keeps: "by", labels: [] };
    if (typeOf(argument) !== "vector") throw wrongType(name, "vector", typeOf(argument));
    return { kind: "aggregation", name, keeps, labels, argument };
  }

  #grouping(): { readonly keeps: "by" | "without"; readonly labels: readonly string[] } | null {
    const keeps = this.#tokens.takeName("by") ? "by" : this.#tokens.takeName("without") ? "without" : null;
    if (keeps === null) return null;
    this.#tokens.expect("(");
    const labels = this.#tokens.list(")", () => this.#tokens.expectKind("name", "label").text);
    return { keeps, labels };
  }

  #call(): Call {
    const { text: name, position } = this.#tokens.take();
    if (!FUNCTIONS.includes(name)) throw unsupported("function", name, position);
    this.#tokens.expect("(");
    const args = this.#tokens.list(")", () => this.#expression(0));
    const [argument] = args;
    const expected = name === "time" ? 0 : 1;
    if (args.length !== expected || argument === undefined) {
      if (args.length === 0 && name === "time") return { kind: "call", name };
      throw new QueryError(
        "bad_data",
        message("bad-request/promql-arguments", { name, expected, found: args.length, position }),
      );
    }
    const ranged = RANGE_FUNCTIONS.find((one) => one === name);
    if (ranged !== undefined) {
      if (argument.kind !== "range") throw wrongType(name, "range", typeOf(argument));
      return { kind: "call", name: ranged, argument };
    }
    const wanted = name === "vector" ? "scalar" : "vector";
    if (typeOf(argument) !== wanted) throw wrongType(name, wanted, typeOf(argument));
    return { kind: "call", name: name === "vector" ? "vector" : "timestamp", argument };
  }

  #selector(): Selector | RangeSelector {
    const first = this.#tokens.next;
    const name = first.kind === "name" ? this.#tokens.take() : null;
    const matchers = [
      ...(name === null ? [] : [toMatcher("__name__", "=", name.text)]),
      ...(this.#tokens.takeSymbol("{") ? readMatchers(this.#tokens) : []),
    ];
    if (matchers.every(({ matches }) => matches("")))
      throw new QueryError("bad_data", message("bad-request/promql-selects-all", { position: first.position }));
    const rangeMs = this.#range();
    const selector: Selector = { kind: "selector", matchers, offsetMs: this.#offset() };
    return rangeMs === null ? selector : { kind: "range", selector, rangeMs };
  }

  #range(): number | null {
    const { position } = this.#tokens.next;
    if (!this.#tokens.takeSymbol("[")) return null;
    const rangeMs = this.#tokens.duration();
    if (this.#tokens.next.text === ":") throw unsupported("subquery", ":", position);
    this.#tokens.expect("]");
    if (rangeMs > 0) return rangeMs;
    throw new QueryError("bad_data", message("bad-request/promql-empty-range", { position }));
  }

  #offset(): number {
    if (!this.#tokens.takeName("offset")) return 0;
    const isNegative = this.#tokens.takeSymbol("-");
    const offsetMs = this.#tokens.duration();
    return isNegative ? -offsetMs : offsetMs;
  }

  #count(): void {
    if (++this.#operations > MAX_OPERATIONS)
      throw new QueryError("bad_data", message("bad-request/promql-too-deep", { limit: MAX_OPERATIONS }));
  }
}

interface BinaryParts {
  readonly operator: ArithmeticOperator | ComparisonOperator;
  readonly bool: boolean;
  readonly left: Expression;
  readonly right: Expression;
}

type Unsupported = "function" | "aggregation" | "operator" | "vectors" | "subquery" | "at" | "string";

function unsupported(what: Unsupported, value: string, position: number): QueryError {
  const answered = [...FUNCTIONS, ...AGGREGATIONS].join(", ");
  return new QueryError("bad_data", message("bad-request/promql-unsupported", { what, value, position, answered }));
}

function wrongType(name: string, expected: ValueType, found: ValueType): QueryError {
  return new QueryError("bad_data", message("bad-request/promql-type", { name, expected, found }));
}
