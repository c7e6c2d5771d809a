// What an export is for decides how it is written, so that nobody can choose what makes dates of numbers.
import { expect, test } from "vitest";
import { STYLE_OF, usualPurpose } from "../../src/renderer/pages/device/export/export-purpose.ts";

test.each([
  ["en-US", "spreadsheet-point"],
  ["ko", "spreadsheet-point"],
  ["de-DE", "spreadsheet-comma"],
  ["fr", "spreadsheet-comma"],
  ["pt-BR", "spreadsheet-comma"],
  ["de-CH", "spreadsheet-point"],
] as const)("in %s an export is first for a %s", (locale, purpose) => {
  expect(usualPurpose(locale)).toBe(purpose);
});

test("a decimal comma never parts columns, and times are dates for spreadsheets alone", () => {
  for (const [purpose, { sep, decimal, time }] of Object.entries(STYLE_OF)) {
    expect(sep, purpose).not.toBe(decimal);
    expect(time).toBe(purpose === "program" ? "iso" : "spreadsheet");
  }
});
