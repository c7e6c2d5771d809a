// What a page costs the main thread of its browser: script, style and layout as Chromium counts them, and its long tasks.
import type { CDPSession, JSHandle, Page } from "@playwright/test";

export interface PageCost {
  /** Script, style and layout together, in milliseconds a second. */
  readonly msPerSecond: number;
  readonly scriptMs: number;
  readonly styleMs: number;
  readonly layoutMs: number;
  /** Of tasks over 50 ms; 0 without any. */
  readonly longestTaskMs: number;
  readonly longTasks: number;
}

export class PageMeter {
  readonly #session: CDPSession;
  readonly #longTasks: JSHandle<number[]>;

  private constructor(session: CDPSession, longTasks: JSHandle<number[]>) {
    this.#session = session;
    this.#longTasks = longTasks;
  }

  /** Of the document that the page shows now. */
  static async of(page: Page): Promise<PageMeter> {
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable");
    const longTasks = await page.evaluateHandle(() => {
      const durations: number[] = [];
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) durations.push(duration);
      }).observe({ type: "longtask" });
      return durations;
    });
    return new PageMeter(session, longTasks);
  }

  async during(act: () => Promise<unknown>): Promise<PageCost> {
    await this.#longTasks.evaluate((durations) => durations.splice(0));
    const before = await this.#metrics();
    await act();
    const after = await this.#metrics();
    const durations = await this.#longTasks.evaluate((all) => all.splice(0));
    const seconds = grown("Timestamp");
    const perSecond = (name: string) => (1_000 * grown(name)) / seconds;
    const [scriptMs, styleMs, layoutMs] = [
      perSecond("ScriptDuration"),
      perSecond("RecalcStyleDuration"),
      perSecond("LayoutDuration"),
    ];
    return {
      msPerSecond: scriptMs + styleMs + layoutMs,
      scriptMs,
      styleMs,
      layoutMs,
      longestTaskMs: Math.max(0, ...durations),
      longTasks: durations.length,
    };

    function grown(name: string): number {
      return (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);
    }
  }

  /** Of JavaScript's heap once it is collected, in bytes. */
  async heapBytes(): Promise<number> {
    await this.#session.send("HeapProfiler.collectGarbage");
    return (await this.#metrics()).get("JSHeapUsedSize") ?? Number.NaN;
  }

  async #metrics(): Promise<Map<string, number>> {
    const { metrics } = await this.#session.send("Performance.getMetrics");
    return new Map(metrics.map(({ name, value }) => [name, value]));
  }
}
