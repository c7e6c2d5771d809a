// JSON on several lines, character for character as it was sent: to parse it and write it again would change its numbers.

const TOKEN = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s"[\]{},:]+/g;
const INDENT = "  ";

/** Null where `text` is no JSON, or nothing that has parts. */
export function indentedJson(text: string): string | null {
  if (!hasParts(text)) return null;
  let [written, depth, before] = ["", 0, ""];
  for (const [token] of text.matchAll(TOKEN)) {
    const isEnd = token === "}" || token === "]";
    const isEmpty = isEnd && (before === "{" || before === "[");
    if (isEnd) depth--;
    if (!isEmpty && (isEnd || before === "{" || before === "[" || before === ","))
      written += `\n${INDENT.repeat(depth)}`;
    if (token === "{" || token === "[") depth++;
    written += token === ":" ? ": " : token;
    before = token;
  }
  return written;
}

function hasParts(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
