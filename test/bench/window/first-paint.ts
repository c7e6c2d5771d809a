// A phone that opens the window for the first time, over an ordinary network and with a quarter of this machine's speed. How many
// bytes that takes is a test of the suite.
import type { Row } from "../bench.ts";
import { startHub } from "../children.ts";
import { median, milliseconds } from "../statistics.ts";
import { openPage } from "./browser-page.ts";
import { FleetFeed } from "./fleet-feed.ts";

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
/** 10 Mbit/s both ways. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 };
const CPU_SLOWDOWN = 4;
const LOADS = 5;
/** From the load until nothing larger is painted. */
const PAINTED_AFTER_MS = 3_000;
const LCP_BAR_MS = 1_200;
const FIVE_PIS = { devices: 5, metrics: 3 };

export async function firstPaintRow(folder: string): Promise<Row> {
  await using hub = await startHub(folder);
  await using _feed = await FleetFeed.start(hub.mqttPort, FIVE_PIS);
  await using opened = await openPage(hub, PHONE);
  const { page, address } = opened;
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  const paintsMs: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    await page.goto("about:blank");
    await page.goto(`${address}/`);
    await page.locator("[data-device]").first().waitFor();
    await page.waitForTimeout(PAINTED_AFTER_MS);
    paintsMs.push(await page.evaluate(largestPaintMs));
  }
  const paintMs = median(paintsMs);
  return {
    what: `window, largest paint on a phone (CPU ÷ ${CPU_SLOWDOWN}, 10 Mbit/s, 40 ms), median of ${LOADS}`,
    bar: `≤ ${milliseconds(LCP_BAR_MS)}`,
    measured: milliseconds(paintMs),
    passed: paintMs <= LCP_BAR_MS,
  };
}

/** In the page, from the start of its navigation. */
function largestPaintMs(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
      type: "largest-contentful-paint",
      buffered: true,
    });
  });
}
