// The period of an export.
import { RANGE_SPAN_MS, type RangeName } from "../../../charts/ranges.ts";

export type PeriodName = RangeName | "all" | "custom";

/** Start and end as `<input type="datetime-local">` writes them: local time without a zone. */
export interface CustomPeriod {
  readonly from: string;
  readonly to: string;
}

export interface Bounds {
  readonly from?: string;
  readonly to?: string;
}

/** Null where the custom start is not before the end. */
export function boundsOf(period: PeriodName, { from, to }: CustomPeriod, nowMs: number): Bounds | null {
  switch (period) {
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

/** The local time in the format of `<input type="datetime-local">`. */
export function localMinute(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
