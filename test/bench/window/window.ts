// The window in a real browser, which shares the machine's cores with the hub and the devices: what it costs with many devices,
// how soon a reading is seen, how soon a phone sees anything, and whether zooming keeps up with the screen.
import { join } from "node:path";
import type { Topic } from "../bench.ts";
import { firstPaintRow } from "./first-paint.ts";
import { latencyRow } from "./latency.ts";
import { chartsRow, homeRows } from "./many.ts";
import { zoomRow } from "./zoom.ts";

export const window: Topic = {
  name: "window",
  async run({ folder, tell }) {
    const inFolder = (name: string) => join(folder, `window-${name}`);
    tell("first paint on a phone");
    const firstPaint = await firstPaintRow(inFolder("first"));
    tell("from a publish to the screen");
    const latency = await latencyRow(inFolder("latency"));
    tell("a home of a hundred devices");
    const home = await homeRows(inFolder("home"));
    tell("a device with two hundred charts");
    const charts = await chartsRow(inFolder("charts"));
    tell("a week, zoomed to a minute and back");
    const zoom = await zoomRow(inFolder("zoom"));
    return [...home, charts, latency, firstPaint, zoom];
  },
};
