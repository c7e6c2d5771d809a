// What the sender of a message is told of the fields that were left out of it.
import type { Accepted } from "../../shared/api.ts";
import { render } from "../../shared/messages/render.ts";
import type { SkippedField } from "../ingest/device-message.ts";

export function toldSkipped(skipped: readonly SkippedField[]): NonNullable<Accepted["skipped"]> {
  return skipped.map(({ field, reason }) => ({ field, reason: render(reason) }));
}
