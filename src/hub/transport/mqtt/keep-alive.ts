// Ends clients that fall silent. The broker, which would do so, does not see every packet. Silence is counted in checks that
// found it, not read off a clock: after the computer slept, or its clock was set, clients have been silent for no longer than
// this hub has listened, and what they sent meanwhile is read before the next check.
import type { Duplex } from "node:stream";

/** A client may be silent for one and a half times its keep-alive [MQTT-3.1.2-24]. */
const GRACE = 1.5;

export interface TimedSession {
  /** How long it may be silent; 0 is for ever. */
  readonly keepAliveMs: number;
  readonly socket: Duplex;
  /** The hub keeps it waiting: for a verdict, or for room in the budget. */
  readonly isHeldUp: boolean;
  /** It has sent a packet since the last check. */
  hasSentData: boolean;
  silentMs: number;
  fellSilent: boolean;
}

/** To be called every `periodMs`; `onSilent` is called for each session that is ended. */
export function endSilent<S extends TimedSession>(
  sessions: Iterable<S>,
  periodMs: number,
  onSilent: (session: S) => void,
): void {
  for (const session of sessions) {
    session.silentMs = session.hasSentData || session.isHeldUp ? 0 : session.silentMs + periodMs;
    session.hasSentData = false;
    if (session.keepAliveMs === 0 || session.silentMs < session.keepAliveMs * GRACE) continue;
    session.fellSilent = true;
    onSilent(session);
    session.socket.destroy();
  }
}
