// A field that was left out of a device's message: in the state of the device, and in the API.
import type { Skipped } from "../../../shared/device.ts";
import type { Message, MessageCode } from "../../../shared/messages/message.ts";
import { render } from "../../../shared/messages/render.ts";

export type SkipReason = Message<Extract<MessageCode, `skipped/${string}`>>;

export interface SkippedFieldState {
  readonly field: string;
  readonly reason: SkipReason;
  /** When it was last left out. */
  readonly atMs: number;
}

/** With the sentence in English, and what it takes to render it in another language. */
export function toSkipped({ field, reason, atMs }: SkippedFieldState): Skipped {
  return { field, reason: render(reason), code: reason.code, params: { ...reason.params }, atMs };
}
