// Disconnects clients whose keep-alive has expired. Silence is counted in periodic checks, not measured by a clock: after the
// computer slept or its clock was set, no client times out before what it sent meanwhile is read.
import type { Duplex } from "node:stream";

/** Times the keep-alive [MQTT-3.1.2-24]. */
const GRACE = 1.5;

export interface TimedSession {
  /** 0: no keep-alive. */
  readonly keepAliveMs: number;
  readonly socket: Duplex;
  /** The hub makes the client wait: for a verdict, or for room in the budget. */
  readonly isHeldUp: boolean;
  /** It has sent a packet since the last check. */
  hasSentData: boolean;
  silentMs: number;
  hasTimedOut: boolean;
}

/** To be called every `periodMs`; `onSilent` is called for each session that timed out. */
export function disconnectSilent<S extends TimedSession>(
  sessions: Iterable<S>,
  periodMs: number,
  onSilent: (session: S) => void,
): void {
  for (const session of sessions) {
    session.silentMs = session.hasSentData || session.isHeldUp ? 0 : session.silentMs + periodMs;
    session.hasSentData = false;
    if (session.keepAliveMs === 0 || session.silentMs < session.keepAliveMs * GRACE) continue;
    session.hasTimedOut = true;
    onSilent(session);
    session.socket.destroy();
  }
}
