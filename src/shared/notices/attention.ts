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
    failed: controls.some((one) => hasFailed(one) && nowMs - (one.desired?.atMs ?? 0) < RECENT_MS),
    silent: presence.online && metrics.some(({ stale, hidden }) => stale && hidden !== true),
  };
  return REASONS.filter((reason) => holds[reason]);
}

export const hasFailed = ({ desired }: DeviceControl): boolean =>
  desired?.state === "failed" || desired?.state === "expired";
