// What an export is for, which decides how its numbers, times and columns are written: a separator that goes with the wrong
// decimal makes dates of numbers.
import type { ExportQuery } from "../../../../shared/api.ts";

export type Purpose = "spreadsheet-point" | "spreadsheet-comma" | "program";

export const PURPOSE_OPTIONS: readonly (readonly [Purpose, string])[] = [
  ["spreadsheet-point", "Spreadsheet (25.5)"],
  ["spreadsheet-comma", "Spreadsheet (25,5)"],
  ["program", "Program"],
];

type Style = Required<Pick<ExportQuery, "sep" | "decimal" | "time">>;

export const STYLE_OF: Readonly<Record<Purpose, Style>> = {
  "spreadsheet-point": { sep: ",", decimal: ".", time: "spreadsheet" },
  "spreadsheet-comma": { sep: ";", decimal: ",", time: "spreadsheet" },
  program: { sep: ",", decimal: ".", time: "iso" },
};

export const PURPOSE_NOTES: Readonly<Record<Purpose, string>> = {
  "spreadsheet-point":
    "For Excel, LibreOffice or Numbers in English: 2026-01-31 13:00:00.000, columns parted by commas.",
  "spreadsheet-comma":
    "For Excel, LibreOffice or Numbers in German, French and other languages that write 25,5: columns parted by semicolons.",
  program: "For pandas, R and scripts: ISO 8601 with the offset, such as 2026-01-31T13:00:00.000+01:00.",
};

/** That of a spreadsheet in the browser's language. */
export function usualPurpose(locale?: string): Purpose {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.some(({ type, value }) => type === "decimal" && value === ",")
    ? "spreadsheet-comma"
    : "spreadsheet-point";
}
