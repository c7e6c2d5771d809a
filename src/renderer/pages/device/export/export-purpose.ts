// The purpose of an export, which determines the format of numbers, times and columns: with the wrong combination of separator and
// decimal sign, spreadsheets turn numbers into dates.
import type { ExportQuery } from "../../../../shared/api.ts";
import { pageText } from "../../../i18n/page-text.ts";

export type Purpose = "spreadsheet-point" | "spreadsheet-comma" | "program";

export const PURPOSE_OPTIONS: readonly (readonly [Purpose, string])[] = [
  ["spreadsheet-point", pageText.exporting.spreadsheetPoint],
  ["spreadsheet-comma", pageText.exporting.spreadsheetComma],
  ["program", pageText.exporting.program],
];

type Style = Required<Pick<ExportQuery, "sep" | "decimal" | "time">>;

export const STYLE_OF: Readonly<Record<Purpose, Style>> = {
  "spreadsheet-point": { sep: ",", decimal: ".", time: "spreadsheet" },
  "spreadsheet-comma": { sep: ";", decimal: ",", time: "spreadsheet" },
  program: { sep: ",", decimal: ".", time: "iso" },
};

/** That of a spreadsheet in the browser's language. */
export function usualPurpose(locale?: string): Purpose {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.some(({ type, value }) => type === "decimal" && value === ",")
    ? "spreadsheet-comma"
    : "spreadsheet-point";
}
