// Updates the states of devices by messages that are on disk: presence, latest values, attributes, units, and fields that were left
// out. It runs for every message, so it allocates nothing where nothing changes.
import type { DeviceId, MetricName } from "../../shared/ids.ts";
import { type IncomingAttribute, limits } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import type { HubEvents } from "../events.ts";
import type { DeviceMends } from "./mends.ts";
import type { Presence } from "./presence.ts";
import { type DeviceState, keepNewest } from "./state/device-state.ts";
import type { TimedReadings } from "./state/device-zone.ts";
import { MetricState } from "./state/metric-state.ts";
import type { SkipReason } from "./state/skipped-field.ts";

/** Of one device. */
const MAX_SKIPPED_FIELDS = 20;

/** A stored message of readings. */
export interface StoredReadings extends TimedReadings {
  readonly attributes: readonly IncomingAttribute[];
  readonly units: readonly { readonly device: DeviceId; readonly metric: MetricName; readonly unit: string }[];
  readonly skipped: readonly { readonly device: DeviceId; readonly field: string; readonly reason: SkipReason }[];
}

/** The origin of a message. */
export interface Source {
  readonly address: string;
  /** The MQTT session that delivered it; null for any other way. */
  readonly session: string | null;
  /** A broker sent it as a retained message, so it shows no presence. */
  readonly isReplay?: boolean;
}

export interface StoredMessagesOptions {
  readonly presence: Presence;
  readonly mends: Pick<DeviceMends, "shown">;
  readonly clock: Clock;
  readonly events: Pick<HubEvents, "attributeChanged">;
  /** The state of a device; a new one where it has none. */
  readonly stateOf: (device: DeviceId, address: string) => DeviceState;
  readonly onChange: (state: DeviceState) => void;
}

export class StoredMessages {
  readonly #options: StoredMessagesOptions;

  constructor(options: StoredMessagesOptions) {
    this.#options = options;
  }

  /** `tsMs` has the time of each reading. True where readings are quarantined. */
  note(received: StoredReadings, tsMs: Float64Array, receivedAtMs: number, source: Source): boolean {
    const { readings, attributes, units, skipped, localTimes } = received;
    const { presence, mends, clock, stateOf, onChange } = this.#options;
    const nowMs = clock.now();
    let state: DeviceState | undefined;
    let isQuarantined = false;
    let changed: Set<DeviceState> | undefined;
    for (let index = 0; index < readings.length; index++) {
      const reading = readings[index];
      if (reading === undefined) continue;
      const { device, metric } = reading;
      const ts = tsMs[index] ?? 0;
      // Most messages are of one device.
      if (state?.id !== device) {
        state = stateOf(device, source.address);
        if (source.session !== null) state.sessions.add(source.session);
        const isWaiting = state.joining?.kind === "waiting";
        isQuarantined ||= isWaiting;
        if (presence.received(state, source.address, nowMs, receivedAtMs) || isWaiting)
          changed = (changed ?? new Set()).add(state);
      }
      const isZoned = !localTimes.has(reading);
      state.clock.observe(ts, nowMs, isZoned);
      if (reading.tsMs !== null && isZoned) state.delivery.arrived(ts, receivedAtMs);
      const value = mends.shown(device, metric, ts, reading.value);
      if (value === null) continue;
      const known = state.latest.get(metric);
      if (known === undefined) state.latest.set(metric, new MetricState(ts, value, nowMs));
      else state.delivery.reading(ts, known.follow(ts));
      if (known === undefined || known.update(ts, value, nowMs)) changed = (changed ?? new Set()).add(state);
    }
    for (const { device, name, text } of attributes) {
      const owner = stateOf(device, source.address);
      if (this.noteAttribute(owner, name, text, owner.attributes.get(name)))
        changed = (changed ?? new Set()).add(owner);
      keepNewest(owner.attributes, name, text, limits.attributesPerDevice);
    }
    for (const { device, metric, unit } of units) {
      const owner = stateOf(device, source.address);
      if (owner.units.get(metric) === unit) continue;
      owner.units.set(metric, unit);
      owner.unsaved = true;
      changed = (changed ?? new Set()).add(owner);
    }
    for (const { device, field, reason } of skipped) {
      const owner = stateOf(device, source.address);
      if (!owner.skipped.has(field)) changed = (changed ?? new Set()).add(owner);
      keepNewest(owner.skipped, field, { field, reason, atMs: nowMs }, MAX_SKIPPED_FIELDS);
    }
    for (const one of changed ?? []) onChange(one);
    return isQuarantined;
  }

  /** Emits the change of a text that a device reports of itself; false where it is the same as `before`. */
  noteAttribute({ id: device }: DeviceState, name: string, text: string, before: string | undefined): boolean {
    if (text === before) return false;
    this.#options.events.attributeChanged.emit({ device, name, text, before });
    return true;
  }
}
