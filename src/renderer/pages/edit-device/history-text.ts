// The size of a device's history, in words.
import { formatCount } from "../../i18n/numbers.ts";
import { pageText } from "../../i18n/page-text.ts";

/** `readings` is undefined until they are counted. */
export function historyText(readings: number | undefined, metrics: number): string {
  return pageText.removal.history(readings, formatCount(readings ?? 0), metrics, formatCount(metrics));
}
