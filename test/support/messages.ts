// Messages for the decoder, and its answers without their wrapping.
import { expect } from "vitest";
import { type DecodeContext, type Decoded, decodeReadings } from "../../src/hub/ingest/decode.ts";
import type { Problem } from "../../src/shared/errors.ts";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../src/shared/ids.ts";

export const NOW_MS = Date.UTC(2026, 0, 31, 12);
export const DAY_MS = 24 * 3_600_000;
const device = (text: string): DeviceId => parseDeviceId(text) ?? expect.unreachable(text);
export const metric = (text: string): MetricName => parseMetricName(text) ?? expect.unreachable(text);
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A message of the device `pi`, which its topic names. */
export const PI = { device: device("pi") };

/** Decodes text or bytes as they are, anything else as its JSON. */
export function decode(message: unknown, context: Partial<DecodeContext> = {}): Decoded {
  const raw = typeof message === "string" ? message : JSON.stringify(message);
  return decodeReadings(message instanceof Uint8Array ? message : bytes(raw), {
    device: null,
    nowMs: NOW_MS,
    ...context,
  });
}

export type Taken = Extract<Decoded, { kind: "decoded" }>;

export function taken(decoded: Decoded): Taken {
  return decoded.kind === "decoded" ? decoded : expect.unreachable(decoded.problem.message);
}

export function values(decoded: Decoded): (readonly [metric: string, value: number])[] {
  return taken(decoded).readings.map((reading) => [reading.metric, reading.value]);
}

export function refusal(decoded: Decoded): Problem {
  return decoded.kind === "refused" ? decoded.problem : expect.unreachable(JSON.stringify(decoded));
}

/** `depth` objects, one in the other, with the number 1 in the innermost. */
export function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}
