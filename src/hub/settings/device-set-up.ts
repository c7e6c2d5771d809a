// What people set of a device, as a file has it: only what is set, in one order.
import type { DeviceChanges, DeviceOverrides } from "../../shared/device.ts";

type Metrics = NonNullable<DeviceOverrides["metrics"]>;

const FIELDS = ["name", "room", "notes", "icon", "tags", "timeZone", "controls"] as const;
const METRIC_FIELDS = ["label", "unit", "kind", "decimals", "hidden", "place"] as const;

/** Without what is null, false or empty: that is not set. */
export function exactly(changes: DeviceChanges): DeviceChanges {
  const metrics = Object.entries(changes.metrics ?? {})
    .map(([name, metric]) => [name, picked(metric ?? {}, METRIC_FIELDS)] as const)
    .filter(([, metric]) => Object.keys(metric).length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    ...picked(changes, FIELDS),
    ...(metrics.length > 0 && { metrics: Object.fromEntries(metrics) }),
  };
}

/** Changes after which exactly `settings` are set, where something was set of the metrics `before`. */
export function changesTo(settings: DeviceChanges, before: Metrics): DeviceChanges {
  const wanted = settings.metrics ?? {};
  const gone = Object.keys(before).filter((name) => !Object.hasOwn(wanted, name));
  const nothing = { name: null, room: null, notes: null, icon: null, tags: null, timeZone: null, controls: null };
  const noSettings = { label: null, unit: null, kind: null, decimals: null, hidden: null, place: null };
  return {
    ...nothing,
    ...settings,
    metrics: {
      ...Object.fromEntries(gone.map((name) => [name, null])),
      ...Object.fromEntries(Object.entries(wanted).map(([name, metric]) => [name, { ...noSettings, ...metric }])),
    },
  };
}

function picked<T extends object, K extends keyof T>(from: T, names: readonly K[]): Partial<Pick<T, K>> {
  const set = names.filter((name) => {
    const value = from[name];
    return value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
  });
  const picked: Partial<Pick<T, K>> = {};
  for (const name of set) picked[name] = from[name];
  return picked;
}
