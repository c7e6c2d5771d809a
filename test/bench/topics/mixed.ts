// Everything at once: readings come in while charts are read and exports stream, and Pis that were offline send what they
// had kept, so that the store seals again and again.
import { setTimeout as sleep } from "node:timers/promises";
import type { TestHub } from "../../support/hub.ts";
import type { Topic } from "../bench.ts";
import { startHub } from "../children.ts";
import { countStored, get } from "../http-get.ts";
import { countSealings } from "../journal.ts";
import { pace } from "../pace.ts";
import { Fleet, METRICS_PER_DEVICE, messagesOf } from "../sensors.ts";
import { count, milliseconds, thousands } from "../statistics.ts";
import type { FilledFolder } from "../stores.ts";

const BAR_MS = 50;
const window = { warmupMs: 1_000, measureMs: 45_000 };
const HOUR_MS = 3_600_000;
const chartLengthsMs = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS];
const REPLAYED_READINGS = 1_000;
const REPLAY_PERIOD_MS = 30;

export const mixed: Topic = {
  name: "mixed",
  async run({ stores, tell }) {
    const folder = await stores.copyOfMonths("mixed");
    await using hub = await startHub(folder.path);
    tell("ingest, charts, exports and sealing at once");
    const ended = new AbortController();
    const [report, replayed, exports, charts, sealings] = await Promise.all([
      pace(hub.mqttPort, window).finally(() => ended.abort()),
      replay(hub, ended.signal),
      repeat(ended.signal, () => get(hub, "/api/v1/export.csv")),
      repeat(ended.signal, (round) => get(hub, chartPath(folder, round))),
      countSealings(hub, ended.signal),
    ]);
    const { acknowledged, p50Ms, p99Ms } = report;
    const readings = METRICS_PER_DEVICE * acknowledged + replayed;
    const stored = (await countStored(hub)) - folder.readings;
    const meanwhile = [
      `${count(charts)} charts are read`,
      `${exports} exports of ${thousands(folder.readings)} readings stream`,
      `${thousands(replayed)} old readings come in`,
      `the store seals ${sealings} times`,
    ];
    return [
      {
        what: `PUBACK p99 at 1,000 messages/s while ${meanwhile.join(", ")}`,
        bar: `≤ ${BAR_MS} ms`,
        measured: `${milliseconds(p99Ms)} (p50 ${milliseconds(p50Ms)})`,
        passed: p99Ms <= BAR_MS && sealings > 0,
      },
      {
        what: "of these, readings acknowledged and found again",
        bar: "all",
        measured: `${count(stored)} of ${count(readings)}`,
        passed: stored >= readings,
      },
    ];
  },
};

/** Does it again and again until told to end; answers how often. */
async function repeat(signal: AbortSignal, act: (round: number) => Promise<unknown>): Promise<number> {
  let round = 0;
  while (!signal.aborted) await act(round++);
  return round;
}

/** Sends readings of months ago, a thousand at a time; answers how many were stored. */
async function replay(hub: TestHub, signal: AbortSignal): Promise<number> {
  const startMs = Date.now() - 100 * 24 * HOUR_MS;
  const fleet = new Fleet({ name: "late", devices: 10, cadenceMs: 10_000, startMs, messages: 500_000 });
  let replayed = 0;
  for (const readings of messagesOf([fleet], REPLAYED_READINGS)) {
    if (signal.aborted) break;
    const sent = readings.map(({ device, metric, tsMs, value }) => ({ device_id: device, ts: tsMs, [metric]: value }));
    const response = await hub.post(sent);
    if (!response.ok) throw new Error(`POST /data: ${response.status} ${await response.text()}`);
    await response.arrayBuffer();
    replayed += readings.length;
    await sleep(REPLAY_PERIOD_MS);
  }
  return replayed;
}

/** Another device and another length each time. */
function chartPath({ fleets, endMs }: FilledFolder, round: number): string {
  const devices = fleets.flatMap((fleet) => fleet.deviceIds);
  const lengthMs = chartLengthsMs[round % chartLengthsMs.length] ?? HOUR_MS;
  const query = new URLSearchParams({ metric: "humidity", from: String(endMs - lengthMs), to: String(endMs) });
  return `/api/v1/devices/${devices[round % devices.length]}/readings?${query}`;
}
