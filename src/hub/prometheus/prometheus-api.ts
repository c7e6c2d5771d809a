// The part of Prometheus' HTTP API that Grafana uses: queries over the stored readings, and lists of series. Independent of HTTP.
import { message } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import { TaskQueue } from "../task-queue.ts";
import { type MatrixSeries, metricOf, type QueryAnswer } from "./answer.ts";
import { evaluate, readingsOf } from "./evaluation/evaluate.ts";
import { MAX_STEPS, QueryLimits } from "./evaluation/query-limits.ts";
import type { QueriedStore } from "./evaluation/read-series.ts";
import { type Column, type Times, timeAt, valueAt } from "./evaluation/vector.ts";
import { QueryError } from "./query-error.ts";
import { keyOf, MAX_SERIES, type SelectedSeries, type SeriesSource, selectSeries } from "./reading-series.ts";
import { type ReadSeries, readRequest, readResponse } from "./remote-read/messages.ts";
import { packSnappy, unpackSnappy } from "./remote-read/snappy.ts";
import type { Matcher } from "./syntax/expression.ts";
import { parseQuery } from "./syntax/parse.ts";
import { printExpression } from "./syntax/print.ts";

export interface PrometheusApiOptions {
  readonly directory: SeriesSource;
  readonly readings: QueriedStore;
  readonly clock: Clock;
}

/** The requester. */
export interface Requester {
  readonly maySee: (device: string) => boolean;
  /** Aborted when the client goes away. */
  readonly gone: AbortSignal;
  /** Null where the client names none. */
  readonly timeoutMs: number | null;
}

export interface RangeQuery {
  readonly startMs: number;
  /** Included. */
  readonly endMs: number;
  readonly stepMs: number;
}

/** Series without readings after `startMs` are left out. */
export interface SeriesQuery {
  /** Selectors, of which a series has to match one; all series without any. */
  readonly selectors: readonly string[];
  readonly startMs: number | null;
  readonly limit: number | null;
}

/** A list, and whether it was cut at a limit. */
export interface Found<T> {
  readonly list: readonly T[];
  readonly isCut: boolean;
}

/** A proxy in front would not wait much longer. */
const MAX_QUERY_MS = 30_000;
const QUERIES_AT_ONCE = 3;
const MAX_READ_REQUEST_BYTES = 65_536;

export class PrometheusApi {
  readonly #options: PrometheusApiOptions;
  readonly #queue = new TaskQueue(QUERIES_AT_ONCE);

  constructor(options: PrometheusApiOptions) {
    this.#options = options;
  }

