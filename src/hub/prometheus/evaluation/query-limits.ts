// The limits of one query: time, readings, points of its answer. They are checked while it runs, so that it ends soon after it
// exceeds one, or after the client has disconnected.
import { message } from "../../../shared/messages/message.ts";
import { QueryError } from "../query-error.ts";

/** Of each series, as Prometheus bounds it. */
export const MAX_STEPS = 11_000;
/** Of all series; of each a double and a byte are held, and about 30 bytes sent. */
const MAX_POINTS = 500_000;
/** Read one by one; a store reads about a million a second. A window holds 24 bytes of each that is in it. */
const MAX_READINGS = 3_000_000;

export class QueryLimits {
  /** Aborted when the client has gone, and when the time is up. */
  readonly signals: readonly AbortSignal[];
  readonly #timeoutMs: number;
  #readings = 0;
  #hasEnded = false;

  /** `gone` is aborted when the client has gone. */
  constructor(gone: AbortSignal, timeoutMs: number) {
    this.signals = [gone, AbortSignal.timeout(timeoutMs)];
    this.#timeoutMs = timeoutMs;
  }

  /** Throws a QueryError where the query has to end. */
  check(): void {
    const [gone, late] = this.signals;
    if (gone?.aborted === true || this.#hasEnded)
      throw new QueryError("canceled", message("bad-request/promql-canceled"));
    if (late?.aborted === true)
      throw new QueryError("timeout", message("bad-request/promql-timeout", { seconds: this.#timeoutMs / 1_000 }));
  }

  /** A part of the query failed: the others need not go on. */
  end(): void {
    this.#hasEnded = true;
  }

  /** Readings have been read. */
  took(readings: number): void {
    this.#readings += readings;
    if (this.#readings > MAX_READINGS)
      throw new QueryError("execution", message("bad-request/promql-too-many-readings", { limit: MAX_READINGS }));
    this.check();
  }

  /** Counts the series that a selector found. */
  points(series: number, steps: number): void {
    const points = series * steps;
    if (points > MAX_POINTS)
      throw new QueryError(
        "execution",
        message("bad-request/promql-too-many-points", { series, steps, limit: MAX_POINTS }),
      );
  }
}
