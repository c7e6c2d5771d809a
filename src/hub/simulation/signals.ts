// Plausible values as functions of time alone, so that history and live values are one curve, over a restart, too.
import { HOUR_MS, MINUTE_MS } from "../../shared/time.ts";

/** The value at a time in milliseconds UTC. */
export type Signal = (tMs: number) => number;

const KWH_PER_WATT_MS = 1 / (1_000 * HOUR_MS);

export interface WaveOptions {
  readonly seed: number;
  readonly mean: number;
  /** How far the warmest hour of the day is above the mean. */
  readonly day?: number;
  /** How far it wanders within some twenty minutes. */
  readonly drift?: number;
  /** How far one value is from the next. */
  readonly jitter?: number;
  /** No value is below it. */
  readonly least?: number;
  readonly decimals: number;
}

const DRIFT_PERIOD_MS = 20 * MINUTE_MS;
const JITTER_PERIOD_MS = 4_000;
const WARMEST_HOUR = 15;

/** A daily curve with drift and noise. */
export function wave({ seed, mean, day = 0, drift = 0, jitter = 0, least, decimals }: WaveOptions): Signal {
  return (tMs) => {
    const value =
      mean +
      day * Math.cos(((hourOfDay(tMs) - WARMEST_HOUR) / 24) * 2 * Math.PI) +
      drift * noise(seed, tMs / DRIFT_PERIOD_MS) +
      jitter * noise(seed + 1, tMs / JITTER_PERIOD_MS);
    return rounded(Math.max(least ?? value, value), decimals);
  };
}

/** The same with rare bursts in place of small values: rain. */
export function bursts(seed: number, most: number): Signal {
  return (tMs) => rounded(Math.max(0, noise(seed, tMs / DRIFT_PERIOD_MS) - 0.35) * most, 1);
}

const DOOR_SLOT_MS = 4 * MINUTE_MS;

/** A door that is opened now and then for a while: 1 while it is open. */
export function door(seed: number): Signal {
  return (tMs) => {
    const slot = Math.floor(tMs / DOOR_SLOT_MS);
    const isOpened = random(seed, slot) > 0.6;
    const openForMs = (0.1 + 0.5 * random(seed + 1, slot)) * DOOR_SLOT_MS;
    return isOpened && tMs - slot * DOOR_SLOT_MS < openForMs ? 1 : 0;
  };
}

/** What a meter shows that counts `watts` since `sinceMs`, in kWh. */
export function meter(watts: number, sinceMs: number): Signal {
  return (tMs) => rounded(Math.max(0, tMs - sinceMs) * watts * KWH_PER_WATT_MS, 3);
}

export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function hourOfDay(tMs: number): number {
  const local = new Date(tMs);
  return local.getHours() + local.getMinutes() / 60 + local.getSeconds() / 3_600;
}

/** From -1 to 1, smooth: its random values at whole numbers, joined without corners. */
function noise(seed: number, at: number): number {
  const from = Math.floor(at);
  const part = at - from;
  const ease = part * part * (3 - 2 * part);
  return 2 * (random(seed, from) * (1 - ease) + random(seed, from + 1) * ease) - 1;
}

/** From 0 to 1, the same for the same numbers (the finalizer of MurmurHash3). */
function random(seed: number, index: number): number {
  let hash = Math.imul(index ^ Math.imul(seed, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
