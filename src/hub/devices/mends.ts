// What devices have to do with mends: the newest reading of a metric is known as it is shown, and a merged device takes its
// mends along.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { newestOf, type ReadingStore } from "../store/readings.ts";
import type { DeviceState } from "./state/device-state.ts";
import { MetricState } from "./state/metric-state.ts";

export interface DeviceMends {
  /** The value that is shown of a reading; null where it is hidden. */
  shown(device: DeviceId, metric: MetricName, tsMs: number, value: number): number | null;
  /** Has the mends of `from` for `into`, too; answers the metrics that they are of. */
  copy(from: DeviceId, into: DeviceId): Promise<MetricName[]>;
}

/** Looks up what a metric last was, since its readings look other than before. */
export async function readNewest(state: DeviceState, metric: MetricName, readings: ReadingStore): Promise<void> {
  const before = state.latest.get(metric)?.ts;
  const newest = await newestOf(readings, { device: state.id, metric });
  const known = state.latest.get(metric);
  // What came meanwhile is newer than both.
  if (known?.ts !== before) return;
  if (newest === null) state.latest.delete(metric);
  else if (known !== undefined) Object.assign(known, { ts: newest.tsMs, value: newest.value });
  else state.latest.set(metric, new MetricState(newest.tsMs, newest.value, newest.tsMs));
}
