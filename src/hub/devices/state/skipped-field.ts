// A field that was left out of a device's message: as the registry keeps it, and as the API shows it.
import type { Skipped } from "../../../shared/device.ts";
import type { Message, MessageCode } from "../../../shared/messages/message.ts";
import { render } from "../../../shared/messages/render.ts";

export type SkipReason = Message<Extract<MessageCode, `skipped/${string}`>>;

export interface KeptSkippedField {
  readonly field: string;
  readonly reason: SkipReason;
  /** When it was last left out. */
  readonly atMs: number;
}

/** With the sentence in English, and what it takes to render it in another language. */
export function toSkipped({ field, reason, atMs }: KeptSkippedField): Skipped {
  return { field, reason: render(reason), code: reason.code, params: { ...reason.params }, atMs };
}
