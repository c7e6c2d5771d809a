// A person with large letters: at 32 px, as a browser's setting has them, nothing that is used leaves its card or the window on any
// page, and a chart has most of its page; at 24 px neither on the pages with most beside one another.
import { chromium, expect, type Page, test } from "@playwright/test";
import { chromiumLaunchOptions } from "../support/browser/chromium.ts";
import { startTestHub } from "../support/hub.ts";
import { layoutFaults } from "./support/layout-faults.ts";
import { linkOf, untilChartsFollow, watchRequests } from "./support/page.ts";
import { takePicture } from "./support/screen-record.ts";
import { openState, prepare, STATES } from "./support/states.ts";

const WIDTHS = [1_280, 390];
/** The pages with most beside one another. */
const CROWDED = ["overview", "device", "edit", "compare two", "access, encryption", "settings"];
/** Between the others, for the crowded pages. */
const WIDTH_BETWEEN = 800;

/** Of the width of what the page is laid out in. */
const LEAST_OF_CHART = 0.7;

for (const { fontPx, states } of [
  { fontPx: 24, states: STATES.filter(({ name }) => CROWDED.includes(name)) },
  { fontPx: 32, states: STATES },
])
  test(`nothing leaves its card at ${fontPx} px`, async () => {
    test.setTimeout(480_000);
    await using hub = await startTestHub("--joining", "ask");
    const { args = [], ...options } = chromiumLaunchOptions();
    const browser = await chromium.launch({
      ...options,
      args: [...args, `--blink-settings=defaultFontSize=${fontPx}`],
    });
    try {
      const page = await browser.newPage({ timezoneId: "UTC", reducedMotion: "reduce" });
      const settled = watchRequests(page);
      const link = linkOf(hub);
      await page.goto(link);
      await page.getByRole("button", { name: "Simulate five Pis" }).waitFor();
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).fontSize)).toBe(`${fontPx}px`);
      const found: string[] = [];
      const look = async (name: string) => {
        for (const width of CROWDED.includes(name) ? [...WIDTHS, WIDTH_BETWEEN] : WIDTHS) {
          await page.setViewportSize({ width, height: 900 });
          await untilChartsFollow(page);
          await takePicture(page, `letters-${fontPx}-${width}`, name);
          const faults = [...(await layoutFaults(page)), ...(await smallCharts(page))];
          found.push(...faults.map((fault) => `${name} at ${width} px: ${fault}`));
        }
        await page.setViewportSize({ width: 1_280, height: 900 });
      };
      await look("first start");
      await prepare(hub);
      for (const state of states) {
        // What an earlier one opened would stay on a page that both are of.
        await page.goto("about:blank");
        await openState(page, link.replace(/#.*$/, ""), state, settled);
        await look(state.name);
      }
      expect(found.join("\n")).toBe("");
    } finally {
      await browser.close();
    }
  });

async function smallCharts(page: Page): Promise<string[]> {
  const shares = await page.locator("main").evaluate((main) => {
    const { paddingLeft, paddingRight } = getComputedStyle(main);
    const room = main.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    return [...main.querySelectorAll("canvas")].map(({ clientWidth }) => clientWidth / room);
  });
  return shares.filter((share) => share < LEAST_OF_CHART).map((share) => `a chart has ${share.toFixed(2)} of its page`);
}
