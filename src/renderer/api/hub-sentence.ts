// Sentences of the hub in the window's language, where the hub sends a code and its parameters. The catalogue is loaded when
// one is to be shown, since a window seldom needs it.
import { useEffect, useState } from "react";
import type { Skipped } from "../../shared/device.ts";
import type { AnyMessage } from "../../shared/messages/message.ts";
import { language } from "../i18n/language.ts";

/** In the desktop app, without advice for the command line. */
export async function hubSentence(message: AnyMessage): Promise<string> {
  const { loadLanguage, render } = await import("../../shared/messages/render.ts");
  await loadLanguage(language);
  return render(message, language, "desktop");
}

/** Why each field was skipped; until the catalogue is loaded, the hub's English text. */
export function useSkipReasons(fields: readonly Skipped[]): readonly string[] {
  const [renderReason, setRenderReason] = useState<(field: Skipped) => string>(() => inEnglish);
  useEffect(() => {
    if (language === "en") return;
    let isShown = true;
    const load = async () => {
      const { isKnownMessage, loadLanguage, render } = await import("../../shared/messages/render.ts");
      await loadLanguage(language);
      if (isShown) setRenderReason(() => (one: Skipped) => (isKnownMessage(one) ? render(one, language) : one.reason));
    };
    load().catch(console.warn);
    return () => {
      isShown = false;
    };
  }, []);
  return fields.map(renderReason);
}

function inEnglish({ reason }: Skipped): string {
  return reason;
}
