// The state of a device in memory, and its two other forms: the record in the store, and the device of the API.
import type { Desired } from "../../../shared/controls/command.ts";
import type {
  Device,
  DeviceControl,
  DeviceOverrides,
  DuplicateDevice,
  Metric,
  Presence,
} from "../../../shared/device.ts";
import type { DeviceAbout, Reported } from "../../../shared/device-about.ts";
import type { MetricName } from "../../../shared/ids.ts";
import type { AddressStretch } from "./address-history.ts";
import { ClockWatch } from "./clock-watch.ts";
import { Delivery } from "./delivery.ts";
import type { DeviceRecord, DeviceZone } from "./device-record.ts";
import { type JoiningDevice, QUARANTINE_MS } from "./joining-device.ts";
import type { MetricState } from "./metric-state.ts";
import { type SkippedFieldState, toSkipped } from "./skipped-field.ts";

/** The first sweep after a metric's first reading must come no later. */
const MAX_STALE_CHECK_PERIOD_MS = 10_000;
/** A millisecond or two of work. */
const MAX_METRICS_PER_SAVE = 1_000;
/** In the record of a device. */
const CHARACTERS_PER_METRIC = 40;

export interface DeviceState extends JoiningDevice {
  firstSeenMs: number;
  lastSeenMs: number;
  /** Between its last two messages; null until there were two. */
  intervalMs: number | null;
  address: string | null;
  /** The addresses from which it sent, the latest last. */
  readonly addresses: AddressStretch[];
  about: DeviceAbout;
  overrides: DeviceOverrides;
  presence: Presence;
  /** When it, or its last will, last reported that it is offline. */
  leftMs: number;
  /** Live MQTT sessions that belong to this device. */
  readonly sessions: Set<string>;
  /** Names of metrics that are admitted, those of messages on their way to the store too. */
  readonly admitted: Set<string>;
  readonly latest: Map<MetricName, MetricState>;
  readonly clock: ClockWatch;
  readonly delivery: Delivery;
  /** In which zone it writes times without an offset, and how that is known; null where it has sent none. */
  zone: DeviceZone | null;
  /** Another machine with the same device id, when it was last seen. */
  duplicate: DuplicateDevice | null;
  /** By metric: the unit that stood beside its values. */
  readonly units: Map<MetricName, string>;
  /** By field: the fields of its messages that were left out, the latest last. */
  readonly skipped: Map<string, SkippedFieldState>;
  /** When its metrics are next checked for stale ones. */
  staleCheckMs: number;
  readonly attributes: Map<MetricName, string>;
  /** By control: the value that the device reported last. */
  readonly reported: Map<string, Reported>;
  /** When it is removed with its history, unless a person takes that back; null where it stays. */
  removalDueMs: number | null;
  /** False until a first message of it is on disk. */
  known: boolean;
  unsaved: boolean;
}

/** The state of a device as of its record. */
export function newState({ given, ...record }: DeviceRecord, presence: Presence): DeviceState {
  return {
    ...record,
    addresses: record.addresses ?? [],
    overrides: given ?? {},
    joining: record.joining ?? null,
    quarantinedReadings: 0,
    isRecorded: false,
    recording: null,
    isLeaving: false,
    takesIn: false,
    presence,
    leftMs: Number.NEGATIVE_INFINITY,
    intervalMs: null,
    sessions: new Set(),
    admitted: new Set(),
    latest: new Map(),
    clock: new ClockWatch(),
    delivery: new Delivery(),
    staleCheckMs: 0,
    attributes: new Map(),
    zone: record.zone ?? null,
    duplicate: null,
    units: new Map(record.units),
    skipped: new Map(),
    reported: new Map(Object.entries(record.reported ?? {})),
    removalDueMs: record.removalDueMs ?? null,
    known: false,
    unsaved: false,
  };
}

export function toRecord({
  id,
  firstSeenMs,
  lastSeenMs,
  address,
  addresses,
  about,
  reported,
  overrides,
  latest,
  joining,
  zone,
  units,
  removalDueMs,
}: DeviceState): DeviceRecord {
  const pauses = [...latest].flatMap(([name, { usualPauseMs }]) =>
    usualPauseMs === null ? [] : ([[name, usualPauseMs]] as const),
  );
  const learned = { reported: Object.fromEntries(reported), usualPausesMs: Object.fromEntries(pauses) };
  return {
    id,
    firstSeenMs,
    lastSeenMs,
    address,
    about,
    given: overrides,
    ...learned,
    ...(addresses.length > 0 && { addresses }),
    ...(zone && { zone }),
    ...(units.size > 0 && { units: [...units] }),
    ...(joining && { joining }),
    ...(removalDueMs !== null && { removalDueMs }),
  };
}

