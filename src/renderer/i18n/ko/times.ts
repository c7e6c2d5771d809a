// Spans and times as people say them. The units are those of `formatSpan`.
import type { times as en } from "../en/times.ts";

const UNITS = { d: "일", h: "시간", min: "분", s: "초", ms: "\u202fms" } as const;

export const times: typeof en = {
  span: (count, unit) => `${count}${UNITS[unit]}`,
  ago: (span) => `${span} 전`,
  justNow: "방금",
};
