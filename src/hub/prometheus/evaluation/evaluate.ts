// Evaluates an expression at each time of a query. An expression has one selector at most, since there are no operators between
// vectors: its series are read once, a few at a time.
import { message } from "../../../shared/messages/message.ts";
import { QueryError } from "../query-error.ts";
import {
  keyOf,
  type Labels,
  listSeries,
  type SelectedSeries,
  type SeriesSource,
  selectSeries,
  withoutName,
} from "../reading-series.ts";
import type { Call, Expression, RangeFunction, RangeSelector, Selector } from "../syntax/expression.ts";
import { aggregate } from "./aggregate.ts";
import { applyOperator } from "./operators.ts";
import type { QueryLimits } from "./query-limits.ts";
import { type QueriedStore, readBuckets, readLast, readRows, type WindowQuery } from "./read-series.ts";
import { type Column, newColumn, type Result, setAt, type Times, timeAt } from "./vector.ts";
import { GrowthWindow, LastWindow, ReadingsWindow, SummaryWindow } from "./windows.ts";

export interface Evaluation {
  readonly source: SeriesSource;
  readonly store: QueriedStore;
  readonly maySee: (device: string) => boolean;
  readonly times: Times;
  readonly limits: QueryLimits;
}

/** The least lookback. In a metric with long pauses a reading counts until the hub takes the metric for stale. */
const LOOKBACK_MS = 300_000;
const SERIES_AT_ONCE = 4;

/** Throws a QueryError where the query is over a limit, or takes too long. */
export async function evaluate(expression: Expression, evaluation: Evaluation): Promise<Result> {
  const result = await resultOf(expression, evaluation);
  if (result.kind === "vector") checkDistinct(result.columns);
  return result;
}

async function resultOf(expression: Expression, evaluation: Evaluation): Promise<Result> {
  const { times } = evaluation;
  switch (expression.kind) {
    case "number":
      return { kind: "scalar", values: new Float64Array(times.count).fill(expression.value) };
    case "selector":
      return vector(await lastOf(expression, evaluation));
    case "range":
      throw new QueryError("bad_data", message("bad-request/promql-range-alone"));
    case "call":
      return call(expression, evaluation);
    case "aggregation": {
      const { columns } = await vectorOf(expression.argument, evaluation);
      return vector(aggregate(expression, columns));
    }
    case "binary": {
      const { left, right } = expression;
      return applyOperator(expression, await resultOf(left, evaluation), await resultOf(right, evaluation));
    }
    case "negation": {
      const argument = await resultOf(expression.argument, evaluation);
      if (argument.kind === "scalar") return { kind: "scalar", values: argument.values.map((value) => -value) };
      return vector(
        argument.columns.map((column) => ({ ...nameless(column), values: column.values.map((one) => -one) })),
      );
    }
  }
}

async function call(expression: Call, evaluation: Evaluation): Promise<Result> {
  const { times } = evaluation;
  switch (expression.name) {
    case "time":
      return { kind: "scalar", values: secondsOf(times) };
    case "vector": {
      const argument = await resultOf(expression.argument, evaluation);
      if (argument.kind === "vector") return argument;
      return vector([{ labels: new Map(), values: argument.values, present: new Uint8Array(times.count).fill(1) }]);
    }
    case "timestamp": {
      const { argument } = expression;
      // For a selector it is the time of the reading, for other expressions that of the evaluation.
      if (argument.kind === "selector") return vector((await lastOf(argument, evaluation, "time")).map(nameless));
      const { columns } = await vectorOf(argument, evaluation);
      return vector(columns.map((column) => ({ ...nameless(column), values: secondsOf(times) })));
    }
    default:
      return vector(await rangeCall(expression.name, expression.argument, evaluation));
  }
}

/** The newest reading of each series at each time. */
function lastOf(selector: Selector, evaluation: Evaluation, sample?: "time"): Promise<Column[]> {
  return eachSeries(selector, evaluation, async (selected, column, query) => {
    const windowMs = Math.max(LOOKBACK_MS, Math.ceil(selected.series.latest.silenceMs ?? 0));
    await readLast(evaluation.store, { ...query, windowMs, ...(sample && { sample }) }, new LastWindow());
    return column;
  });
}

