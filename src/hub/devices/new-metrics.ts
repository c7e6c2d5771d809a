// The metrics that a message would add. Devices and metrics are limited in number.
import type { DeviceId } from "../../shared/ids.ts";
import { message } from "../../shared/messages/message.ts";
import type { IncomingReading } from "../../shared/reading.ts";
import type { DeviceDirectory } from "./directory.ts";
import { type Rejection, refusal } from "./joining.ts";

/** By device: metrics that are not admitted yet; or why there is no room for them. */
export function newMetricsOf(
  readings: readonly IncomingReading[],
  { states: devices, maxDevices, maxMetrics }: Pick<DeviceDirectory, "states" | "maxDevices" | "maxMetrics">,
): Map<DeviceId, Set<string>> | Rejection {
  const newMetrics = new Map<DeviceId, Set<string>>();
  for (const { device, metric } of readings) {
    const admitted = devices.get(device)?.admitted;
    // All readings of a waiting device come here.
    if (admitted?.has(metric)) continue;
    const fresh = newMetrics.get(device) ?? new Set();
    newMetrics.set(device, fresh.add(metric));
    if ((admitted?.size ?? 0) + fresh.size > maxMetrics)
      return refusal(message("too-many-metrics", { device, field: metric, limit: maxMetrics }));
  }
  const newDevices = [...newMetrics.keys()].filter((id) => !devices.has(id));
  const [first] = newDevices;
  return first !== undefined && devices.size + newDevices.length > maxDevices
    ? refusal(message("too-many-devices/another", { device: first, limit: maxDevices }))
    : newMetrics;
}
