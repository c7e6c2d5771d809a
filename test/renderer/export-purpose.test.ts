// The purpose of an export determines its format, so that no choice makes a spreadsheet turn numbers into dates.
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

test("a decimal comma is never the separator, and times are dates only for spreadsheets", () => {
  for (const [purpose, { sep, decimal, time }] of Object.entries(STYLE_OF)) {
    expect(sep, purpose).not.toBe(decimal);
    expect(time).toBe(purpose === "program" ? "iso" : "spreadsheet");
  }
});
