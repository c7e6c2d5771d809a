// A computer without a clock of its own starts in the past until it has asked the network for the time. A hub that runs then
// gives readings times that are wrong for ever; one that does not start is started again by whatever looks after it.
import { Failure } from "../../shared/errors.ts";
import { message } from "../../shared/messages/message.ts";
import type { Clock } from "../clock.ts";
import type { DeviceDirectory } from "./directory.ts";

/** Clocks are set back by seconds when they are set right. */
const TOLERATED_MS = 10 * 60_000;

/** Throws with a message where the clock is behind the last message of any device. Called once devices are restored. */
export function refuseLateClock({ states }: Pick<DeviceDirectory, "states">, clock: Clock): void {
  const nowMs = clock.now();
  const lastMs = Math.max(0, ...[...states.values()].map(({ lastSeenMs }) => lastSeenMs));
  if (nowMs + TOLERATED_MS >= lastMs) return;
  throw new Failure(message("place/clock-behind", { nowMs, lastMs }));
}
