// How long a hub's event loop was held, asked from its `/metrics` all the time, so that each hold can be told with the attack
// that it fell into. The hub answers with the longest hold since it was last asked: nobody else may ask meanwhile.
import { setTimeout as sleep } from "node:timers/promises";
import type { TestHub } from "../../support/hub.ts";

const SCRAPE_PERIOD_MS = 2_000;
const METRIC = /^bramble_event_loop_delay_max_seconds (\S+)$/m;

export class HoldWatch {
  readonly #hub: TestHub;
  #longestSeconds = 0;
  #sinceToldSeconds = 0;

  constructor(hub: TestHub) {
    this.#hub = hub;
  }

  /** Until the signal says so. A hub that is short of memory may refuse to answer for a moment. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const answer = await this.#hub.fetch("/metrics");
      const seconds = Number(METRIC.exec(await answer.text())?.[1] ?? 0);
      this.#longestSeconds = Math.max(this.#longestSeconds, seconds);
      this.#sinceToldSeconds = Math.max(this.#sinceToldSeconds, seconds);
      await sleep(SCRAPE_PERIOD_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Zero where the hub never told. */
  get longestSeconds(): number {
    return this.#longestSeconds;
  }

  /** The longest since this was last called. */
  take(): number {
    const seconds = this.#sinceToldSeconds;
    this.#sinceToldSeconds = 0;
    return seconds;
  }
}
