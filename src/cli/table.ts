// Text for a terminal: columns that line up in any script, and nothing that the terminal would obey.

/** They take two columns: East Asian scripts, and pictures. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const MARK = /\p{M}|\u200d/u;
const CONTROL_CHARACTERS = /\p{Cc}/gu;
const GAP = "  ";

/** Rows of cells under a heading. The last column is not padded. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heading, ...rows].map((row) => row.map((cell) => cell.replaceAll(CONTROL_CHARACTERS, "�")));
  const widths = heading.map((_, column) => Math.max(...all.map((row) => widthOf(row[column] ?? ""))));
  return all
    .map((row) =>
      row
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
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
