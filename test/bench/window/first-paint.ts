// A phone that opens the window for the first time, over an ordinary network and with a quarter of this machine's speed.
import { gzipSync } from "node:zlib";
import type { Response } from "@playwright/test";
import type { Row } from "../bench.ts";
import { startHub } from "../children.ts";
import { median, milliseconds, sum } from "../statistics.ts";
import { openPage } from "./browser-page.ts";
import { FleetFeed } from "./fleet-feed.ts";

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true };
/** 10 Mbit/s both ways. */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 };
const CPU_SLOWDOWN = 4;
const LOADS = 5;
/** From the load until nothing larger is painted. */
const PAINTED_AFTER_MS = 3_000;
const GZIP_BAR_BYTES = 120_000;
const LCP_BAR_MS = 1_200;
const FIVE_PIS = { devices: 5, metrics: 3 };

export async function firstPaintRows(folder: string): Promise<Row[]> {
  await using hub = await startHub(folder);
  await using _feed = await FleetFeed.start(hub.mqttPort, FIVE_PIS);
  await using opened = await openPage(hub, PHONE);
  const { page, address } = opened;
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  await page.addInitScript(markWhenDrawn);
  const scripts = new Map<string, Promise<Buffer>>();
  const keep = (response: Response) => {
    if (response.request().resourceType() === "script") scripts.set(response.url(), response.body());
  };
  const paintsMs: number[] = [];
  let sizesBytes: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    await page.goto("about:blank");
    if (load === 0) page.on("response", keep);
    await page.goto(`${address}/`);
    await page.locator("[data-device]").first().waitFor();
    if (load === 0) {
      page.off("response", keep);
      const needed = await page.evaluate(scriptsUntilDrawn);
      const bodies = await Promise.all(needed.map((url) => scripts.get(url) ?? failWithout(url)));
      sizesBytes = bodies.map((body) => gzipSync(body, { level: 9 }).length);
    }
    await page.waitForTimeout(PAINTED_AFTER_MS);
    paintsMs.push(await page.evaluate(largestPaintMs));
  }
  const paintMs = median(paintsMs);
  const bytes = sum(sizesBytes);
  return [
    {
      what: "window, scripts until the devices are drawn, gzip",
      bar: `≤ ${GZIP_BAR_BYTES / 1_000} kB`,
      measured: `${(bytes / 1_000).toFixed(1)} kB in ${sizesBytes.length} files`,
      passed: bytes > 0 && bytes <= GZIP_BAR_BYTES,
    },
    {
      what: `window, largest paint on a phone (CPU ÷ ${CPU_SLOWDOWN}, 10 Mbit/s, 40 ms), median of ${LOADS}`,
      bar: `≤ ${milliseconds(LCP_BAR_MS)}`,
      measured: milliseconds(paintMs),
      passed: paintMs <= LCP_BAR_MS,
    },
  ];
}

function failWithout(url: string): never {
  throw new Error(`the page loaded ${url} unseen`);
}

/** In the page, before its own scripts. */
function markWhenDrawn(): void {
  const observer = new MutationObserver(() => {
    if (document.querySelector("[data-device]") === null) return;
    performance.mark("drawn");
    observer.disconnect();
  });
  observer.observe(document, { subtree: true, childList: true });
}

/** In the page: the addresses of those that were asked for by then. What it may need later comes when nothing else is to be done. */
function scriptsUntilDrawn(): string[] {
  const drawnMs = performance.getEntriesByName("drawn")[0]?.startTime ?? Number.NaN;
  const resources = performance.getEntriesByType("resource");
  return resources.flatMap(({ name, startTime }) => (name.endsWith(".js") && startTime < drawnMs ? [name] : []));
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
