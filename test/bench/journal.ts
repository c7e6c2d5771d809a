// Whether the store seals what it is given: its journal grows until then.
import { setTimeout as sleep } from "node:timers/promises";
import type { TestHub } from "../support/hub.ts";
import { untilQuiet } from "./proc.ts";

const WITHIN_MS = 60_000;
const POLL_MS = 250;

/** Waits until some of `readings` have been sealed, and nothing is being sealed any more. */
export async function untilSealed(hub: TestHub, readings: number): Promise<void> {
  const endMs = performance.now() + WITHIN_MS;
  while ((await journalReadings(hub)) >= readings) {
    if (performance.now() > endMs) throw new Error(`nothing of ${readings} readings was sealed`);
    await sleep(POLL_MS);
  }
  await untilQuiet(hub.pid);
}

/** Counts until told to end how often the store seals. */
export async function countSealings(hub: TestHub, signal: AbortSignal): Promise<number> {
  let sealings = 0;
  let before = 0;
  while (!signal.aborted) {
    const now = await journalReadings(hub);
    if (now < before) sealings++;
    before = now;
    await sleep(POLL_MS);
  }
  return sealings;
}

/** Readings that are stored but not sealed. */
async function journalReadings(hub: TestHub): Promise<number> {
  const response = await hub.fetch("/metrics");
  const found = /^bramble_journal_readings(?:\{.*\})? (\S+)$/m.exec(await response.text());
  if (found === null) throw new Error(`/metrics (${response.status}) does not tell bramble_journal_readings`);
  return Number(found[1]);
}
