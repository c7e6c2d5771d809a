// Rate-limits repeated log lines, so that they do not displace all others from the bounded log: a number of each kind a minute,
// then a count of the suppressed ones.
import type { LogFn, Logger } from "pino";
import type { Clock } from "../../clock.ts";

const WARN = 40;
const PERIOD_MS = 60_000;
/** Of warnings and errors of one message. */
const MAX_LINES_PER_MESSAGE = 20;
/** Kinds are of our own making, so they are few; this is for certainty. */
const MAX_KINDS = 500;

/** Counts lines by their kind. */
class LineCounts {
  readonly #maxLines: number;
  readonly #clock: Clock;
  readonly #counts = new Map<string, { readonly startedAtMs: number; lines: number }>();

  constructor(maxLines: number, clock: Clock) {
    this.#maxLines = maxLines;
    this.#clock = clock;
  }

  /** How many lines of the kind were left out before this one; null where this one is, too. */
  unwrittenBefore(kind: string): number | null {
    const nowMs = this.#clock.now();
    const known = this.#counts.get(kind);
    // A clock that was set back must not silence a kind.
    if (known !== undefined && Math.abs(nowMs - known.startedAtMs) < PERIOD_MS)
      return ++known.lines > this.#maxLines ? null : 0;
    if (this.#counts.size >= MAX_KINDS) this.#counts.clear();
    this.#counts.set(kind, { startedAtMs: nowMs, lines: 1 });
    return Math.max(0, (known?.lines ?? 0) - this.#maxLines);
  }
}

/** Warnings that clients cause, at a rate that they cannot raise: a line for each kind and minute. */
export class LogThrottle {
  readonly #log: Logger;
  readonly #lines: LineCounts;

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#lines = new LineCounts(1, clock);
  }

  /** Writes the line unless one of its kind was written within a minute; `unwritten` counts those that were not. */
  warn(kind: string, fields: object, message: string): void {
    const unwritten = this.#lines.unwrittenBefore(kind);
    if (unwritten !== null) this.#log.warn(unwritten === 0 ? fields : { ...fields, unwritten }, message);
  }
}

/** A pino hook that limits warnings and errors by message. */
export function limitLines(clock: Clock) {
  const lines = new LineCounts(MAX_LINES_PER_MESSAGE, clock);
  return function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
    const [fields] = args;
    const text: unknown = args.length > 1 ? args[1] : fields;
    const unwritten = level >= WARN && typeof text === "string" ? lines.unwrittenBefore(text) : 0;
    if (unwritten === null) return;
    if (unwritten === 0) method.apply(this, args);
    else method.apply(this, [{ ...(typeof fields === "object" && fields), unwritten }, String(text)]);
  };
}
