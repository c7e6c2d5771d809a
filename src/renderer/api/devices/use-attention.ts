// Which devices need attention, and why. A reading of undervoltage changes it without an event of the device.
import { useCallback, useSyncExternalStore } from "react";
import type { Device } from "../../../shared/device.ts";
import { type Reason, reasonsOf, UNDERVOLTAGE_METRIC } from "../../../shared/notices/attention.ts";
import { newest, useLive } from "../feed/use-live.ts";
import { useNow } from "../feed/use-now.ts";

/** Reasons go with time, too. */
const NOW_PERIOD_MS = 30_000;

export function useAttention(devices: readonly Device[]): (device: Device) => readonly Reason[] {
  const { series } = useLive();
  const nowMs = useNow(NOW_PERIOD_MS);
  const voltageOf = (device: Device) => {
    const metric = device.metrics.find(({ name }) => name === UNDERVOLTAGE_METRIC);
    return metric && newest(metric, series.of(device.id, metric.name).latest.get()).value;
  };
  const watched = devices.filter(({ metrics }) => metrics.some(({ name }) => name === UNDERVOLTAGE_METRIC));
  const names = watched.map(({ id }) => id).join("\n");
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = names.split("\n").map((id) => series.of(id, UNDERVOLTAGE_METRIC).latest.subscribe(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [names, series],
  );
  // A text, so that the page is drawn again when one of them changes and not at each reading.
  useSyncExternalStore(subscribe, () =>
    watched
      .filter((device) => voltageOf(device) === 1)
      .map(({ id }) => id)
      .join("\n"),
  );
  return (device) => reasonsOf(device, voltageOf(device), nowMs);
}
