// Has stack traces in the log name lines of the sources, by the maps that lie beside the built hub. Node's own support for
// maps costs an idle hub 31 MB and its start 300 ms, so a position is looked up when an error that has it is logged.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { readSegments } from "./source-map.ts";

const POSITION = /(file:\/\/[^\s()]+\.js):(\d+):(\d+)/g;
/** The same error comes again and again: it is looked up once. */
const MAX_KNOWN_POSITIONS = 200;

const SourceMap = Type.Object({ sources: Type.Array(Type.String()), mappings: Type.String() });
type SourceMap = Static<typeof SourceMap>;

export class SourceLines {
  readonly #known = new Map<string, string>();

  /** The stack with positions of the sources where there are maps, as "file:///…/src/hub/hub.ts:12". */
  nameIn(stack: string): string {
    const maps = new Map<string, SourceMap | null>();
    return stack.replaceAll(POSITION, (position, url: string, line: string, column: string) => {
      const known = this.#known.get(position);
      if (known !== undefined) return known;
      const map = maps.get(url) ?? readMap(url);
      maps.set(url, map);
      const answer = lookUp(map, url, Number(line) - 1, Number(column) - 1) ?? position;
      if (this.#known.size >= MAX_KNOWN_POSITIONS) this.#known.clear();
      this.#known.set(position, answer);
      return answer;
    });
  }
}

function lookUp(map: SourceMap | null, url: string, line: number, column: number): string | null {
  if (map === null) return null;
  let found: { readonly source: number; readonly line: number } | null = null;
  for (const segment of readSegments(map.mappings)) {
    if (segment.programLine > line || (segment.programLine === line && segment.programColumn > column)) break;
    if (segment.programLine === line) found = segment;
  }
  const source = found === null ? undefined : map.sources[found.source];
  return found === null || source === undefined ? null : `${new URL(source, url).href}:${found.line + 1}`;
}

function readMap(url: string): SourceMap | null {
  try {
    return Value.Parse(SourceMap, JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, "utf8")));
  } catch {
    // Without a map the position in the bundle stays.
    return null;
  }
}
