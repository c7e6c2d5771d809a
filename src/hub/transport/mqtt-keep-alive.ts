// Ends clients that fall silent. The broker, which would do so, does not see every packet.
import type { Duplex } from "node:stream";

/** A client may be silent for one and a half times its keep-alive [MQTT-3.1.2-24]. */
const GRACE = 1.5;

export interface TimedSession {
  /** How long it may be silent; 0 is for ever. */
  readonly keepAliveMs: number;
  readonly socket: Duplex;
  /** Publishes whose verdict is still to come. */
  readonly pending: number;
  lastPacketAtMs: number;
  fellSilent: boolean;
}

export function endSilent(sessions: Iterable<TimedSession>, nowMs: number): void {
  for (const session of sessions) {
    // One that waits for acknowledgements may not be read from: the silence is ours.
    if (session.pending > 0) session.lastPacketAtMs = nowMs;
    const { keepAliveMs, lastPacketAtMs, socket } = session;
    if (keepAliveMs === 0 || nowMs - lastPacketAtMs <= keepAliveMs * GRACE) continue;
    session.fellSilent = true;
    socket.destroy();
  }
}
