// Why a device needs attention.
import type { Device, DeviceControl } from "../device.ts";

const REASONS = ["offline", "undervoltage", "duplicate", "failed", "silent"] as const;
export type Reason = (typeof REASONS)[number];

/** The agent's metric: 1 while the Pi's supply is too weak. */
export const UNDERVOLTAGE_METRIC = "undervoltage";
/** Older failures are ignored. */
const RECENT_MS = 24 * 3_600_000;
const DUPLICATE_RECENT_MS = 3_600_000;

/** `undervoltage` is the latest value of that metric, which changes without an event of the device. Most serious first. */
export function reasonsOf(device: Device, undervoltage: number | undefined, nowMs: number): Reason[] {
  const { presence, metrics, controls, duplicate } = device;
  const holds: Record<Reason, boolean> = {
    offline: !presence.online,
    undervoltage: presence.online && (undervoltage ?? 0) > 0,
    duplicate: duplicate !== undefined && nowMs - duplicate.atMs < DUPLICATE_RECENT_MS,
    failed: failedControls(controls, nowMs).length > 0,
    silent: presence.online && metrics.some(({ stale }) => stale),
  };
  return REASONS.filter((reason) => holds[reason]);
}

/** Controls whose last command failed recently. */
function failedControls(controls: readonly DeviceControl[], nowMs: number): DeviceControl[] {
  return controls.filter(
    ({ desired }) =>
      desired !== undefined &&
      (desired.state === "failed" || desired.state === "expired") &&
      nowMs - desired.atMs < RECENT_MS,
  );
}
