// When a device that holds no connection open still counts as here: a script that posts, or connects for one message.

const FRESH_FOR_AT_LEAST_MS = 60_000;
const MISSED_MESSAGES = 3;

/** True while the device's last message is younger than a minute, or than three of its own intervals. */
export function isFresh(
  device: { readonly lastSeenMs: number; readonly intervalMs: number | null },
  nowMs: number,
): boolean {
  const freshForMs = Math.max(FRESH_FOR_AT_LEAST_MS, MISSED_MESSAGES * (device.intervalMs ?? 0));
  return nowMs - device.lastSeenMs <= freshForMs;
}
