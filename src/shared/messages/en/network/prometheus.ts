// Errors of a PromQL query, which Grafana shows beside its panel. Positions are zero-based characters.

/** The tokens that may follow; a symbol is shown as it is. */
type Expected = "expression" | "operator" | "label" | "matcher" | "string" | "duration" | ")" | "(" | "]" | "," | "}";
type Unsupported = "function" | "aggregation" | "operator" | "vectors" | "subquery" | "at" | "string";
type ValueType = "scalar" | "vector" | "range";
type Position = { readonly position: number };

const EXPECTED: Readonly<Record<string, string>> = {
  expression: "a number, a selector or a function",
  operator: "an operator or the end",
  label: "a label's name",
  matcher: "=, !=, =~ or !~",
  string: "a text in quotes",
  duration: "a duration such as 5m",
};
const UNSUPPORTED: Readonly<Record<string, string>> = {
  function: "no function of this API",
  aggregation: "no aggregation of this API",
  operator: "no operator of this API",
  vectors: "not answered between two vectors, only with numbers",
  subquery: "not answered: this API has no subqueries, and a range stands behind a selector",
  at: "not answered: this API has no @ modifier, but offset",
  string: "a text, which stands in braces only",
};
const TYPES: Readonly<Record<string, string>> = {
  scalar: "a number",
  vector: "an instant vector such as bramble_reading",
  range: "a range such as bramble_reading[5m]",
};
const FAULTS: Readonly<Record<string, string>> = {
  syntax: "is no regular expression",
  unsupported: "uses what is not taken here: write classes, groups, alternatives and repetitions",
  "too-large": "is too large",
};
const at = ({ position }: Position) => `Character ${position + 1}`;

export const prometheus = {
  "bad-request/promql-missing": ({ field }: { readonly field: string }) => `“${field}” is missing.`,
  "bad-request/promql-time": ({ field, value }: { readonly field: string; readonly value: string }) =>
    `“${field}” is “${value}”: use seconds since 1970, or ISO 8601.`,
  "bad-request/promql-duration": ({ field, value }: { readonly field: string; readonly value: string }) =>
    `“${field}” is “${value}”: use seconds, or a duration such as 15s, over 0.`,
  "bad-request/promql-limit": ({ field, value }: { readonly field: string; readonly value: string }) =>
    `“${field}” is “${value}”: use a whole number.`,
  "bad-request/promql-end-before-start": () => "“end” is before “start”.",
  "bad-request/promql-syntax": ({
    found,
    expected,
    ...rest
  }: Position & { readonly found: string; readonly expected: Expected }) =>
    `${at(rest)}: ${found === "" ? "the query ends" : `“${found}” stands`} where ${EXPECTED[expected] ?? `“${expected}”`} is expected.`,
  "bad-request/promql-open-string": (params: Position) => `${at(params)}: a text begins that does not end.`,
  "bad-request/promql-escape": ({ value, ...rest }: Position & { readonly value: string }) =>
    `${at(rest)}: “${value}” means nothing in a text. Write \\\\ for a backslash.`,
  "bad-request/promql-unsupported": ({
    what,
    value,
    answered,
    ...rest
  }: Position & { readonly what: Unsupported; readonly value: string; readonly answered: string }) =>
    `${at(rest)}: “${value}” is ${UNSUPPORTED[what] ?? what}. Answered are selectors with offset, + - * / % ^ and comparisons with numbers, and ${answered}.`,
  "bad-request/promql-type": ({
    name,
    expected,
    found,
  }: {
    readonly name: string;
    readonly expected: ValueType;
    readonly found: ValueType;
  }) => `“${name}” takes ${TYPES[expected] ?? expected}, and is given ${TYPES[found] ?? found}.`,
  "bad-request/promql-arguments": ({
    name,
    expected,
    found,
    ...rest
  }: Position & { readonly name: string; readonly expected: number; readonly found: number }) =>
    `${at(rest)}: “${name}” takes ${expected} in its parentheses, and is given ${found}.`,
  "bad-request/promql-bool": ({ operator, ...rest }: Position & { readonly operator: string }) =>
    `${at(rest)}: between numbers write “${operator} bool”.`,
  "bad-request/promql-selects-all": (params: Position) =>
    `${at(params)}: a selector needs a name, or a label that is not empty.`,
  "bad-request/promql-empty-range": (params: Position) => `${at(params)}: a range is longer than 0.`,
  "bad-request/promql-range-alone": () => "The query is a range: put a function around it, such as avg_over_time.",
  "bad-request/promql-no-selector": ({ value }: { readonly value: string }) =>
    `“${value}” is no selector such as bramble_reading{device="attic"}.`,
  "bad-request/promql-pattern": ({
    pattern,
    fault,
  }: {
    readonly pattern: string;
    readonly fault: "syntax" | "unsupported" | "too-large";
  }) => `“${pattern}” ${FAULTS[fault] ?? fault}.`,
  "bad-request/promql-too-long": ({ limit }: { readonly limit: number }) =>
    `The query has over ${limit} characters, the most that are taken.`,
  "bad-request/promql-too-deep": ({ limit }: { readonly limit: number }) =>
    `The query has over ${limit} operations, the most that are taken.`,
  "bad-request/promql-too-many-steps": ({ steps, limit }: { readonly steps: number; readonly limit: number }) =>
    `The query asks for ${steps} points of each series, and ${limit} is the most: make “step” longer, or the time shorter.`,
  "bad-request/promql-too-many-points": ({
    series,
    steps,
    limit,
  }: {
    readonly series: number;
    readonly steps: number;
    readonly limit: number;
  }) =>
    `The query asks for ${series} series of ${steps} points, and ${limit} points in all are the most: select fewer series, or make “step” longer.`,
  "bad-request/promql-too-many-series": ({ limit }: { readonly limit: number }) =>
    `The query selects over ${limit} series, the most there may be: name devices or metrics.`,
  "bad-request/promql-too-many-readings": ({ limit }: { readonly limit: number }) =>
    `The query has to read over ${limit} readings one by one: ask for a shorter time, fewer series, or avg_over_time.`,
  "bad-request/promql-timeout": ({ seconds }: { readonly seconds: number }) =>
    `The query took over ${seconds} s and was ended: ask for a shorter time, or for fewer series.`,
  "bad-request/promql-canceled": () => "The query was ended: its client has gone.",
  "bad-request/promql-same-labels": () =>
    "The answer would have several series of the same labels: select one name, such as bramble_reading.",
  "bad-request/promql-remote-read": () => "The body is no ReadRequest of Prometheus' remote read, packed with snappy.",
};
