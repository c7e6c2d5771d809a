// Text for a terminal: columns that line up in any script, and nothing that the terminal would obey.

/** Characters that take two columns: East Asian scripts and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const MARK = /\p{M}|\u200d/u;
const CONTROL_CHARACTERS = /\p{Cc}/gu;
const GAP = "  ";

/** The widest column on a terminal, so that later columns stay visible. */
const MAX_COLUMN_WIDTH = 32;

/** Rows of cells under a heading. The last column is not padded. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return new Columns(null).lines([heading, ...rows]);
}

/** Formats rows as they arrive: a column only ever becomes wider. */
export class Columns {
  /** The width of the terminal; null where lines are not limited. */
  readonly #terminalWidth: number | null;
  #widths: readonly number[] = [];

  constructor(terminalWidth: number | null) {
    this.#terminalWidth = terminalWidth;
  }

  lines(rows: readonly (readonly string[])[]): string {
    const width = this.#terminalWidth;
    const all = rows.map((row) => row.map((cell, column) => this.#cell(cell, column === row.length - 1)));
    this.#widths = all.reduce(wider, this.#widths);
    const lines = all.map((row) => row.map((cell, column) => padded(cell, this.#widths[column] ?? 0)).join(GAP));
    return lines.map((line) => (width === null ? line : clipped(line.trimEnd(), width)).trimEnd()).join("\n");
  }

  #cell(text: string, isLast: boolean): string {
    const cell = text.replaceAll(CONTROL_CHARACTERS, "�");
    return this.#terminalWidth === null || isLast ? cell : clipped(cell, MAX_COLUMN_WIDTH);
  }
}

function wider(widths: readonly number[], row: readonly string[]): number[] {
  return row.map((cell, column) => Math.max(widths[column] ?? 0, widthOf(cell)));
}

/** At most so wide, with an ellipsis for what was cut. */
function clipped(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  for (const one of text) {
    if (widthOf(kept + one) > width - 1) break;
    kept += one;
  }
  return `${kept}…`;
}

const MAX_FLAG_CHARACTERS = 28;

/** The options of a command, as its help lists them. */
export function optionLines(options: readonly (readonly [flag: string, text: string])[]): string {
  const width = Math.min(MAX_FLAG_CHARACTERS, Math.max(...options.map(([flag]) => flag.length)));
  const indented = (flag: string) => (flag.length > width ? `${flag}\n${" ".repeat(width + 2)}` : flag.padEnd(width));
  return options.map(([flag, text]) => `  ${indented(flag)}  ${text}`).join("\n");
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

function widthOf(text: string): number {
  return [...text].reduce((width, one) => width + (MARK.test(one) ? 0 : WIDE.test(one) ? 2 : 1), 0);
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1_000],
] as const;

/** In the largest unit that is full twice, so that no half is rounded away. */
export function ago(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, unitMs]) => ms >= 2 * unitMs) ?? ["s", 1_000];
  return `${Math.max(0, Math.floor(ms / unitMs))} ${unit} ago`;
}
