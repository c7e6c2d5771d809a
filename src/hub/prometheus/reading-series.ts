// The series that a query may select: one of each metric of a device, under the names and labels that /metrics/readings has.
import { setImmediate as nextTurn } from "node:timers/promises";
import { message } from "../../shared/messages/message.ts";
import type { DescribedSeries } from "../devices/directory.ts";
import { READING_GAUGES } from "../observe/reading-metrics.ts";
import { QueryError } from "./query-error.ts";
import type { Matcher } from "./syntax/expression.ts";

/** By label name. The name of the metric is `__name__`. */
export type Labels = ReadonlyMap<string, string>;

export interface SelectedSeries {
  readonly labels: Labels;
  readonly series: DescribedSeries;
  /** The sample of a reading: its value, or its time in seconds. */
  readonly sample: "value" | "time";
}

export interface SeriesSource {
  /** Of devices that have joined. */
  readonly describedSeries: () => Iterable<DescribedSeries>;
}

export const NAME_LABEL = "__name__";

/** More are not needed for a chart or an alert. */
export const MAX_SERIES = 10_000;
/** For how long series are looked at before others have their turn. Most take less than a microsecond, a long pattern 30 ms. */
const TURN_MS = 3;

/** Those that match all of `matchers`, of devices that may be seen. Yields to the event loop; `check` throws where it has to end. */
export async function* selectSeries(
  source: SeriesSource,
  matchers: readonly Matcher[],
  maySee: (device: string) => boolean,
  check: () => void,
): AsyncGenerator<SelectedSeries> {
  const named = matchers.filter(({ label }) => label === NAME_LABEL);
  const others = matchers.filter(({ label }) => label !== NAME_LABEL);
  const gauges = READING_GAUGES.filter(({ name }) => named.every(({ matches }) => matches(name)));
  if (gauges.length === 0) return;
  let turnEndMs = performance.now() + TURN_MS;
  let seen = { device: "", isShown: false };
  for (const series of source.describedSeries()) {
    if (performance.now() >= turnEndMs) {
      await nextTurn();
      check();
      turnEndMs = performance.now() + TURN_MS;
    }
    if (seen.device !== series.device) seen = { device: series.device, isShown: maySee(series.device) };
    if (!seen.isShown || !others.every(({ label, matches }) => matches(labelOf(series, label)))) continue;
    for (const { name, sample } of gauges) yield { labels: labelsOf(name, series), series, sample };
  }
}

/** All of them; throws a QueryError where they are too many. */
export async function listSeries(selected: AsyncIterable<SelectedSeries>): Promise<SelectedSeries[]> {
  const list: SelectedSeries[] = [];
  for await (const one of selected) {
    if (list.length === MAX_SERIES)
      throw new QueryError("execution", message("bad-request/promql-too-many-series", { limit: MAX_SERIES }));
    list.push(one);
  }
  return list;
}

function labelOf({ device, metric, unit, room }: DescribedSeries, label: string): string {
  switch (label) {
    case "device":
      return device;
    case "metric":
      return metric;
    case "unit":
      return unit ?? "";
    case "room":
      return room ?? "";
    default:
      return "";
  }
}

/** In order of their names. */
function labelsOf(name: string, { device, metric, unit, room }: DescribedSeries): Labels {
  const labels = new Map([
    [NAME_LABEL, name],
    ["device", device],
    ["metric", metric],
  ]);
  if (room !== undefined) labels.set("room", room);
  if (unit !== undefined) labels.set("unit", unit);
  return labels;
}

/** The labels but for the name of the metric, which operators drop. */
export function withoutName(labels: Labels): Labels {
  return new Map([...labels].filter(([name]) => name !== NAME_LABEL));
}

/** Equal for the same labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify([...labels]);
}
