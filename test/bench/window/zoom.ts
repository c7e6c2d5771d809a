// A week of a reading a second, zoomed to a minute and back by the wheel, a step in each frame: what a trackpad sends.
import { mkdirSync } from "node:fs";
import type { Page } from "@playwright/test";
import { systemClock } from "../../../src/hub/clock.ts";
import { DataFolder } from "../../../src/hub/data-folder.ts";
import { SqliteStore } from "../../../src/hub/store/sqlite/sqlite-store.ts";
import type { Row } from "../bench.ts";
import { startHub } from "../children.ts";
import { Fleet, messagesOf } from "../sensors.ts";
import { milliseconds, quantile } from "../statistics.ts";
import { openPage } from "./browser-page.ts";

const SECOND_MS = 1_000;
const WEEK_SECONDS = 7 * 24 * 3_600;
const READINGS_PER_MESSAGE = 5_000;
/** Frames from a week to a minute; as many back. */
const FRAMES = 180;
/** One of these is what a week is to a minute, in this many steps, at 0.002 per pixel of the wheel. */
const WHEEL_PX = Math.log(WEEK_SECONDS / 60) / FRAMES / 0.002;
const FRAMES_PER_SECOND_BAR = 58;
const SETTLE_MS = 3_000;

export async function zoomRow(folder: string): Promise<Row> {
  await fillWithWeek(folder);
  await using hub = await startHub(folder);
  await using opened = await openPage(hub);
  const { page, address } = opened;
  await page.goto(`${address}/#/devices/second-1?range=7d`);
  await page.locator("canvas").first().waitFor();
  await page.waitForTimeout(SETTLE_MS);
  await zoomAndBack(page);
  await page.waitForTimeout(SETTLE_MS);
  const gapsMs = await zoomAndBack(page);
  const framesPerSecond = (1_000 * gapsMs.length) / gapsMs.reduce((sum, gap) => sum + gap, 0);
  return {
    what: "window, a week at 1 Hz zoomed to a minute and back, frames a second",
    bar: `≥ ${FRAMES_PER_SECOND_BAR} (of 60)`,
    measured: `${framesPerSecond.toFixed(1)} (p99 ${milliseconds(quantile(gapsMs, 0.99))} between two)`,
    passed: framesPerSecond >= FRAMES_PER_SECOND_BAR,
  };
}

/** In the page; the answer is the time between each two frames. */
function zoomAndBack(page: Page): Promise<number[]> {
  return page.evaluate(
    async ({ frames, wheelPx }) => {
      const canvas = document.querySelector("canvas");
      if (canvas === null) throw new Error("there is no chart");
      const { left, top, width, height } = canvas.getBoundingClientRect();
      const wheel = (deltaY: number) =>
        canvas.dispatchEvent(
          new WheelEvent("wheel", {
            deltaY,
            ctrlKey: true,
            bubbles: true,
            cancelable: true,
            clientX: left + width / 2,
            clientY: top + height / 2,
          }),
        );
      const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
      const gaps: number[] = [];
      let before = await frame();
      for (let step = 0; step < 2 * frames; step++) {
        wheel(step < frames ? -wheelPx : wheelPx);
        const now = await frame();
        gaps.push(now - before);
        before = now;
      }
      return gaps;
    },
    { frames: FRAMES, wheelPx: WHEEL_PX },
  );
}

async function fillWithWeek(folder: string): Promise<void> {
  mkdirSync(folder, { mode: 0o700 });
  const startMs = Date.now() - WEEK_SECONDS * SECOND_MS;
  const fleet = new Fleet({ name: "second", devices: 1, messages: WEEK_SECONDS, cadenceMs: SECOND_MS, startMs });
  const store = new SqliteStore({
    path: new DataFolder(folder).databasePath,
    clock: systemClock,
    onDeath: (error) => {
      throw error;
    },
    onWarning: (words) => console.error(words),
    onCommit: () => undefined,
  });
  await store.start();
  for (const readings of messagesOf([fleet], READINGS_PER_MESSAGE))
    await store.readings.append({ readings, attributes: [], receivedAtMs: Date.now() });
  await store.seal();
  await store.stop();
}
