// Begins a CSV file that a person opens in a spreadsheet: without it Excel reads UTF-8 in the code page of its system, and “°C” as
// “Â°C”. Programs get none, which some of them would take for a part of the first column's name.
export const BYTE_ORDER_MARK = "\ufeff";
