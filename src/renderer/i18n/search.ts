// Finding by typing: without regard to case and accents, and a Korean syllable from its first letter on.

/** Decomposed, so that accents can be left out and a syllable begins with its first letter. */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/[\u0300-\u036f]/g, "")
    .toLowerCase();
}

export type Finder = (texts: readonly string[]) => boolean;

/** Matches texts that together contain every word of `query`; an empty query matches all. */
export function finderOf(query: string): Finder {
  const words = folded(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  return (texts) => {
    if (words.length === 0) return true;
    const all = folded(texts.join("\n"));
    return words.every((word) => all.includes(word));
  };
}

/** The rank of a match: 0 where `label` begins with the query, 1 where a word of it does, else 2. */
export function rankOf(label: string, query: string): number {
  const [text, wanted] = [folded(label), folded(query).trim()];
  if (text.startsWith(wanted)) return 0;
  return text.split(/[^\p{L}\p{N}]+/u).some((word) => word.startsWith(wanted)) ? 1 : 2;
}
