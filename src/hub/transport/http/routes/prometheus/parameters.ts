// Parameters of Prometheus' API: in the path, or in the body as a form. Unknown ones are ignored, as Prometheus does.
import type { FastifyRequest } from "fastify";
import type { Problem } from "../../../../../shared/errors.ts";
import { message } from "../../../../../shared/messages/message.ts";
import { parseQueryTimeMs } from "../../../../../shared/time.ts";
import type { RangeQuery, SeriesQuery } from "../../../../prometheus/prometheus-api.ts";
import { QueryError } from "../../../../prometheus/query-error.ts";
import { parseDurationMs } from "../../../../prometheus/syntax/duration.ts";
import { quoted } from "../../query/query-check.ts";

/** The years from 1970 to 9999. */
const MAX_TIME_MS = 253_402_300_799_999;

export class Parameters {
  readonly #values: URLSearchParams;

  constructor({ url, body }: Pick<FastifyRequest, "url" | "body">) {
    const mark = url.indexOf("?");
    this.#values = new URLSearchParams(mark < 0 ? "" : url.slice(mark));
    const form = new URLSearchParams(typeof body === "string" ? body : "");
    for (const [name, value] of form) this.#values.append(name, value);
  }

  /** Throws a QueryError where it is missing, as each of these does where it cannot be read. */
  text(field: string): string {
    const value = this.#values.get(field);
    if (value === null || value === "") throw bad(message("bad-request/promql-missing", { field }));
    return value;
  }

  /** Milliseconds UTC; null where it is missing. */
  timeMs(field: string): number | null {
    const text = this.#values.get(field);
    if (text === null || text === "") return null;
    const isNumber = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
    const ms = isNumber ? Math.round(Number(text) * 1_000) : parseQueryTimeMs(text);
    if (ms !== undefined && Math.abs(ms) <= MAX_TIME_MS) return ms;
    throw bad(message("bad-request/promql-time", { field, value: quoted(text) }));
  }

  /** Milliseconds, more than 0; null where it is missing. */
  durationMs(field: string): number | null {
    const text = this.#values.get(field);
    if (text === null || text === "") return null;
    const ms = parseDurationMs(text);
    if (ms !== undefined && ms > 0 && ms <= MAX_TIME_MS) return ms;
    throw bad(message("bad-request/promql-duration", { field, value: quoted(text) }));
  }

  range(): RangeQuery {
    const [startMs, endMs, stepMs] = [this.timeMs("start"), this.timeMs("end"), this.durationMs("step")];
    if (startMs === null || endMs === null || stepMs === null) {
      const field = startMs === null ? "start" : endMs === null ? "end" : "step";
      throw bad(message("bad-request/promql-missing", { field }));
    }
    if (endMs < startMs) throw bad(message("bad-request/promql-end-before-start"));
    return { startMs, endMs, stepMs };
  }

  series(): SeriesQuery {
    return { selectors: this.#values.getAll("match[]"), startMs: this.timeMs("start"), limit: this.limit() };
  }

  /** Null where there is none. */
  limit(): number | null {
    const text = this.#values.get("limit");
    if (text === null || text === "") return null;
    if (!/^\d{1,9}$/.test(text))
      throw bad(message("bad-request/promql-limit", { field: "limit", value: quoted(text) }));
    return Number(text) || null;
  }
}

function bad(problem: Problem): QueryError {
  return new QueryError("bad_data", problem);
}