/** `desired`: by control, the value it was last commanded to. */
export function toDevice(state: DeviceState, desired: ReadonlyMap<string, Desired>): Device {
  const { id, about, joining, address, presence, firstSeenMs, lastSeenMs } = state;
  const { controls: _shownAsControls, metrics: _shownInMetrics, ...overrides } = state.overrides;
  const clockOffMs = state.clock.offMs;
  const delivery = state.delivery.figures(clockOffMs !== null);
  const isQuarantined = joining !== null && (joining.kind === "waiting" || !joining.hadJoined);
  return {
    id,
    ...overrides,
    name: overrides.name ?? about.name ?? id,
    ...(about.name === undefined ? {} : { ownName: about.name }),
    joining: joining?.kind ?? "approved",
    ...(isQuarantined &&
      state.quarantinedReadings > 0 && {
        quarantined: { readings: state.quarantinedReadings, untilMs: joining.sinceMs + QUARANTINE_MS },
      }),
    ...(about.model === undefined ? {} : { model: about.model }),
    address,
    presence,
    ...(clockOffMs !== null && { clockOffMs }),
    ...(delivery && { delivery }),
    firstSeenMs,
    lastSeenMs,
    metrics: metricsOf(state),
    controls: controlsOf(state).map((one) => {
      const value = desired.get(one.control.id);
      return { ...one, ...(value && { desired: value }) };
    }),
    attributes: Object.fromEntries(state.attributes),
    ...(state.zone && { timeZone: { name: state.zone.name, learned: state.zone.by === "messages" } }),
    ...(state.duplicate && { duplicate: state.duplicate }),
    ...(state.removalDueMs !== null && { removal: { dueMs: state.removalDueMs } }),
    ...(state.skipped.size > 0 && { skipped: [...state.skipped.values()].reverse().map(toSkipped) }),
  };
}

/**
 * Metrics with a place that people set come first, in its order, then those that the device declares, in its order; the others
 * follow in the order of their first readings.
 */
function metricsOf(state: DeviceState): Metric[] {
  const settings = state.overrides.metrics ?? {};
  const metrics = [...state.latest].map(([name, metric]) => toMetric(name, state, metric));
  const declared = new Map(Object.keys(state.about.metrics ?? {}).map((name, index) => [name, index]));
  const place = ({ name }: Metric) => settings[name]?.place ?? Number.POSITIVE_INFINITY;
  const declaredPlace = ({ name }: Metric) => declared.get(name) ?? Number.POSITIVE_INFINITY;
  // Infinity - Infinity is NaN, which keeps the order.
  return metrics.sort((a, b) => place(a) - place(b) || declaredPlace(a) - declaredPlace(b) || 0);
}

function toMetric(
  name: MetricName,
  { about: { metrics }, units, overrides }: DeviceState,
  { ts, value, usualPauseMs, isStale }: MetricState,
): Metric {
  const usual = usualPauseMs === null ? {} : { usualPauseMs: Math.round(usualPauseMs) };
  const unit = units.get(name);
  const { place: _orders, ...settings } = overrides.metrics?.[name] ?? {};
  return {
    name,
    ...(unit && { unit }),
    ...metrics?.[name],
    ...settings,
    latest: { ts, value },
    ...usual,
    stale: isStale,
  };
}

/** Marks its metrics that became stale; true where there is one. */
export function markStale(state: DeviceState, nowMs: number): boolean {
  // A clock that was set back must not postpone it for long.
  if (nowMs < state.staleCheckMs && state.staleCheckMs - nowMs <= MAX_STALE_CHECK_PERIOD_MS) return false;
  state.staleCheckMs = nowMs + MAX_STALE_CHECK_PERIOD_MS;
  let found = false;
  for (const metric of state.latest.values()) {
    const { staleAtMs, isStale } = metric;
    if (isStale || staleAtMs === null) continue;
    if (staleAtMs <= nowMs) {
      metric.isStale = true;
      found = true;
    } else {
      state.staleCheckMs = Math.min(state.staleCheckMs, staleAtMs);
    }
  }
  return found;
}

/** The controls that the device declares and those that people added; of one id, the added one wins. */
export function controlsOf({ about, overrides, reported }: DeviceState): DeviceControl[] {
  const added = overrides.controls ?? [];
  const declared = (about.controls ?? []).filter(({ id }) => !added.some(({ control }) => control.id === id));
  return [...declared.map((control) => ({ control })), ...added].map((one) => {
    const value = reported.get(one.control.id);
    return { ...one, ...(value && { reported: value }) };
  });
}

/** Sets a value as the newest of its kind, and forgets the oldest ones over the limit. */
export function keepNewest<T>(kept: Map<string, T>, name: string, value: T, most: number): void {
  kept.delete(name);
  kept.set(name, value);
  for (const oldest of kept.keys()) {
    if (kept.size <= most) break;
    kept.delete(oldest);
  }
}

/** Batches of devices to save: one save blocks the event loop for as long as it serialises. Each is made when it is asked for. */
export function* inSaveBatches(states: readonly DeviceState[]): Generator<DeviceState[]> {
  let batch: DeviceState[] = [];
  let metrics = 0;
  for (const state of states) {
    batch.push(state);
    metrics += 1 + state.latest.size + textCharacters(state) / CHARACTERS_PER_METRIC;
    if (metrics < MAX_METRICS_PER_SAVE) continue;
    yield batch;
    batch = [];
    metrics = 0;
  }
  if (batch.length > 0) yield batch;
}

/** Of what its record says beside its metrics. */
function textCharacters({ about, reported }: DeviceState): number {
  let characters = about.metrics || about.controls ? JSON.stringify(about).length : 0;
  for (const { value } of reported.values()) characters += typeof value === "string" ? value.length : 0;
  return characters;
}
