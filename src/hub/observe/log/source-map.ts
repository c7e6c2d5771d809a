// Reads the mappings of a source map (ECMA-426): `;` ends a line of the program, `,` a segment, and a segment is numbers in
// base 64, each relative to the one before it. The log reads them, and the build, which keeps of them what the log needs.

const BASE_64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const DIGITS = new Map(Array.from(BASE_64, (character, digit) => [character.charCodeAt(0), digit]));
const SEMICOLON = ";".charCodeAt(0);
const COMMA = ",".charCodeAt(0);

/** Where a piece of the program comes from; all count from 0, and `source` is an index into the map's `sources`. */
export interface Segment {
  readonly programLine: number;
  readonly programColumn: number;
  readonly source: number;
  readonly line: number;
}

/** The segments that have a source, in the program's order. */
export function* readSegments(mappings: string): Generator<Segment> {
  let programLine = 0;
  let fields = [0, 0, 0, 0, 0];
  let field = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at <= mappings.length; at++) {
    const character = at < mappings.length ? mappings.charCodeAt(at) : SEMICOLON;
    if (character === COMMA || character === SEMICOLON) {
      const [programColumn = 0, source = 0, line = 0] = fields;
      if (field >= 4) yield { programLine, programColumn, source, line };
      field = 0;
      if (character === COMMA) continue;
      programLine++;
      fields = fields.with(0, 0);
      continue;
    }
    const digit = DIGITS.get(character) ?? 0;
    value += (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    fields[field] = (fields[field] ?? 0) + (value & 1 ? -(value >> 1) : value >> 1);
    field++;
    value = 0;
    shift = 0;
  }
}

/** The opposite; every column of a source is 0. */
export function writeSegments(segments: Iterable<Segment>): string {
  let current: string[] = [];
  const lines = [current];
  let last: Segment = { programLine: 0, programColumn: 0, source: 0, line: 0 };
  for (const segment of segments) {
    const { programLine, programColumn, source, line } = segment;
    while (lines.length <= programLine) {
      current = [];
      lines.push(current);
    }
    const fields = [
      programColumn - (current.length === 0 ? 0 : last.programColumn),
      source - last.source,
      line - last.line,
      0,
    ];
    current.push(fields.map(writeNumber).join(""));
    last = segment;
  }
  return lines.map((line) => line.join(",")).join(";");
}

/** The lowest bit is the sign. */
function writeNumber(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>= 5;
    text += BASE_64[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}
