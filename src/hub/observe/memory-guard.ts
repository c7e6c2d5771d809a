// Keeps the hub within the memory that it was given, and gives memory back that a flood has left behind. The engine collects
// garbage when it needs room, not when the computer does: without a nudge an idle hub stays as large as its busiest minute.
import type { Budget } from "../access/limits/budget.ts";
import type { Clock } from "../clock.ts";
import { findCollector } from "../garbage.ts";
import type { Log } from "./log.ts";

const CHECK_PERIOD_MS = 1_000;
/** Parts of the memory given, beside what the hub took when it had started. */
const COLLECT_ABOVE_PART = 0.5;
const RELEASE_ABOVE_PART = 0.8;
const SHED_ABOVE_PART = 0.8;
/** What clients may hold when memory is short, as a part of what they may hold otherwise. */
const SHED_TO_PART = 0.25;
/** Growth since the last collection that is worth one in a busy hub, which it holds up: it may not be garbage. */
const GROWTH_PART = 1 / 8;
/** Garbage that is worth a collection in a quiet hub. */
const WORTHWHILE_BYTES = 16 * 1024 * 1024;
/**
 * What a flood has left behind is given back when a hub has been quiet for so many checks in a row, and once more: V8 keeps
 * the pages that the first collection empties until the second.
 */
const RECOVERY_CHECKS = [5, 10];
/** What is resident after so many is what the hub needs. */
const SETTLED_CHECKS = 15;
/** A busy hub is held up no more often, unless memory is short. */
const MIN_CHECKS_BETWEEN_COLLECTIONS = 5;
/** Processor time, as a part of one core, below which a hub is quiet; with more it is, too, while hardly anybody has to wait. */
const QUIET_CPU_PART = 0.2;
const MAX_QUIET_WAIT_COUNT = 50;
/** More that clients make the hub hold is an attack: what it leaves behind is not settled while it lasts. */
const QUIET_HELD_BYTES = 4 * 1024 * 1024;

export interface MemoryGuardOptions {
  readonly memoryBytes: number;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
  /** Gives back to the system what was freed outside of the engine's heap. */
  readonly releaseMemory: () => Promise<void>;
}

export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  readonly #collectGarbage = findCollector();
  /** Resident when the hub had started: what it needs for itself. */
  #startBytes = 0;
  /** Resident after the last collection. */
  #leanBytes = 0;
  /** Resident when the hub was last quiet for long; before that, what it took to start is given back, however little. */
  #settledBytes = 0;
  #cpu = process.cpuUsage();
  #waitCount = 0;
  #quietChecks = 0;
  #checksSinceCollection = 0;
  #isShort = false;
  #endTimer: (() => void) | null = null;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
  }

  /** To be called when the hub has started. */
  start(): void {
    this.#startBytes = process.memoryUsage.rss();
    this.#leanBytes = this.#startBytes;
    this.#endTimer = this.#options.clock.every(CHECK_PERIOD_MS, () => this.#check());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
  }

  /** True while nothing new should be taken on. */
  get isShort(): boolean {
    return this.#isShort;
  }

  #check(): void {
    this.#quietChecks = this.#isQuiet() ? this.#quietChecks + 1 : 0;
    this.#checksSinceCollection++;
    if (this.#isRecoveryDue()) void this.#recover();
    else if (this.#isCollectionDue()) void (this.#usedPart > RELEASE_ABOVE_PART ? this.#recover() : this.#collect());
    const wasShort = this.#isShort;
    // Where clients hold little, turning them away would free nothing: it is the store's, or was given back already.
    this.#isShort = this.#usedPart > SHED_ABOVE_PART && this.#options.budget.shed(SHED_TO_PART);
    if (this.#isShort && !wasShort) this.#options.log.warn("memory is short: clients that hold most are cut");
  }

  /** What the hub has grown by since its start, as a part of the memory given. */
  get #usedPart(): number {
    return (process.memoryUsage.rss() - this.#startBytes) / this.#options.memoryBytes;
  }

  #isRecoveryDue(): boolean {
    const residentBytes = process.memoryUsage.rss();
    if (this.#quietChecks === SETTLED_CHECKS) this.#settledBytes = residentBytes;
    return RECOVERY_CHECKS.includes(this.#quietChecks) && residentBytes - this.#settledBytes > WORTHWHILE_BYTES;
  }

  async #recover(): Promise<void> {
    this.#collect();
    try {
      await this.#options.releaseMemory();
    } catch (error) {
      this.#options.log.warn({ err: error }, "memory could not be given back");
    }
  }

  #isCollectionDue(): boolean {
    const grownBytes = process.memoryUsage.rss() - this.#leanBytes;
    const usedPart = this.#usedPart;
    if (usedPart < COLLECT_ABOVE_PART || grownBytes < this.#options.memoryBytes * GROWTH_PART) return false;
    return usedPart > SHED_ABOVE_PART || this.#checksSinceCollection >= MIN_CHECKS_BETWEEN_COLLECTIONS;
  }

  #isQuiet(): boolean {
    const cpu = process.cpuUsage();
    const spentUs = cpu.user + cpu.system - this.#cpu.user - this.#cpu.system;
    this.#cpu = cpu;
    const { waitCount, figures } = this.#options.budget;
    const newWaitCount = waitCount - this.#waitCount;
    this.#waitCount = waitCount;
    if (figures.heldBytes > QUIET_HELD_BYTES) return false;
    return spentUs < QUIET_CPU_PART * CHECK_PERIOD_MS * 1_000 || newWaitCount < MAX_QUIET_WAIT_COUNT;
  }

  #collect(): void {
    this.#checksSinceCollection = 0;
    this.#collectGarbage();
    this.#leanBytes = process.memoryUsage.rss();
  }
}
