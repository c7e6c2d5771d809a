// Throttles warnings that clients cause: a line for each kind and minute, with the number of those that were left out. A flood
// would otherwise push everything else out of the log, which is bounded.
import type { Clock } from "../../clock.ts";
import type { Log } from "./log.ts";

const PERIOD_MS = 60_000;
/** Kinds are of our own making, so they are few; this is for certainty. */
const MAX_KINDS = 500;

export class LogThrottle {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #kinds = new Map<string, { writtenAtMs: number; unwritten: number }>();

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Writes the line unless one of its kind was written within a minute; `unwritten` counts those that were not. */
  warn(kind: string, fields: object, message: string): void {
    const nowMs = this.#clock.now();
    const known = this.#kinds.get(kind);
    // A clock that was set back must not silence a kind.
    if (known !== undefined && Math.abs(nowMs - known.writtenAtMs) < PERIOD_MS) {
      known.unwritten++;
      return;
    }
    if (this.#kinds.size >= MAX_KINDS) this.#kinds.clear();
    this.#kinds.set(kind, { writtenAtMs: nowMs, unwritten: 0 });
    const unwritten = known?.unwritten ?? 0;
    this.#log.warn(unwritten === 0 ? fields : { ...fields, unwritten }, message);
  }
}
