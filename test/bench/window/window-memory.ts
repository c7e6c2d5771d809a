// A window that is left open: after ten minutes of a hundred devices it holds no more than after two.
import { join } from "node:path";
import type { Topic } from "../bench.ts";
import { startHub } from "../children.ts";
import { openPage } from "./browser-page.ts";
import { FleetFeed } from "./fleet-feed.ts";
import { PageMeter } from "./page-cost.ts";

const HOME = { devices: 100, metrics: 3 };
const EARLY_MS = 2 * 60_000;
const LATE_MS = 10 * 60_000;
const GROWTH_BAR = 0.05;

export const windowMemory: Topic = {
  name: "window-memory",
  async run({ folder, tell }) {
    await using hub = await startHub(join(folder, "window-memory"));
    await using _feed = await FleetFeed.start(hub.mqttPort, HOME);
    await using opened = await openPage(hub);
    const { page } = opened;
    const meter = await PageMeter.of(page);
    await page.waitForTimeout(EARLY_MS);
    const early = await meter.heapBytes();
    tell(`${megabytes(early)} after two minutes`);
    await page.waitForTimeout(LATE_MS - EARLY_MS);
    const late = await meter.heapBytes();
    return [
      {
        what: `window, heap after ten minutes of ${HOME.devices} devices × ${HOME.metrics} at 1 Hz`,
        bar: `≤ ${100 * GROWTH_BAR} % over that at minute two`,
        measured: `${megabytes(late)} (${megabytes(early)})`,
        passed: late <= (1 + GROWTH_BAR) * early,
      },
    ];
  },
};

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
