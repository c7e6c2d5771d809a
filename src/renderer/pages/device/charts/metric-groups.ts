// The metrics of a device in groups, by what their names begin with: `bme280.temperature` and `bme280.humidity` are of one
// sensor. A device with few metrics has one group.
import type { Metric } from "../../../../shared/device.ts";

/** Fewer need no headings. */
const MIN_GROUPED_METRICS = 6;

export interface MetricGroup {
  /** The common prefix of the names; null for ungrouped metrics. */
  readonly name: string | null;
  readonly metrics: readonly Metric[];
}

/** In the order of the metrics; ungrouped ones come first. */
export function groupsOf(metrics: readonly Metric[]): MetricGroup[] {
  if (metrics.length < MIN_GROUPED_METRICS) return [{ name: null, metrics }];
  const byPrefix = Map.groupBy(metrics, ({ name }) => prefixOf(name));
  const named = [...byPrefix].filter(([name, members]) => name !== null && members.length > 1);
  const alone = metrics.filter(({ name }) => !named.some(([prefix]) => prefix === prefixOf(name)));
  const groups = named.map(([name, members]) => ({ name, metrics: members }));
  return alone.length === 0 ? groups : [{ name: null, metrics: alone }, ...groups];
}

function prefixOf(name: string): string | null {
  const dot = name.indexOf(".");
  return dot > 0 ? name.slice(0, dot) : null;
}
