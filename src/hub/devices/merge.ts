// Makes one device of two: a Pi that was set up again has a new id, and its history continues in one series. The order survives a
// crash: first the readings are copied, then the settings of the device, and only then the old one is removed. Until then both
// exist, and merging again completes it.
import type { Problem } from "../../shared/errors.ts";
import type { MetricName } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import { limits } from "../../shared/reading.ts";
import type { Clock } from "../clock.ts";
import type { ReadingStore } from "../store/readings.ts";
import type { RecordStore } from "../store/records.ts";
import type { DirectoryLimits } from "./directory.ts";
import { leaving, takingIn } from "./joining.ts";
import { type DeviceMends, readNewest } from "./mends.ts";
import { deviceRecords } from "./state/device-record.ts";
import { type DeviceState, toRecord } from "./state/device-state.ts";
import { MetricState } from "./state/metric-state.ts";

export interface MergeOptions {
  readonly readings: ReadingStore;
  readonly records: RecordStore;
  readonly mends: Pick<DeviceMends, "copy">;
  readonly clock: Clock;
  readonly directory: Pick<DirectoryLimits, "maxMetrics">;
  /** Removes a device once `before` is done; its messages are deferred meanwhile. */
  readonly remove: (state: DeviceState, before: () => Promise<void>) => Promise<Problem | null>;
  readonly onChange: (state: DeviceState) => void;
  /** Its readings are copied: its other data moves now. */
  readonly onCopied: () => void;
}

/** Resolves once `into` has all that `from` had, and `from` is removed; with a problem where nothing was done. */
export async function mergeDevices(
  from: DeviceState,
  into: DeviceState,
  { readings, records, mends, clock, directory, remove, onChange, onCopied }: MergeOptions,
): Promise<Problem | null> {
  const refused = rejectionOf(from, into, directory.maxMetrics);
  if (refused !== null) return refused;
  into.takesIn = true;
  // Their places are reserved, so that messages of `into` cannot take them meanwhile.
  for (const metric of from.admitted) into.admitted.add(metric);
  try {
    return await remove(from, async () => {
      // A metric whose readings are all hidden has no latest reading.
      const mended = await mends.copy(from.id, into.id);
      await readings.copy(from.id, [...new Set([...from.latest.keys(), ...mended])], into.id);
      const lacking = [...from.attributes].filter(([name]) => !into.attributes.has(name));
      const room = Math.max(0, limits.attributesPerDevice - into.attributes.size);
      // The newest come last.
      const attributes = lacking.slice(Math.max(0, lacking.length - room));
      const nowMs = clock.now();
      takeOver(from, into, attributes, nowMs);
      for (const metric of mended) await readNewest(into, metric, readings);
      await readings.append({
        readings: [],
        attributes: attributes.map(([name, text]) => ({ device: into.id, name, text })),
        receivedAtMs: nowMs,
      });
      onCopied();
      await records.collection(deviceRecords).save([toRecord(into)]);
      onChange(into);
    });
  } finally {
    into.takesIn = false;
  }
}

function rejectionOf(from: DeviceState, into: DeviceState, maxMetrics: number): Problem | null {
  if (from === into) return message("bad-request/merge-into-itself", { device: from.id, field: "into" });
  const notJoined = [from, into].find(({ joining }) => joining !== null);
  if (notJoined !== undefined) {
    const code = notJoined.joining?.kind === "blocked" ? "not-joined/blocked" : "not-joined/waiting";
    return message(code, { device: notJoined.id });
  }
  if (into.isLeaving || into.removalDueMs !== null) return leaving(into.id);
  const busy = [from, into].find(({ takesIn }) => takesIn);
  if (busy !== undefined) return takingIn(busy.id);
  const { size: count } = from.admitted.union(into.admitted);
  if (count <= maxMetrics) return null;
  return message("too-many-metrics/merged", { from: from.id, into: into.id, count, limit: maxMetrics });
}

/** What `into` reports, and what people set of it, wins. */
function takeOver(
  from: DeviceState,
  into: DeviceState,
  attributes: Iterable<readonly [MetricName, string]>,
  nowMs: number,
): void {
  const own = into.overrides.controls ?? [];
  const others = from.overrides.controls ?? [];
  const controls = [...own, ...others.filter(({ control: { id } }) => !own.some(({ control }) => control.id === id))];
  into.overrides = { ...from.overrides, ...into.overrides, ...(controls.length > 0 && { controls }) };
  into.firstSeenMs = Math.min(from.firstSeenMs, into.firstSeenMs);
  for (const [name, text] of attributes) into.attributes.set(name, text);
  for (const [metric, { ts, value, usualPauseMs }] of from.latest) {
    const known = into.latest.get(metric);
    if (known === undefined) {
      into.latest.set(metric, new MetricState(ts, value, Math.min(ts, nowMs), usualPauseMs));
    } else if (known.ts < ts) {
      known.ts = ts;
      known.value = value;
    }
  }
  into.unsaved = true;
}
