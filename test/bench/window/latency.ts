// From the publish of a reading to the frame that shows it, on one machine's clock.
import { setTimeout as sleep } from "node:timers/promises";
import { connectAsync } from "mqtt";
import type { Row } from "../bench.ts";
import { startHub } from "../children.ts";
import { milliseconds, quantile } from "../statistics.ts";
import { openPage } from "./browser-page.ts";

const PUBLISHES = 400;
/** The first ones find an engine that has not compiled anything yet. */
const WARM_UP = 20;
const FIRST_VALUE = 1_000;
/** Between two publishes: the hub's ticks and the screen's must not fall into step with them. */
const BETWEEN_MS = { least: 120, more: 180 };
const P50_BAR_MS = 25;
const P99_BAR_MS = 50;
const LAST_FRAME_MS = 1_000;

export async function latencyRow(folder: string): Promise<Row> {
  await using hub = await startHub(folder);
  const pi = await connectAsync(`mqtt://127.0.0.1:${hub.mqttPort}`);
  const publish = (value: number) => pi.publishAsync("sensor/pi/data", JSON.stringify({ level: value }), { qos: 0 });
  await publish(FIRST_VALUE);
  await using opened = await openPage(hub);
  await opened.page.locator("[data-device=pi]").waitFor();
  const shownAtMs = await opened.page.evaluateHandle(() => {
    const card = document.querySelector("[data-device=pi]");
    if (card === null) throw new Error("there is no card");
    /** By the value as it is written, without its separators. */
    const moments: Record<string, number> = {};
    new MutationObserver(() => {
      const value = /[\d,]{5,}/.exec(card.textContent ?? "")?.[0].replaceAll(",", "");
      if (value === undefined) return;
      // A task that a frame's own callback posts runs once the frame has been handed over.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          moments[value] ??= performance.timeOrigin + performance.now();
          port1.close();
        };
        port2.postMessage(null);
      });
    }).observe(card, { subtree: true, childList: true, characterData: true });
    return moments;
  });
  const sentAtMs: number[] = [];
  for (let sent = 0; sent < PUBLISHES; sent++) {
    await sleep(BETWEEN_MS.least + BETWEEN_MS.more * Math.random());
    sentAtMs.push(performance.timeOrigin + performance.now());
    await publish(FIRST_VALUE + 1 + sent);
  }
  await sleep(LAST_FRAME_MS);
  const moments = await shownAtMs.jsonValue();
  await pi.endAsync(true);
  const latenciesMs = sentAtMs.flatMap((atMs, index) => (moments[FIRST_VALUE + 1 + index] ?? Number.NaN) - atMs);
  const counted = latenciesMs.slice(WARM_UP).filter((latency) => !Number.isNaN(latency));
  const [p50Ms, p99Ms] = [quantile(counted, 0.5), quantile(counted, 0.99)];
  const missed = PUBLISHES - WARM_UP - counted.length;
  return {
    what: `window, publish to the frame that shows it, ${counted.length} readings`,
    bar: `p50 ≤ ${P50_BAR_MS} ms, p99 ≤ ${P99_BAR_MS} ms`,
    measured: `p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}${missed === 0 ? "" : `; ${missed} never seen`}`,
    passed: p50Ms <= P50_BAR_MS && p99Ms <= P99_BAR_MS && missed === 0,
  };
}
