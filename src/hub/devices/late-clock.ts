// A computer without a battery-backed clock starts in the past until it has the time from the network. A hub that ran before that
// would store wrong times for ever; so it refuses to start, and its supervisor (systemd, Docker) starts it again.
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import type { DeviceDirectory } from "./directory.ts";

/** Synchronisation may set a clock back by seconds. */
const TOLERATED_MS = 10 * 60_000;

/** Throws with a message where the clock is behind the last message of any device. Called once devices are restored. */
export function refuseLateClock(devices: Pick<DeviceDirectory, "lastSeenMs">, clock: Clock): void {
  const nowMs = clock.now();
  const lastMs = devices.lastSeenMs();
  if (nowMs + TOLERATED_MS >= lastMs) return;
  throw new Failure(message("place/clock-behind", { nowMs, lastMs }));
}
