// Many devices on the overview, and many charts on one page: the cost of each second, and the longest that anything is held up.

import type { Row } from "../bench.ts";
import { startHub } from "../children.ts";
import { milliseconds } from "../statistics.ts";
import { openPage, scrollThrough } from "./browser-page.ts";
import { deviceName, FleetFeed } from "./fleet-feed.ts";
import { type PageCost, PageMeter } from "./page-cost.ts";

const HOME = { devices: 100, metrics: 3 };
const CHARTS = { devices: 1, metrics: 200 };
const COST_BAR_MS = 80;
const TASK_BAR_MS = 50;
const MEASURE_MS = 20_000;
/** From the last scroll until what it started has ended. */
const SETTLE_MS = 5_000;

export async function homeRows(folder: string): Promise<Row[]> {
  await using hub = await startHub(folder);
  await using _feed = await FleetFeed.start(hub.mqttPort, HOME);
  await using opened = await openPage(hub);
  const { page } = opened;
  await page
    .locator("[data-device]")
    .nth(HOME.devices - 1)
    .waitFor({ state: "attached" });
  await scrollThrough(page);
  await page.waitForTimeout(SETTLE_MS);
  const meter = await PageMeter.of(page);
  const still = await meter.during(() => page.waitForTimeout(MEASURE_MS));
  const scrolled = await meter.during(() => scrollThrough(page));
  return [
    {
      what: `window, ${HOME.devices} devices × ${HOME.metrics} at 1 Hz, all of them seen: script, style and layout a second`,
      bar: `≤ ${COST_BAR_MS} ms`,
      measured: `${milliseconds(still.msPerSecond)} (${costWords(still)})`,
      passed: still.msPerSecond <= COST_BAR_MS,
    },
    taskRow("of these, the longest task", still),
    taskRow("of these, the longest task while scrolling", scrolled),
  ];
}

export async function chartsRow(folder: string): Promise<Row> {
  await using hub = await startHub(folder);
  await using _feed = await FleetFeed.start(hub.mqttPort, CHARTS);
  await using opened = await openPage(hub);
  const { page, address } = opened;
  await page.goto(`${address}/#/devices/${deviceName(0)}`);
  await page.locator("canvas").first().waitFor();
  await scrollThrough(page);
  await page.waitForTimeout(SETTLE_MS);
  const meter = await PageMeter.of(page);
  const cost = await meter.during(() => page.waitForTimeout(MEASURE_MS));
  return taskRow(`window, ${CHARTS.metrics} charts once seen at 1 Hz, the longest task`, cost);
}

function taskRow(what: string, cost: PageCost): Row {
  const { longestTaskMs, longTasks } = cost;
  return {
    what,
    bar: `≤ ${TASK_BAR_MS} ms`,
    measured:
      longTasks === 0
        ? `none over ${TASK_BAR_MS} ms (${costWords(cost)})`
        : `${milliseconds(longestTaskMs)}, ${longTasks} over ${TASK_BAR_MS} ms (${costWords(cost)})`,
    passed: longestTaskMs <= TASK_BAR_MS,
  };
}

function costWords({ scriptMs, styleMs, layoutMs }: PageCost): string {
  return `script ${scriptMs.toFixed(0)}, style ${styleMs.toFixed(0)}, layout ${layoutMs.toFixed(0)} ms/s`;
}
