// Titles and the first rows of a table -> the role of each column. Titles count more than contents; where the file has none, times
// are recognised by their form, numbers are values, and of texts the first is the device and the second the metric.
import type { ColumnRole, ImportColumn } from "../../../shared/history/import.ts";
import { readText } from "../../../shared/text-values.ts";
import { metricOfTitle } from "../names.ts";
import { epochFormOf, isClockText, isDateAlone, isDateText } from "../time-text.ts";
import { readValue } from "../value-text.ts";
import { rankOfTitle } from "./titles.ts";

type Content = "time" | "date" | "clock" | "epoch" | "number" | "text" | "empty";

/** So much of a column has to look alike. */
const SHARE = 0.8;

export interface Table {
  /** Empty where the file has none. */
  readonly titles: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function guessColumns({ titles, rows }: Table): ImportColumn[] {
  const count = rows.reduce((most, { length }) => Math.max(most, length), titles.length);
  const contents = Array.from({ length: count }, (_, at) => contentOf(rows.map((row) => row[at] ?? "")));
  const roles = new Map<number, ColumnRole>();
  const free = (at: number) => !roles.has(at);
  const claim = (role: ColumnRole, fits: (content: Content) => boolean): boolean => {
    const at = bestTitled(titles, role, (place) => free(place) && fits(contents[place] ?? "empty"));
    if (at !== null) roles.set(at, role);
    return at !== null;
  };
  const claimContent = (role: ColumnRole, ...kinds: readonly Content[]): boolean => {
    const at = contents.findIndex((content, place) => free(place) && kinds.includes(content));
    if (at >= 0) roles.set(at, role);
    return at >= 0;
  };

  claimTimes(contents, claim, claimContent);
  claim("device", (content) => content === "text" || content === "number");
  const isLong = claim("metric", (content) => content === "text") || isExactly(titles, OWN_LONG, roles);
  claim("unit", (content) => content === "text");
  if (isLong) claim("value", () => true);
  if (titles.length === 0) {
    const texts = contents.filter((content) => content === "text").length;
    if (texts > 0 && roles.size < count) claimContent("device", "text");
    if (texts > 1) claimContent("metric", "text");
  }
  const has = (role: ColumnRole) => [...roles.values()].includes(role);
  if (has("metric") && !has("value")) claimContent("value", "number", "epoch", "empty");
  const hasMetric = has("metric");
  const isTitled = titles.length > 0;
  // Its metrics may have any name.
  const isOwnWide = !hasMetric && OWN_WIDE.every((title, at) => title === titles[at]);
  return contents.map((content, at) => {
    const title = titles[at] ?? "";
    const role = roles.get(at) ?? roleOfRest({ content, title, isTitled, isOwnWide, isLong: hasMetric });
    return role === "value" && !hasMetric ? { role, ...named(title, at, contents) } : { role };
  });
}

const OWN_LONG = ["time", "device", "metric", "value"];
const OWN_WIDE = ["time", "device"];

/** An export of Bramble's has its metrics in the third column, even where they are numbers. */
function isExactly(titles: readonly string[], wanted: readonly string[], roles: Map<number, ColumnRole>): boolean {
  if (titles.length !== wanted.length || !wanted.every((title, at) => title === titles[at])) return false;
  roles.set(1, "device").set(2, "metric");
  return true;
}

function claimTimes(
  contents: readonly Content[],
  claim: (role: ColumnRole, fits: (content: Content) => boolean) => boolean,
  claimContent: (role: ColumnRole, ...kinds: readonly Content[]) => boolean,
): void {
  const isTime = (content: Content) => content === "time" || content === "epoch";
  if (contents.includes("clock") && contents.includes("date") && !contents.some(isTime)) {
    claim("date", (content) => content === "date") || claimContent("date", "date");
    claim("clock", (content) => content === "clock") || claimContent("clock", "clock");
    return;
  }
  const isFound =
    claim("time", isTime) || claimContent("time", "time") || claimContent("time", "epoch") || claim("time", () => true);
  if (isFound) return;
  if (claim("date", (content) => content === "date") || claimContent("date", "date")) claimContent("clock", "clock");
}

interface Rest {
  readonly content: Content;
  readonly title: string;
  readonly isTitled: boolean;
  readonly isOwnWide: boolean;
  /** The file has its metrics in a column, and their values in another. */
  readonly isLong: boolean;
}

/** The role of a column without another one: a value, where it has numbers and is no counter of rows. */
function roleOfRest({ content, title, isTitled, isOwnWide, isLong }: Rest): ColumnRole {
  const isNumber = content === "number" || content === "epoch" || (content === "empty" && title !== "");
  if (!isNumber || isLong || (isTitled && title === "")) return "skip";
  const isOther = rankOfTitle(title, "skip") !== null || rankOfTitle(title, "time") !== null;
  return isOther && !isOwnWide ? "skip" : "value";
}

/** In a file without titles, a sole column of values is called value. */
function named(title: string, at: number, contents: readonly Content[]): Omit<ImportColumn, "role"> {
  if (title === "")
    return { metric: contents.filter((one) => one === "number").length > 1 ? `value ${at + 1}` : "value" };
  const { metric, unit } = metricOfTitle(title, at);
  return unit === null ? { metric } : { metric, unit };
}

function bestTitled(titles: readonly string[], role: ColumnRole, fits: (at: number) => boolean): number | null {
  let best: { readonly at: number; readonly rank: number } | null = null;
  for (const [at, title] of titles.entries()) {
    const rank = rankOfTitle(title, role);
    if (rank !== null && fits(at) && (best === null || rank < best.rank)) best = { at, rank };
  }
  return best?.at ?? null;
}

/** The kind of most cells that are not empty. */
function contentOf(cells: readonly string[]): Content {
  const found = new Map<Content, number>();
  let counted = 0;
  for (const cell of cells) {
    const content = contentOfCell(cell.trim());
    if (content === "empty") continue;
    counted++;
    found.set(content, (found.get(content) ?? 0) + 1);
  }
  const share = (...contents: readonly Content[]) =>
    contents.reduce((sum, content) => sum + (found.get(content) ?? 0), 0) / Math.max(1, counted);
  if (counted === 0) return "empty";
  for (const content of ["date", "clock", "epoch"] as const) if (share(content) >= SHARE) return content;
  if (share("time", "date") >= SHARE) return "time";
  // A sensor that was offline for most of the time has texts such as "unavailable".
  return share("number", "epoch") > 0.5 ? "number" : "text";
}

function contentOfCell(text: string): Content {
  if (text === "") return "empty";
  if (isDateText(text)) return isDateAlone(text) ? "date" : "time";
  if (isClockText(text)) return "clock";
  if (/^\d{9,19}(?:[.,]\d+)?$/.test(text) && epochFormOf(Number(text.replace(",", "."))) !== null) return "epoch";
  if (readText(text).kind === "none") return "empty";
  const isNumber = ([".", ","] as const).some((decimal) => readValue(text, decimal).kind === "number");
  return isNumber ? "number" : "text";
}

/** Whether the first row names the columns: the time by a usual name, or it has no value, while rows behind it have some. */
export function hasTitles(rows: readonly (readonly string[])[]): boolean {
  const [first, ...others] = rows;
  if (first === undefined) return false;
  if (first.some((cell) => rankOfTitle(cell.trim(), "time") !== null)) return true;
  const isData = (cell: string) => ["time", "date", "clock", "epoch", "number"].includes(contentOfCell(cell.trim()));
  return !first.some(isData) && (others.length === 0 || others.some((row) => row.some(isData)));
}
