// Finds the name that a person probably meant.

/** Longer texts are not compared, which would take long. */
const MAX_CHARACTERS = 160;

/** The closest one of `known` within `maxMistakes` edits; null where there is none. */
export function closest(text: string, known: readonly string[], maxMistakes: number): string | null {
  if (text.length > MAX_CHARACTERS) return null;
  const written = text.toLowerCase();
  let best: { readonly name: string; readonly mistakes: number } | null = null;
  for (const name of known) {
    const mistakes = editDistance(written, name.toLowerCase(), maxMistakes);
    if (mistakes <= maxMistakes && mistakes < (best?.mistakes ?? Number.POSITIVE_INFINITY)) best = { name, mistakes };
  }
  return best?.name ?? null;
}

/**
 * The Levenshtein distance; any larger number where it exceeds `most`. Only a band around the diagonal is computed, so that a client
 * that sends thousands of almost correct names cannot stall the hub.
 */
function editDistance(text: string, name: string, most: number): number {
  const tooMany = most + 1;
  // A character has up to two units.
  if (Math.abs(text.length - name.length) > 2 * most) return tooMany;
  const [one, other] = [[...text], [...name]];
  if (Math.abs(one.length - other.length) > most) return tooMany;
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  let next = new Array<number>(other.length + 1).fill(tooMany);
  for (let row = 1; row <= one.length; row++) {
    const first = Math.max(1, row - most);
    const last = Math.min(other.length, row + most);
    next[first - 1] = first === 1 ? row : tooMany;
    for (let column = first; column <= last; column++) {
      const changed = (above[column - 1] ?? tooMany) + (one[row - 1] === other[column - 1] ? 0 : 1);
      next[column] = Math.min(changed, (above[column] ?? tooMany) + 1, (next[column - 1] ?? tooMany) + 1);
    }
    if (last < other.length) next[last + 1] = tooMany;
    [above, next] = [next, above];
  }
  return above[other.length] ?? tooMany;
}
