// The export of readings as CSV: its form, and how it went.

export const exporting = {
  open: "Export",
  title: (device: string) => `Export readings of ${device}`,
  metrics: "Metrics",
  allMetrics: (count: number) => `All ${count}`,
  time: "Time",
  shown: "As shown",
  fiveMinutes: "5 min",
  all: "All",
  custom: "Custom",
  from: "From",
  to: "To",
  wrongOrder: "The first moment has to be before the last.",
  timeZone: "Time zone",
  purpose: "For a",
  spreadsheetPoint: "Spreadsheet (25.5)",
  spreadsheetComma: "Spreadsheet (25,5)",
  program: "Program",
  notes: {
    "spreadsheet-point":
      "For Excel, LibreOffice or Numbers in English: 2026-01-31 13:00:00.000, columns parted by commas.",
    "spreadsheet-comma":
      "For Excel, LibreOffice or Numbers in German, French and other languages that write 25,5: columns parted by semicolons.",
    program: "For pandas, R and scripts: ISO 8601 with the offset, such as 2026-01-31T13:00:00.000+01:00.",
  },
  layout: "Layout",
  long: "A row per reading",
  wide: "A column per metric",
  counting: "Counting…",
  notCounted: (why: string) => `The readings could not be counted. ${why}`,
  readings: (count: number, written: string) => (count === 1 ? "1 reading" : `${written} readings`),
  none: "There are no readings in this time.",
  cancel: "Cancel",
  close: "Close",
  start: "Export as CSV",
  running: "Exporting…",
  done: (rows: number, written: string, size: string) =>
    rows === 1 ? `Saved: 1 row, ${size}.` : `Saved: ${written} rows, ${size}.`,
  handedOver: "The download has started.",
  failed: (why: string) => `It was not exported. ${why}`,
};
