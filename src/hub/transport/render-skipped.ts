// The fields that were left out of a message, for the answer to its sender.
import type { Accepted } from "../../shared/api.ts";
import type { Language } from "../../shared/messages/language.ts";
import { render } from "../../shared/messages/render.ts";
import type { SkippedField } from "../ingest/device-message.ts";

export function renderSkipped(
  skipped: readonly SkippedField[],
  language: Language = "en",
): NonNullable<Accepted["skipped"]> {
  return skipped.map(({ field, reason }) => ({ field, reason: render(reason, language) }));
}
