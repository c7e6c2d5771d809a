// The guides of the project, as they lie in resources/guides. They are part of this page's chunk: a hub without the internet
// shows them, too.
import { lexer, type MarkedToken, type Token } from "marked";

const sources = import.meta.glob<string>("../../../../resources/guides/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});

export interface Guide {
  /** Of its file, without the ending; as in its link. */
  readonly name: string;
  readonly title: string;
  /** Behind the title. */
  readonly blocks: readonly MarkedToken[];
}

/** Of tokens that Markdown itself has. */
const KINDS: ReadonlySet<string> = new Set<MarkedToken["type"]>([
  ...([
    "blockquote",
    "br",
    "code",
    "codespan",
    "del",
    "em",
    "escape",
    "heading",
    "hr",
    "html",
    "link",
    "list",
  ] as const),
  ...(["list_item", "paragraph", "strong", "table", "text"] as const),
]);

/** By name, in the order of their titles. */
export const GUIDES: ReadonlyMap<string, Guide> = new Map(
  Object.entries(sources)
    .map(([path, source]) => guideOf(nameIn(path), source))
    .toSorted((one, other) => one.title.localeCompare(other.title))
    .map((guide) => [guide.name, guide]),
);

/** The name of the guide that a file's path or a link between guides leads to. */
export function nameIn(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.md(?:#.*)?$/, "");
}

function guideOf(name: string, source: string): Guide {
  const [first, ...blocks] = marked(lexer(source));
  if (first?.type !== "heading") throw new Error(`the guide ${name} does not begin with its title`);
  return { name, title: first.text, blocks };
}

/** Those that Markdown has: nothing here extends it. */
export function marked(tokens: readonly Token[]): MarkedToken[] {
  return tokens.filter(isMarked);
}

function isMarked(token: Token): token is MarkedToken {
  return KINDS.has(token.type);
}
