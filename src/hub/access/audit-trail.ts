// Who did what, when, from where: every change, every sign-in, and every refusal. Refusals come in floods: of each kind one a
// minute is logged for an address, and where it goes on for long one an hour, with their count.
// Invariant: no flood of refusals, however varied, pushes changes and sign-ins out of the log, which has a bounded size.
import type { AuditEntry as Shown } from "../../shared/security/access.ts";
import { DAY_MS } from "../../shared/time.ts";
import type { Clock } from "../clock.ts";
import type { AuditFilter, AuditLog } from "../store/audit.ts";
import { networkOf } from "./networks.ts";
import { nameOf, type Principal } from "./principal.ts";

const RETENTION_MS = 400 * DAY_MS;
const MAX_ENTRIES = 200_000;
const TRIM_PERIOD_MS = 6 * 3_600_000;
const REFUSAL_PERIOD_MS = 60_000;
/** The period doubles up to here while refusals of a kind go on. */
const MAX_REFUSAL_PERIOD_MS = 3_600_000;
const MAX_REFUSAL_KINDS = 1_000;
/** Entries that wait for the disk; in a flood that is faster, the rest is dropped, refusals long before the others. */
const MAX_WAITING = 2_000;
const MAX_WAITING_REFUSALS = 1_000;
const MAX_SUBJECT_CHARACTERS = 256;

export interface AuditEvent {
  readonly actor: Principal | "hub";
  /** Such as `device.approve`; that of a refusal is what was tried. */
  readonly action: string;
  readonly subject?: string;
  readonly address: string;
  /** Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Refusals of one kind: when one was last logged, for how long the next are only counted, and how many there were since. */
interface Refusals {
  readonly atMs: number;
  readonly periodMs: number;
  more: number;
}

export interface AuditTrailOptions {
  readonly log: AuditLog;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

export class AuditTrail {
  readonly #options: AuditTrailOptions;
  /** By kind and address, the one that was logged last at the end. */
  readonly #refusals = new Map<string, Refusals>();
  #waiting = 0;
  #endTimer: (() => void) | null = null;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, log, onFailure } = this.#options;
    const trim = () => log.trim({ fromMs: clock.now() - RETENTION_MS, maxEntries: MAX_ENTRIES }).catch(onFailure);
    this.#endTimer = clock.every(TRIM_PERIOD_MS, () => void trim());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  done(event: AuditEvent): void {
    this.#write(event, "done");
  }

  /** `code` is that of the error. */
  refused(event: AuditEvent, code: string): void {
    const nowMs = this.#options.clock.now();
    const actor = event.actor === "hub" ? "hub" : nameOf(event.actor);
    const kind = `${code} ${event.action} ${networkOf(event.address)} ${actor}`;
    const known = this.#refusals.get(kind);
    const sinceMs = known === undefined ? Number.POSITIVE_INFINITY : Math.abs(nowMs - known.atMs);
    if (known !== undefined && sinceMs < known.periodMs) {
      known.more++;
      return;
    }
    if (known === undefined && !this.#hasRoomForKind(nowMs)) return;
    const goesOn = known !== undefined && known.more > 0 && sinceMs < 2 * known.periodMs;
    const periodMs = goesOn ? Math.min(MAX_REFUSAL_PERIOD_MS, 2 * known.periodMs) : REFUSAL_PERIOD_MS;
    this.#refusals.delete(kind);
    this.#refusals.set(kind, { atMs: nowMs, periodMs, more: 0 });
    const more = known === undefined || known.more === 0 ? {} : { count: known.more + 1 };
    this.#write({ ...event, details: { ...event.details, code, ...more } }, "refused");
  }

  /** Kinds whose time has passed make place for others; where none has, a flood of ever new kinds is not logged. */
  #hasRoomForKind(nowMs: number): boolean {
    if (this.#refusals.size < MAX_REFUSAL_KINDS) return true;
    for (const [kind, { atMs }] of this.#refusals)
      if (Math.abs(nowMs - atMs) >= REFUSAL_PERIOD_MS) this.#refusals.delete(kind);
    return this.#refusals.size < MAX_REFUSAL_KINDS;
  }

  /** Newest first. */
  async page(query: {
    readonly limit: number;
    readonly after: string | null;
    readonly filter: AuditFilter;
  }): Promise<{ readonly entries: Shown[]; readonly next: string | null }> {
    const { entries, next } = await this.#options.log.page(query);
    return {
      entries: entries.map(({ details: { address, outcome, ...details }, ...entry }) => ({
        ...entry,
        address: typeof address === "string" ? address : "",
        outcome: outcome === "refused" ? "refused" : "done",
        details,
      })),
      next,
    };
  }

  #write({ actor, action, subject = "", address, details }: AuditEvent, outcome: "done" | "refused"): void {
    const { log, clock, onFailure } = this.#options;
    if (this.#waiting >= (outcome === "refused" ? MAX_WAITING_REFUSALS : MAX_WAITING)) return;
    this.#waiting++;
    log
      .append({
        atMs: clock.now(),
        actor: actor === "hub" ? "hub" : nameOf(actor),
        action,
        subject: subject.slice(0, MAX_SUBJECT_CHARACTERS),
        details: { ...details, address, outcome },
      })
      .catch(onFailure)
      .finally(() => this.#waiting--);
  }
}