  /** At one time: null is now. Throws a QueryError, as each of these does. */
  query(text: string, timeMs: number | null, requester: Requester): Promise<QueryAnswer> {
    const expression = parseQuery(text);
    const startMs = timeMs ?? this.#options.clock.now();
    const times = { startMs, stepMs: 1, count: 1 };
    return this.#run(requester, async (limits) => {
      const evaluation = this.#evaluation(requester, times, limits);
      if (expression.kind === "range") {
        const series = await readingsOf(expression, evaluation);
        return {
          resultType: "matrix",
          series: series.map(({ labels, readings }) => matrixOfReadings(labels, readings)),
        };
      }
      const result = await evaluate(expression, evaluation);
      if (result.kind === "vector") return { resultType: "vector", timeMs: startMs, columns: result.columns };
      return { resultType: "scalar", timeMs: startMs, value: result.values[0] ?? Number.NaN };
    });
  }

  /** At each step of a stretch of time. */
  queryRange(text: string, { startMs, endMs, stepMs }: RangeQuery, requester: Requester): Promise<QueryAnswer> {
    const count = Math.floor((endMs - startMs) / stepMs) + 1;
    if (count > MAX_STEPS)
      throw new QueryError(
        "bad_data",
        message("bad-request/promql-too-many-steps", { steps: count, limit: MAX_STEPS }),
      );
    const expression = parseQuery(text);
    const times = { startMs, stepMs, count };
    return this.#run(requester, async (limits) => {
      const result = await evaluate(expression, this.#evaluation(requester, times, limits));
      const columns: readonly Column[] =
        result.kind === "vector"
          ? result.columns
          : [{ labels: new Map(), values: result.values, present: new Uint8Array(count).fill(1) }];
      return { resultType: "matrix", series: sorted(columns).map((column) => matrixOfColumn(column, times)) };
    });
  }

  /** A remote read, by which a Prometheus requests raw readings; both bodies are Snappy-compressed. */
  async read(body: Uint8Array, requester: Requester): Promise<Uint8Array> {
    const request = unpackSnappy(body, MAX_READ_REQUEST_BYTES);
    const queries = request === null ? null : readRequest(request);
    if (queries === null) throw new QueryError("bad_data", message("bad-request/promql-remote-read"));
    return this.#run(requester, async (limits) => {
      const results: ReadSeries[][] = [];
      for (const { startMs, endMs, matchers } of queries) {
        const selector = { kind: "selector", matchers, offsetMs: 0 } as const;
        const range = { kind: "range", selector, rangeMs: Math.max(1, endMs - startMs + 1) } as const;
        const times = { startMs: endMs, stepMs: 1, count: 1 };
        results.push(await readingsOf(range, this.#evaluation(requester, times, limits)));
      }
      return packSnappy(readResponse(results));
    });
  }

  /** Labels of the series that match. */
  async series(query: SeriesQuery, requester: Requester): Promise<Found<Record<string, string>>> {
    if (query.selectors.length === 0)
      throw new QueryError("bad_data", message("bad-request/promql-missing", { field: "match[]" }));
    return this.#collect(query, requester, ({ labels }) => [[keyOf(labels), metricOf(labels)]]);
  }

  async labelNames(query: SeriesQuery, requester: Requester): Promise<Found<string>> {
    const { list, isCut } = await this.#collect(query, requester, ({ labels }) =>
      Array.from(labels.keys(), (name) => [name, name]),
    );
    return { list: list.toSorted(), isCut };
  }

  async labelValues(label: string, query: SeriesQuery, requester: Requester): Promise<Found<string>> {
    const { list, isCut } = await this.#collect(query, requester, ({ labels }) => {
      const value = labels.get(label);
      return value === undefined ? [] : [[value, value]];
    });
    return { list: list.toSorted(), isCut };
  }

  format(text: string): string {
    return printExpression(parseQuery(text));
  }

  #collect<T>(
    { selectors, startMs, limit }: SeriesQuery,
    requester: Requester,
    entriesOf: (selected: SelectedSeries) => readonly (readonly [key: string, value: T])[],
  ): Promise<Found<T>> {
    const { maySee } = requester;
    const most = Math.min(limit ?? MAX_SERIES, MAX_SERIES);
    const all = selectors.length === 0 ? [[]] : selectors.map(matchersOf);
    return this.#run(requester, async (limits) => {
      const found = new Map<string, T>();
      for (const matchers of all) {
        for await (const selected of selectSeries(this.#options.directory, matchers, maySee, () => limits.check())) {
          if (startMs !== null && selected.series.latest.ts < startMs) continue;
          for (const [key, value] of entriesOf(selected)) found.set(key, value);
          if (found.size > most) return { list: [...found.values()].slice(0, most), isCut: true };
        }
      }
      return { list: [...found.values()], isCut: false };
    });
  }

  #evaluation({ maySee }: Requester, times: Times, limits: QueryLimits) {
    const { directory, readings } = this.#options;
    return { source: directory, store: readings, maySee, times, limits };
  }

  #run<T>({ gone, timeoutMs }: Requester, task: (limits: QueryLimits) => Promise<T>): Promise<T> {
    const limits = new QueryLimits(gone, Math.min(timeoutMs ?? MAX_QUERY_MS, MAX_QUERY_MS));
    return this.#queue.run(limits.signals, (isWanted) => {
      if (!isWanted) limits.check();
      return task(limits);
    });
  }
}

function matchersOf(selector: string): readonly Matcher[] {
  const expression = parseQuery(selector);
  if (expression.kind === "selector") return expression.matchers;
  throw new QueryError("bad_data", message("bad-request/promql-no-selector", { value: selector.slice(0, 80) }));
}

function sorted(columns: readonly Column[]): Column[] {
  const keyed = columns.map((column) => ({ column, key: keyOf(column.labels) }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ column }) => column);
}

function matrixOfColumn(column: Column, times: Times): MatrixSeries {
  return {
    labels: column.labels,
    length: times.count,
    timeMs: (index) => timeAt(times, index),
    value: (index) => valueAt(column, index),
  };
}

function matrixOfReadings(
  labels: MatrixSeries["labels"],
  { tsMs, values }: { readonly tsMs: readonly number[]; readonly values: readonly number[] },
): MatrixSeries {
  return { labels, length: values.length, timeMs: (index) => tsMs[index] ?? 0, value: (index) => values[index] };
}
