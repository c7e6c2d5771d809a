// Warnings and errors of one message, at a rate that no client can raise: what a client can cause over and over would otherwise
// push everything else out of the log, which is bounded.
import type { LogFn, Logger } from "pino";
import type { Clock } from "../../clock.ts";

const WARN = 40;
const PERIOD_MS = 60_000;
const MAX_LINES_PER_PERIOD = 20;

interface Count {
  startedAtMs: number;
  lines: number;
}

/** A hook for pino. The first line of a message after a period that had too many has `unwritten`, how many those were. */
export function limitLines(clock: Clock) {
  // Messages are of our own making, so they are few.
  const counts = new Map<string, Count>();
  return function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
    const [fields] = args;
    const text: unknown = args.length > 1 ? args[1] : fields;
    const unwritten = level >= WARN && typeof text === "string" ? unwrittenBefore(counts, text, clock.now()) : 0;
    if (unwritten === null) return;
    if (unwritten === 0) method.apply(this, args);
    else method.apply(this, [{ ...(typeof fields === "object" && fields), unwritten }, String(text)]);
  };
}

/** How many lines of the message were left out before this one; null where this one is, too. */
function unwrittenBefore(counts: Map<string, Count>, text: string, nowMs: number): number | null {
  const known = counts.get(text);
  // A clock that was set back must not silence a message.
  if (known !== undefined && Math.abs(nowMs - known.startedAtMs) < PERIOD_MS)
    return ++known.lines > MAX_LINES_PER_PERIOD ? null : 0;
  counts.set(text, { startedAtMs: nowMs, lines: 1 });
  return Math.max(0, (known?.lines ?? 0) - MAX_LINES_PER_PERIOD);
}
