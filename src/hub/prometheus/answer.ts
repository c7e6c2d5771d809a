// Responses in Prometheus' format: {"status":"success","data":{"resultType":"matrix","result":[…]}}. Query results may be long:
// they are serialised a piece at a time, as they are sent.

import type { Column } from "./evaluation/vector.ts";
import type { Labels } from "./reading-series.ts";

export type QueryAnswer =
  | { readonly resultType: "scalar"; readonly timeMs: number; readonly value: number }
  | { readonly resultType: "vector"; readonly timeMs: number; readonly columns: readonly Column[] }
  | { readonly resultType: "matrix"; readonly series: readonly MatrixSeries[] };

export interface MatrixSeries {
  readonly labels: Labels;
  readonly length: number;
  readonly timeMs: (index: number) => number;
  /** Undefined where there is none. */
  readonly value: (index: number) => number | undefined;
}

/** About a millisecond of work. */
const PIECE_CHARACTERS = 64 * 1024;

/** An answer as Prometheus writes it, in pieces. */
export function* answerText(answer: QueryAnswer): Generator<string> {
  let text = `{"status":"success","data":{"resultType":"${answer.resultType}","result":`;
  for (const part of resultOf(answer)) {
    text += part;
    if (text.length < PIECE_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield `${text}}}`;
}

function* resultOf(answer: QueryAnswer): Generator<string> {
  switch (answer.resultType) {
    case "scalar":
      yield point(answer.timeMs, answer.value);
      return;
    case "vector": {
      let separator = "[";
      for (const { labels, values, present } of answer.columns) {
        const [value = 0] = values;
        if (present[0] !== 1) continue;
        yield `${separator}{"metric":${metricText(labels)},"value":${point(answer.timeMs, value)}}`;
        separator = ",";
      }
      yield separator === "[" ? "[]" : "]";
      return;
    }
    case "matrix": {
      let separator = "[";
      for (const series of answer.series) {
        let between = `${separator}{"metric":${metricText(series.labels)},"values":[`;
        for (let index = 0; index < series.length; index++) {
          const value = series.value(index);
          if (value === undefined) continue;
          yield between + point(series.timeMs(index), value);
          between = ",";
        }
        // A series without a value is left out.
        if (between !== ",") continue;
        yield "]}";
        separator = ",";
      }
      yield separator === "[" ? "[]" : "]";
    }
  }
}

/** Labels as they stand in an answer. */
export function metricOf(labels: Labels): Record<string, string> {
  return Object.fromEntries(labels);
}

function metricText(labels: Labels): string {
  return JSON.stringify(metricOf(labels));
}

/** Seconds, and the value as text, for JSON has no infinity. */
function point(timeMs: number, value: number): string {
  return `[${timeMs / 1_000},"${valueText(value)}"]`;
}

function valueText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}
