// What the command palette can find, and which of it a query means.
import type { LucideIcon } from "lucide-react";
import { finderOf, rankOf } from "../../i18n/search.ts";

export interface Entry {
  /** Unique among the entries. */
  readonly id: string;
  readonly icon: LucideIcon;
  readonly label: string;
  /** Shown at its end: a room, where it leads. */
  readonly hint?: string;
  /** Found by, too. */
  readonly words: readonly string[];
  readonly run: () => void;
}

const MAX_FOUND = 50;

/** The best first; those that fit alike stay in their order. */
export function entriesFor(entries: readonly Entry[], query: string): Entry[] {
  const fits = finderOf(query);
  return entries
    .filter(({ label, hint, words }) => fits([label, hint ?? "", ...words]))
    .map((entry) => ({ entry, rank: rankOf(entry.label, query) }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MAX_FOUND)
    .map(({ entry }) => entry);
}
