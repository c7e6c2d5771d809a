// Whether the store has sealed what it was given.
import { setTimeout as sleep } from "node:timers/promises";
import type { TestHub } from "../support/hub.ts";
import { untilQuiet } from "./proc.ts";

const WITHIN_MS = 60_000;

/** Waits until some of `readings` have been sealed, and nothing is being sealed any more. */
export async function untilSealed(hub: TestHub, readings: number): Promise<void> {
  const endMs = performance.now() + WITHIN_MS;
  while ((await journalReadings(hub)) >= readings) {
    if (performance.now() > endMs) throw new Error(`nothing of ${readings} readings was sealed`);
    await sleep(500);
  }
  await untilQuiet(hub.pid);
}

/** Readings that are stored but not sealed. */
async function journalReadings(hub: TestHub): Promise<number> {
  const response = await hub.fetch("/metrics");
  const found = /^bramble_journal_readings(?:\{.*\})? (\S+)$/m.exec(await response.text());
  if (found === null) throw new Error(`/metrics (${response.status}) does not tell bramble_journal_readings`);
  return Number(found[1]);
}
