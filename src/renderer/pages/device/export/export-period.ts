// The period of an export.
import { RANGE_SPAN_MS, type RangeName } from "../../../charts/view/ranges.ts";

export type PeriodName = RangeName | "shown" | "all" | "custom";

/** Start and end as `<input type="datetime-local">` writes them: local time without a zone. */
export interface CustomPeriod {
  readonly from: string;
  readonly to: string;
}

export interface Bounds {
  readonly from?: string;
  readonly to?: string;
}

/** What the charts of the page show. */
export interface Shown {
  readonly startMs: number;
  readonly endMs: number;
}

/** Null where the custom start is not before the end. */
export function boundsOf(
  period: PeriodName,
  { from, to }: CustomPeriod,
  { startMs, endMs }: Shown,
  nowMs: number,
): Bounds | null {
  switch (period) {
    case "shown":
      return { from: String(Math.floor(startMs)), to: String(Math.ceil(endMs)) };
    case "all":
      return {};
    case "custom": {
      const [fromMs, toMs] = [new Date(from).getTime(), new Date(to).getTime()];
      return fromMs < toMs ? { from: String(fromMs), to: String(toMs) } : null;
    }
    default:
      return { from: String(nowMs - RANGE_SPAN_MS[period]), to: String(nowMs) };
  }
}
