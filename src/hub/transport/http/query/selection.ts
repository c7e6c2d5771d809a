// The readings that a query selects.
import type { Problem } from "../../../../shared/errors.ts";
import { type DeviceId, type MetricName, parseDeviceId, parseMetricName } from "../../../../shared/ids.ts";
import { message } from "../../../../shared/messages/message.ts";
import { parseQueryTimeMs } from "../../../../shared/time.ts";
import { quoted } from "./query-check.ts";

/** Half-open: `fromMs <= t < toMs`. */
export interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Selection extends Range {
  /** Null means all of them. */
  readonly devices: DeviceId[] | null;
  readonly metrics: MetricName[] | null;
}

interface RangeQuery {
  readonly from?: string;
  readonly to?: string;
}

interface SelectionQuery extends RangeQuery {
  readonly device?: string | string[];
  readonly metric?: string | string[];
}

export function parseSelection(query: SelectionQuery): Selection | Problem {
  const range = parseRange(query, 0, Number.MAX_SAFE_INTEGER);
  if ("code" in range) return range;
  // A name that cannot exist has no rows; it must not select all of them.
  const all = <T>(texts: string | string[] | undefined, parse: (text: string) => T | undefined): T[] | null =>
    texts === undefined ? null : [texts].flat().flatMap((text) => parse(text) ?? []);
  return { ...range, devices: all(query.device, parseDeviceId), metrics: all(query.metric, parseMetricName) };
}

export function parseRange({ from, to }: RangeQuery, defaultFromMs: number, defaultToMs: number): Range | Problem {
  const toMs = to === undefined ? defaultToMs : parseQueryTimeMs(to);
  if (toMs === undefined) return message("bad-request/time", { field: "to", value: quoted(to ?? "") });
  const fromMs = from === undefined ? Math.min(defaultFromMs, toMs - 1) : parseQueryTimeMs(from);
  if (fromMs === undefined) return message("bad-request/time", { field: "from", value: quoted(from ?? "") });
  if (fromMs < toMs) return { fromMs, toMs };
  return message("bad-request/from-after-to", { field: "from", from: from ?? "", to: to ?? "" });
}
