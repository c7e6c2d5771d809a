// Which devices are online. One that holds a connection open is online while the connection lives; a script that posts, or connects
// for one message, counts as online while its last message is recent.
import type { DeviceId } from "../../shared/ids.ts";
import type { Clock } from "../clock.ts";
import type { DeviceDirectory } from "./directory.ts";
import { noteAddress } from "./state/address-history.ts";
import { type DeviceState, markStale } from "./state/device-state.ts";

const SWEEP_PERIOD_MS = 1_000;
const MIN_FRESH_MS = 60_000;
const MISSED_MESSAGES = 3;

export interface PresenceOptions {
  readonly directory: DeviceDirectory;
  readonly clock: Clock;
  /** Called when a device came online or went offline, or one of its metrics became stale. */
  readonly onChange: (state: DeviceState) => void;
}

export class Presence {
  readonly #options: PresenceOptions;
  #endTimer: (() => void) | null = null;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#endTimer = this.#options.clock.every(SWEEP_PERIOD_MS, () => this.#sweep());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  /**
   * Registers a message of a device; true where its presence changed. A message that arrived before the device went offline, and is
   * stored only now, does not bring it online.
   */
  received(state: DeviceState, address: string, nowMs: number, arrivedMs = nowMs): boolean {
    const comesBack = !state.presence.online && arrivedMs >= state.leftMs;
    const isChanged = !state.known || comesBack || state.address !== address;
    // A message may name a device more than once.
    if (state.known && nowMs > state.lastSeenMs) state.intervalMs = nowMs - state.lastSeenMs;
    state.lastSeenMs = nowMs;
    state.address = address;
    noteAddress(state.addresses, address, nowMs);
    state.known = true;
    state.unsaved = true;
    if (comesBack) state.presence = { online: true, sinceMs: nowMs };
    return isChanged;
  }

  /** An MQTT session belongs to the device from now on. */
  sessionClaimed(id: DeviceId, session: string): void {
    this.#options.directory.states.get(id)?.sessions.add(session);
  }

  /** A session ended. Where its keep-alive ran out, a device without another session is offline. */
  sessionEnded(session: string, isTimedOut: boolean): void {
    for (const state of this.#options.directory.states.values()) {
      if (state.sessions.delete(session) && isTimedOut && state.sessions.size === 0) this.#setOnline(state, false);
    }
  }

  /** The device, or its last will, reports its status; a will is ignored while another session of the device lives. */
  reportStatus(id: DeviceId, online: boolean, session: string | null): void {
    const state = this.#options.directory.states.get(id);
    if (state === undefined) return;
    if (!online && session !== null) state.sessions.delete(session);
    const others = [...state.sessions].filter((other) => other !== session);
    if (!online && others.length > 0) return;
    if (!online) state.leftMs = this.#options.clock.now();
    this.#setOnline(state, online);
  }

  #setOnline(state: DeviceState, online: boolean): void {
    if (state.presence.online === online) return;
    state.presence = { online, sinceMs: online ? this.#options.clock.now() : state.lastSeenMs };
    this.#options.onChange(state);
  }

  #sweep(): void {
    const nowMs = this.#options.clock.now();
    for (const state of this.#options.directory.states.values()) {
      if (state.presence.online && state.sessions.size === 0 && !isFresh(state, nowMs)) this.#setOnline(state, false);
      if (markStale(state, nowMs)) this.#options.onChange(state);
    }
  }
}

/** True while the device's last message is younger than a minute, or than three of its own intervals. */
function isFresh({ lastSeenMs, intervalMs }: DeviceState, nowMs: number): boolean {
  const freshForMs = Math.max(MIN_FRESH_MS, MISSED_MESSAGES * (intervalMs ?? 0));
  return nowMs - lastSeenMs <= freshForMs;
}
