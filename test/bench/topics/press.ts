// From a switch that is pressed on the device's page to the receipt that says done: a real browser, a real hub, and a Pi
// that answers at once. Both ends of the wait are taken inside the page, where a person is.
import { join } from "node:path";
import { chromium, type Page } from "@playwright/test";
import { connectAsync, type MqttClient } from "mqtt";
import { linkOf } from "../../e2e/support/page.ts";
import { chromiumLaunchOptions } from "../../support/browser/chromium.ts";
import type { Topic } from "../bench.ts";
import { startHub } from "../children.ts";
import { milliseconds, quantile } from "../statistics.ts";

const PRESSES = 400;
/** The first ones find an engine that has not compiled anything yet. */
const WARM_UP = 20;
const BAR_MS = 100;
/** Between two presses, at most: the hub's ticks and the screen's must not fall into step with them. */
const BETWEEN_MS = 100;

interface Press {
  /** On the machine's clock. */
  readonly clickedAtMs: number;
  /** When the page said so, from then on. */
  readonly doneAfterMs: number;
}

export const press: Topic = {
  name: "press",
  async run({ folder, tell }) {
    tell(`a switch, pressed ${PRESSES} times`);
    await using hub = await startHub(join(folder, "press"));
    const heardAtMs: number[] = [];
    const pi = await connectPi(hub.mqttPort, (atMs) => heardAtMs.push(atMs));
    const browser = await chromium.launch(chromiumLaunchOptions());
    const page = await browser.newPage();
    await page.goto(linkOf(hub));
    await page.getByRole("link", { name: "Press" }).click();
    await page.getByRole("switch", { name: "LED" }).waitFor();
    const presses = await pressAgainAndAgain(page);
    await browser.close();
    await pi.endAsync(true);
    const counted = presses.slice(WARM_UP);
    const doneMs = counted.map(({ doneAfterMs }) => doneAfterMs);
    const heardMs = counted.map(({ clickedAtMs }, index) => (heardAtMs[index + WARM_UP] ?? Number.NaN) - clickedAtMs);
    const p99Ms = quantile(doneMs, 0.99);
    return [
      {
        what: `switch pressed to “done” on the screen, p99 of ${counted.length} presses`,
        bar: `≤ ${BAR_MS} ms`,
        measured: `${words(doneMs)}; at the Pi ${words(heardMs)}`,
        passed: p99Ms <= BAR_MS,
      },
    ];
  },
};

/** A Pi that does what it is told, at once; `onCommand` gets the time on the machine's clock. */
async function connectPi(port: number, onCommand: (atMs: number) => void): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`);
  client.on("message", (_topic, payload) => {
    onCommand(Date.now());
    const { id, control, value } = JSON.parse(payload.toString());
    client.publish("bramble/pi/reply", JSON.stringify({ id, ok: true, value }), { qos: 1 });
    client.publish("bramble/pi/state", JSON.stringify({ [control]: value }), { qos: 1 });
  });
  const about = { name: "Press", controls: [{ id: "led", kind: "switch", label: "LED" }] };
  await client.publishAsync("bramble/pi/about", JSON.stringify(about), { qos: 1 });
  await client.subscribeAsync("bramble/pi/command", { qos: 1 });
  return client;
}

/** In the page: a press, the receipt that says done, a moment, and again. */
function pressAgainAndAgain(page: Page): Promise<Press[]> {
  return page.evaluate(
    async ({ count, betweenMs }) => {
      const led = document.querySelector("[role=switch]");
      if (!(led instanceof HTMLInputElement)) throw new Error("there is no switch");
      /** Resolves with the time at which the page is so. */
      const whenever = (isSo: () => boolean) =>
        new Promise<number>((resolve) => {
          const look = () => {
            if (!isSo()) return;
            observer.disconnect();
            resolve(performance.now());
          };
          const observer = new MutationObserver(look);
          observer.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
          look();
        });
      const presses: Press[] = [];
      for (let press = 0; press < count; press++) {
        const wanted = !led.checked;
        const receipt = () => document.querySelector("[aria-label='What became of LED']")?.textContent ?? "";
        const clickedAtMs = Date.now();
        const fromMs = performance.now();
        led.click();
        const doneMs = await whenever(() => receipt().includes(`done: LED is ${wanted ? "on" : "off"}`));
        presses.push({ clickedAtMs, doneAfterMs: doneMs - fromMs });
        await whenever(() => led.getAttribute("aria-checked") === String(wanted));
        await new Promise((resolve) => setTimeout(resolve, Math.random() * betweenMs));
      }
      return presses;
    },
    { count: PRESSES, betweenMs: BETWEEN_MS },
  );
}

function words(values: readonly number[]): string {
  return `p50 ${milliseconds(quantile(values, 0.5))}, p99 ${milliseconds(quantile(values, 0.99))}`;
}
