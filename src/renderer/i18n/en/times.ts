// Spans and times as people say them. The units are those of `formatSpan`.

/** Narrow and non-breaking, between number and unit. */
const THIN_SPACE = "\u202f";

export const times = {
  span: (count: string, unit: "d" | "h" | "min" | "s" | "ms") => `${count}${THIN_SPACE}${unit}`,
  ago: (span: string) => `${span} ago`,
  justNow: "just now",
};
