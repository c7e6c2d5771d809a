// Mends of the readings of devices: the latest reading of a metric is the mended one, and a device that is merged keeps its mends.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { newestOf, type ReadingStore } from "../store/readings.ts";
import type { DeviceState } from "./state/device-state.ts";
import { MetricState } from "./state/metric-state.ts";

export interface DeviceMends {
  /** The mended value of a reading; null where it is hidden. */
  shown(device: DeviceId, metric: MetricName, tsMs: number, value: number): number | null;
  /** Copies the mends of `from` to `into`; answers their metrics. */
  copy(from: DeviceId, into: DeviceId): Promise<MetricName[]>;
}

/** Reads the latest reading of a metric again, after its mends changed. */
export async function readNewest(state: DeviceState, metric: MetricName, readings: ReadingStore): Promise<void> {
  const before = state.latest.get(metric)?.ts;
  const newest = await newestOf(readings, { device: state.id, metric });
  const known = state.latest.get(metric);
  // A reading that arrived meanwhile is newer than both.
  if (known?.ts !== before) return;
  if (newest === null) state.latest.delete(metric);
  else if (known !== undefined) Object.assign(known, { ts: newest.tsMs, value: newest.value });
  else state.latest.set(metric, new MetricState(newest.tsMs, newest.value, newest.tsMs));
}
