// The drafts of a form whose fields differ in number. Apart from `use-draft.ts`, which the first page needs.
import { useState } from "react";
import { type Draft, draftOf, type Entry } from "./use-draft.ts";

/** Each by its key. */
export function useDrafts(): (key: string, known: string) => Draft<string> {
  const [entries, setEntries] = useState<ReadonlyMap<string, Entry<string> | null>>(new Map());
  return (key, known) =>
    draftOf(known, entries.get(key) ?? null, (change) =>
      setEntries((all) => new Map(all).set(key, change(all.get(key) ?? null))),
    );
}
