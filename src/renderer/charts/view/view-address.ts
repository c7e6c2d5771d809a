// The shown time in the page's address, behind the path: `?range=7d`, or `?from=…&to=…` in ISO 8601. So it can be kept as a
// bookmark, and a page that is opened again shows it.
import { isRangeName } from "./ranges.ts";
import { lastPeriod, type Period } from "./time-view.ts";

/** Null where the address names no time that can be read. */
export function periodOf(hash: string): Period | null {
  const parameters = new URLSearchParams(hash.split("?")[1] ?? "");
  const range = parameters.get("range") ?? "";
  const named = namedPeriod(range);
  if (named !== null) return named;
  const [fromMs, toMs] = [Date.parse(parameters.get("from") ?? ""), Date.parse(parameters.get("to") ?? "")];
  return fromMs < toMs ? { kind: "fixed", fromMs, toMs } : null;
}

/** The period of a range's name or `all`; null for an unknown name. */
export function namedPeriod(name: string): Period | null {
  if (isRangeName(name)) return lastPeriod(name);
  return name === "all" ? { kind: "last", name, spanMs: null } : null;
}

/** The address of the same page with `period`; other parameters stay. */
export function withPeriod(hash: string, period: Period): string {
  const [path = "", query = ""] = hash.split("?");
  const parameters = new URLSearchParams(query);
  for (const name of ["range", "from", "to"]) parameters.delete(name);
  if (period.kind === "last") {
    parameters.append("range", period.name);
  } else {
    parameters.append("from", new Date(period.fromMs).toISOString());
    parameters.append("to", new Date(period.toMs).toISOString());
  }
  return `${path}?${parameters}`;
}
