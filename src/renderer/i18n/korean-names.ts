// Korean translations of English names of metrics and controls: of those without a label, and of the agent's own labels.
import { AGENT_LABELS, METRIC_WORDS } from "./ko/devices/metric-words.ts";

/** Translates a name in lower case, word by word; not at all if a word is unknown. */
export function koreanName(name: string): string | undefined {
  const words = name.split(" ").map((word) => (/^\d+$/.test(word) ? word : of(METRIC_WORDS, word)));
  return of(METRIC_WORDS, name) ?? (words.includes(undefined) ? undefined : words.join(" "));
}

/** Translates the agent's labels; those that people set are unchanged. */
export const koreanLabel = (label: string): string | undefined => of(AGENT_LABELS, label);

const of = (words: Readonly<Record<string, string>>, word: string): string | undefined =>
  Object.hasOwn(words, word) ? words[word] : undefined;