function rangeCall(
  name: RangeFunction,
  { selector, rangeMs }: RangeSelector,
  evaluation: Evaluation,
): Promise<Column[]> {
  const { store } = evaluation;
  return eachSeries(selector, evaluation, async (_selected, column, unbounded) => {
    const query: WindowQuery = { ...unbounded, windowMs: rangeMs };
    switch (name) {
      case "last_over_time":
        await readLast(store, query, new LastWindow());
        return column;
      case "rate":
      case "increase":
      case "delta":
        await readRows(store, query, new GrowthWindow(name, rangeMs));
        return nameless(column);
      default:
        await readBuckets(store, query, new SummaryWindow(name));
        return nameless(column);
    }
  });
}

type ReadSeries = (selected: SelectedSeries, column: Column, query: Omit<WindowQuery, "windowMs">) => Promise<Column>;

/** One column for each selected series, in their order. */
async function eachSeries(
  selector: Selector,
  { source, maySee, times, limits }: Evaluation,
  read: ReadSeries,
): Promise<Column[]> {
  const selected = await listSeries(selectSeries(source, selector.matchers, maySee, () => limits.check()));
  limits.points(selected.length, times.count);
  const columns: Column[] = [];
  await inParallel(selected, limits, async (one, place) => {
    const column = newColumn(one.labels, times.count);
    const found = (index: number, value: number) => setAt(column, index, value);
    columns[place] = await read(one, column, { ...queryOf(one, selector, times), limits, found });
  });
  return columns;
}

/** The readings of the range before one time, of each series. */
export async function readingsOf(
  { selector, rangeMs }: RangeSelector,
  { source, store, maySee, times, limits }: Evaluation,
): Promise<{ readonly labels: Labels; readonly readings: ReadingsWindow }[]> {
  const selected = await listSeries(selectSeries(source, selector.matchers, maySee, () => limits.check()));
  const series = selected.map(({ labels }) => ({ labels, readings: new ReadingsWindow() }));
  await inParallel(selected, limits, async (one, place) => {
    const window = series[place]?.readings;
    const found = () => undefined;
    const query = { ...queryOf(one, selector, times), windowMs: rangeMs, limits, found };
    if (window !== undefined) await readRows(store, query, window);
    limits.points(
      1,
      series.reduce((sum, { readings }) => sum + readings.values.length, 0),
    );
  });
  return series;
}

function queryOf({ series, sample }: SelectedSeries, { offsetMs }: Selector, times: Times) {
  return { series, sample, times: { ...times, startMs: times.startMs - offsetMs } };
}

/** A few at a time; a failure ends the others. */
async function inParallel<T>(
  list: readonly T[],
  limits: QueryLimits,
  task: (one: T, place: number) => Promise<void>,
): Promise<void> {
  const entries = list.entries();
  const takeOn = async (): Promise<void> => {
    // All of them take from the same list.
    for (const [place, one] of entries) {
      limits.check();
      await task(one, place);
    }
  };
  try {
    await Promise.all(Array.from({ length: SERIES_AT_ONCE }, takeOn));
  } catch (error) {
    limits.end();
    throw error;
  }
}

/** Without their names, series of two names may be one. */
function checkDistinct(columns: readonly Column[]): void {
  if (new Set(columns.map(({ labels }) => keyOf(labels))).size < columns.length)
    throw new QueryError("execution", message("bad-request/promql-same-labels"));
}

async function vectorOf(
  expression: Expression,
  evaluation: Evaluation,
): Promise<{ readonly columns: readonly Column[] }> {
  const result = await resultOf(expression, evaluation);
  if (result.kind === "vector") return result;
  throw new Error("a number where the parser saw a vector");
}

function vector(columns: readonly Column[]): Result {
  return { kind: "vector", columns };
}

function nameless(column: Column): Column {
  return { ...column, labels: withoutName(column.labels) };
}

function secondsOf(times: Times): Float64Array {
  return Float64Array.from({ length: times.count }, (_, index) => timeAt(times, index) / 1_000);
}
