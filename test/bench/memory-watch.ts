// Watches how large a hub becomes, and ends it before it takes the whole machine.
import { peakResidentBytes, residentBytes } from "./proc.ts";

const SAMPLE_PERIOD_MS = 50;
const FATAL_BYTES = 3e9;

export class MemoryWatch implements Disposable {
  readonly #pid: number;
  readonly #gone = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #peakBytes = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#sample(), SAMPLE_PERIOD_MS);
    this.#sample();
  }

  /** Aborted, with the reason in words, once the hub is there no more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  get peakBytes(): number {
    return this.#peakBytes;
  }

  #sample(): void {
    if (this.gone.aborted) return;
    try {
      this.#peakBytes = Math.max(this.#peakBytes, residentBytes(this.#pid), peakResidentBytes(this.#pid));
    } catch {
      // What has ended has no memory in /proc.
      this.#gone.abort("the hub died");
      return;
    }
    if (this.#peakBytes < FATAL_BYTES) return;
    process.kill(this.#pid, "SIGKILL");
    this.#gone.abort("the bench ended the hub, which had over 3 GB");
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
