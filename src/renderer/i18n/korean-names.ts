// Korean for the names of metrics and controls that come in English: those without a label, and the agent's own labels.
import { AGENT_LABELS, METRIC_WORDS } from "./ko/devices/metric-words.ts";

/** Of a name in lower case. Word by word, unless one is unknown: half a name would be no help. */
export function koreanName(name: string): string | undefined {
  const words = name.split(" ").map((word) => (/^\d+$/.test(word) ? word : of(METRIC_WORDS, word)));
  return of(METRIC_WORDS, name) ?? (words.includes(undefined) ? undefined : words.join(" "));
}

/** Of a label that the agent gives; what people call a metric stays as it is. */
export const koreanLabel = (label: string): string | undefined => of(AGENT_LABELS, label);

const of = (words: Readonly<Record<string, string>>, word: string): string | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined;
