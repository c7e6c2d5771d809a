// What is left to do to the hub's bundle and its source maps once they are written: text beyond ASCII is escaped, and the
// maps are made to fit that and thinned to lines, which is all that a stack trace in the log names.
import type { Plugin } from "vite";
import { readSegments, type Segment, writeSegments } from "../../src/hub/observe/log/source-map.ts";

const BEYOND_ASCII = /[^\0-\x7f]/g;
const ESCAPE_LENGTH = "\\u0000".length;

/** One character beyond a byte makes the engine keep two bytes for each of a file, and it keeps every file's text. */
export const inAscii: Plugin = {
  name: "in-ascii",
  generateBundle: (_options, bundle) => {
    for (const file of Object.values(bundle)) {
      if (file.type !== "chunk") continue;
      const map = bundle[`${file.fileName}.map`];
      if (map?.type === "asset") map.source = fitMap(String(map.source), file.code);
      file.code = file.code.replaceAll(
        BEYOND_ASCII,
        (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
      );
    }
  },
};

/** The map as text, for `code` once it is escaped. Without the sources, which are in the package's repository. */
function fitMap(text: string, code: string): string {
  const { version, file, sources, mappings } = JSON.parse(text);
  const escapes = code.split("\n").map((line) => Array.from(line.matchAll(BEYOND_ASCII), ({ index }) => index));
  return JSON.stringify({ version, file, names: [], sources, mappings: writeSegments(lines(mappings, escapes)) });
}

/** `escapes` are, for each line of the program, the columns where a character becomes an escape. */
function* lines(mappings: string, escapes: readonly (readonly number[])[]): Generator<Segment> {
  let last: Segment | null = null;
  for (const segment of readSegments(mappings)) {
    const { programLine, programColumn, source, line } = segment;
    if (last !== null && programLine === last.programLine && source === last.source && line === last.line) continue;
    last = segment;
    const before = countBelow(escapes[programLine] ?? [], programColumn);
    yield { ...segment, programColumn: programColumn + before * (ESCAPE_LENGTH - 1) };
  }
}

/** How many of numbers that ascend are below `limit`. A line has tens of thousands of either: each may take a few steps alone. */
function countBelow(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? limit) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
