// What a person probably meant to write.

/** Longer texts are no slip of the finger, and comparing takes its time. */
const MAX_CHARACTERS = 160;

/** The one of `known` from which `text` differs least, by `maxMistakes` characters at most; null where none is so close. */
export function closest(text: string, known: readonly string[], maxMistakes: number): string | null {
  if (text.length > MAX_CHARACTERS) return null;
  let best: { readonly name: string; readonly mistakes: number } | null = null;
  for (const name of known) {
    const mistakes = editDistance(text.toLowerCase(), name.toLowerCase());
    if (mistakes <= maxMistakes && mistakes < (best?.mistakes ?? Number.POSITIVE_INFINITY)) best = { name, mistakes };
  }
  return best?.name ?? null;
}

/** Characters to add, take away or change (Levenshtein). */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, character] of [...one].entries()) {
    const next = [row + 1];
    for (const [column, otherCharacter] of [...other].entries()) {
      const changed = (above[column] ?? 0) + (character === otherCharacter ? 0 : 1);
      next.push(Math.min(changed, (above[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    above = next;
  }
  return above.at(-1) ?? 0;
}
