// The settings of a device's metrics as form text, in their order, and the changes between two such drafts.
import type { DeviceChanges, Metric, MetricChanges, MetricKind } from "../../../shared/device.ts";

export interface MetricDraft {
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  /** Empty where the readings decide. */
  readonly decimals: string;
  readonly kind: MetricKind | "";
  readonly isShown: boolean;
}

export const METRIC_KINDS: readonly MetricKind[] = ["measurement", "counter", "state"];

export function metricDrafts(metrics: readonly Metric[]): MetricDraft[] {
  return metrics.map(({ name, label = "", unit = "", decimals = "", kind, hidden = false }) => ({
    name,
    label,
    unit,
    decimals: String(decimals),
    kind: kind ?? "",
    isShown: !hidden,
  }));
}

/** Only what differs; where the order does, the places of all. Null where nothing differs. */
export function metricChanges(
  before: readonly MetricDraft[],
  after: readonly MetricDraft[],
): NonNullable<DeviceChanges["metrics"]> | null {
  const isMoved = after.some(({ name }, index) => before[index]?.name !== name);
  const changes = after.flatMap((draft, place): [string, MetricChanges][] => {
    const known = before.find(({ name }) => name === draft.name);
    const change = { ...(known && changesOf(known, draft)), ...(isMoved && { place }) };
    return Object.keys(change).length === 0 ? [] : [[draft.name, change]];
  });
  return changes.length === 0 ? null : Object.fromEntries(changes);
}

function changesOf(before: MetricDraft, after: MetricDraft): MetricChanges {
  return {
    ...(before.label.trim() !== after.label.trim() && { label: after.label.trim() || null }),
    ...(before.unit.trim() !== after.unit.trim() && { unit: after.unit.trim() || null }),
    ...(before.decimals !== after.decimals && { decimals: after.decimals === "" ? null : Number(after.decimals) }),
    ...(before.kind !== after.kind && { kind: after.kind || null }),
    ...(before.isShown !== after.isShown && { hidden: after.isShown ? null : true }),
  };
}

/** Moves the one at `index` by `by` places. */
export function moved<T>(all: readonly T[], index: number, by: number): T[] {
  const rest = all.filter((_, at) => at !== index);
  return rest.toSpliced(index + by, 0, ...all.slice(index, index + 1));
}
