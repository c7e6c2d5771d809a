// Which stretch of time an export covers.
import { type RangeName, rangeSpanMs } from "../../../charts/ranges.ts";

export type PeriodName = RangeName | "all" | "custom";

/** The custom ends, as `<input type="datetime-local">` writes them: the person's clock, without a zone. */
export interface CustomPeriod {
  readonly from: string;
  readonly to: string;
}

export interface Bounds {
  readonly from?: string;
  readonly to?: string;
}

/** Null where the custom ends do not make a period. */
export function boundsOf(period: PeriodName, { from, to }: CustomPeriod, nowMs: number): Bounds | null {
  switch (period) {
    case "all":
      return {};
    case "custom": {
      const [fromMs, toMs] = [new Date(from).getTime(), new Date(to).getTime()];
      return fromMs < toMs ? { from: String(fromMs), to: String(toMs) } : null;
    }
    default:
      return { from: String(nowMs - rangeSpanMs[period]), to: String(nowMs) };
  }
}

/** As `<input type="datetime-local">` wants it. */
export function localMinute(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16);
}
