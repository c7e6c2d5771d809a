// Messages for the decoder, and its answers without their wrapping.
import { expect } from "vitest";
import type { ReadingsMessage } from "../../src/hub/ingest/device-message.ts";
import { decodeReadings, type ReadingsContext } from "../../src/hub/protocols/bramble/readings.ts";
import type { Decoded } from "../../src/hub/protocols/protocol.ts";
import { detailsOf, errorOf } from "../../src/shared/errors.ts";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../src/shared/ids.ts";
import { render } from "../../src/shared/messages/render.ts";

export const NOW_MS = Date.UTC(2026, 0, 31, 12);
export const DAY_MS = 24 * 3_600_000;
const device = (text: string): DeviceId => parseDeviceId(text) ?? expect.unreachable(text);
export const metric = (text: string): MetricName => parseMetricName(text) ?? expect.unreachable(text);
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
/** A message of the device `pi`, which its topic names. */
export const PI = { device: device("pi") };

/** Decodes text or bytes as they are, anything else as its JSON. */
export function decode(message: unknown, context: Partial<ReadingsContext> = {}): Decoded {
  const raw = typeof message === "string" ? message : JSON.stringify(message);
  return decodeReadings(message instanceof Uint8Array ? message : bytes(raw), {
    device: null,
    nowMs: NOW_MS,
    ...context,
  });
}

export function taken(decoded: Decoded): ReadingsMessage {
  if (decoded.kind === "refused") return expect.unreachable(render(decoded.problem));
  const [message] = decoded.messages;
  return message?.kind === "readings" ? message : expect.unreachable(message?.kind);
}

export function values(decoded: Decoded): (readonly [metric: string, value: number])[] {
  return taken(decoded).readings.map((reading) => [reading.metric, reading.value]);
}

/** The fault, and the message to its sender. */
export function refusal(decoded: Decoded) {
  if (decoded.kind === "decoded") return expect.unreachable(JSON.stringify(decoded));
  const { problem, device } = decoded;
  return { ...problem, device, error: errorOf(problem), message: render(problem), details: detailsOf(problem) };
}

/** `depth` objects, one in the other, with the number 1 in the innermost. */
export function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
}
