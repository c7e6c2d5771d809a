// Keeps the hub within its configured memory, and returns memory to the system after a flood. V8 collects garbage when it needs
// room, not when the computer does: without an explicit collection an idle hub stays as large as in its busiest minute.
import type { Budget } from "../access/limits/budget.ts";
import type { Clock } from "../clock.ts";
import { beginCollection, favourMemory } from "../process/garbage.ts";
import type { Log } from "./log/log.ts";

const CHECK_PERIOD_MS = 1_000;
/** Fractions of the configured memory, beside that of the hub after its start. */
const COLLECT_ABOVE_PART = 0.5;
const RELEASE_ABOVE_PART = 0.8;
const SHED_ABOVE_PART = 0.8;
/** The limit of held bytes while memory is short, as a fraction of the usual one. */
const SHED_TO_PART = 0.25;
/** Growth since the last collection that justifies one in a busy hub, which it slows: the growth may not be garbage. */
const GROWTH_PART = 1 / 8;
/** Garbage that justifies a collection in a quiet hub. */
const WORTHWHILE_BYTES = 16 * 1024 * 1024;
/** Growth of a hub that has settled after which memory is given back anew. */
const REGROWN_BYTES = 2 * WORTHWHILE_BYTES;
/** After so many quiet checks in a row V8 is to return the memory of a flood. */
const REDUCE_CHECK = 5;
/** After so many it has: its reducer waits for 8 s after a collection, and collects twice. What malloc has free follows. */
const RELEASE_CHECK = 20;
/** After so many the resident size is what the hub needs. */
const SETTLED_CHECK = 25;
/** The least interval of collections in a busy hub, unless memory is short. */
const MIN_CHECKS_BETWEEN_COLLECTIONS = 5;
/** The hub is idle below the first fraction of one core; up to the second, only while few clients wait. */
const IDLE_CPU_FRACTIONS = [0.35, 0.5] as const;
const MAX_IDLE_WAIT_COUNT = 50;
/** With more held bytes the hub is under attack, and its memory is not released while that lasts. */
const MAX_IDLE_HELD_BYTES = 4 * 1024 * 1024;

export interface MemoryGuardOptions {
  readonly memoryBytes: number;
  readonly budget: Budget;
  readonly clock: Clock;
  readonly log: Log;
  /** Returns free memory outside of V8's heap to the system. */
  readonly releaseMemory: () => Promise<void>;
}

export class MemoryGuard {
  readonly #options: MemoryGuardOptions;
  /** Resident when the hub had started: what it needs for itself. */
  #startBytes = 0;
  /** The least that was resident since the last collection began. */
  #baselineBytes = 0;
  /** Resident when the hub was last quiet for long; 0 until the memory of the start has been returned. */
  #settledBytes = 0;
  #cpu = process.cpuUsage();
  #waitCount = 0;
  #idleChecks = 0;
  #wasIdle = false;
  #checksSinceCollection = 0;
  #isReducing = false;
  #isShort = false;
  #endTimer: (() => void) | null = null;

  constructor(options: MemoryGuardOptions) {
    this.#options = options;
  }

  /** To be called when the hub has started. */
  start(): void {
    this.#startBytes = process.memoryUsage.rss();
    this.#baselineBytes = this.#startBytes;
    this.#endTimer = this.#options.clock.every(CHECK_PERIOD_MS, () => this.#check());
  }

  stop(): void {
    this.#endTimer?.();
    this.#endTimer = null;
    this.#setReducing(false);
  }

  /** True while no new client should be admitted. */
  get isShort(): boolean {
    return this.#isShort;
  }

  #check(): void {
    this.#countIdle();
    this.#checksSinceCollection++;
    this.#baselineBytes = Math.min(this.#baselineBytes, process.memoryUsage.rss());
    this.#reduceInTime();
    if (this.#isCollectionDue()) {
      const isMuch = this.#usedPart > RELEASE_ABOVE_PART;
      this.#collect();
      if (isMuch) void this.#release();
    }
    const wasShort = this.#isShort;
    // Where clients hold little, rejecting them would free nothing: the memory is the store's, or was returned already.
    this.#isShort = this.#usedPart > SHED_ABOVE_PART && this.#options.budget.shed(SHED_TO_PART);
    if (this.#isShort && !wasShort) this.#options.log.warn("memory is short: clients that hold most are cut");
  }

  /** One busy check among quiet ones is the collection itself, or the store's maintenance. */
  #countIdle(): void {
    const isIdle = this.#isIdle();
    if (isIdle) this.#idleChecks++;
    else if (!this.#wasIdle) this.#idleChecks = 0;
    this.#wasIdle = isIdle;
  }

  /** The growth since the start, as a fraction of the configured memory. */
  get #usedPart(): number {
    return (process.memoryUsage.rss() - this.#startBytes) / this.#options.memoryBytes;
  }

  #reduceInTime(): void {
    const residentBytes = process.memoryUsage.rss();
    if (this.#idleChecks === REDUCE_CHECK && residentBytes - this.#settledBytes > WORTHWHILE_BYTES) {
      this.#collect();
      this.#setReducing(true);
    } else if (this.#idleChecks === RELEASE_CHECK && this.#isReducing) {
      this.#setReducing(false);
      void this.#release();
    } else if (this.#idleChecks === SETTLED_CHECK) {
      this.#settledBytes = residentBytes;
    } else if (this.#idleChecks > SETTLED_CHECK && residentBytes - this.#settledBytes > REGROWN_BYTES) {
      // Little work by little it has grown again.
      this.#idleChecks = 0;
    } else if (this.#idleChecks === 0) {
      this.#setReducing(false);
    }
  }

  #setReducing(isReducing: boolean): void {
    if (isReducing !== this.#isReducing) favourMemory(isReducing);
    this.#isReducing = isReducing;
  }

  async #release(): Promise<void> {
    try {
      await this.#options.releaseMemory();
    } catch (error) {
      this.#options.log.warn({ err: error }, "memory could not be given back");
    }
  }

  #isCollectionDue(): boolean {
    const grownBytes = process.memoryUsage.rss() - this.#baselineBytes;
    const usedPart = this.#usedPart;
    if (usedPart < COLLECT_ABOVE_PART || grownBytes < this.#options.memoryBytes * GROWTH_PART) return false;
    return usedPart > SHED_ABOVE_PART || this.#checksSinceCollection >= MIN_CHECKS_BETWEEN_COLLECTIONS;
  }

  #isIdle(): boolean {
    const cpu = process.cpuUsage();
    const spentUs = cpu.user + cpu.system - this.#cpu.user - this.#cpu.system;
    this.#cpu = cpu;
    const { waitCount, figures } = this.#options.budget;
    const newWaitCount = waitCount - this.#waitCount;
    this.#waitCount = waitCount;
    if (figures.heldBytes > MAX_IDLE_HELD_BYTES) return false;
    const [idle, calm] = IDLE_CPU_FRACTIONS;
    const cpuFraction = spentUs / (CHECK_PERIOD_MS * 1_000);
    return cpuFraction < idle || (cpuFraction < calm && newWaitCount < MAX_IDLE_WAIT_COUNT);
  }

  #collect(): void {
    this.#checksSinceCollection = 0;
    beginCollection();
    this.#baselineBytes = process.memoryUsage.rss();
  }
}
