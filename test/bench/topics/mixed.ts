// Everything at once: readings come in while charts are read, exports stream and the store seals.
import type { Topic } from "../bench.ts";
import { startHub } from "../children.ts";
import { countStored, get } from "../http-get.ts";
import { untilSealed } from "../journal.ts";
import { pace } from "../pace.ts";
import { METRICS_PER_DEVICE } from "../sensors.ts";
import { count, milliseconds, thousands } from "../statistics.ts";
import type { FilledFolder } from "../stores.ts";

const BAR_MS = 50;
/** Long enough that the store seals at least once. */
const window = { warmupMs: 1_000, measureMs: 75_000 };
const HOUR_MS = 3_600_000;
const chartLengthsMs = [HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS];

export const mixed: Topic = {
  name: "mixed",
  async run({ stores, tell }) {
    const folder = await stores.copyOfMonths("mixed");
    await using hub = await startHub(folder.path);
    tell("ingest, charts, exports and sealing at once");
    const ended = new AbortController();
    const [{ acknowledged, p50Ms, p99Ms }, exports, charts] = await Promise.all([
      pace(hub.mqttPort, window).finally(() => ended.abort()),
      repeat(ended.signal, () => get(hub, "/api/v1/export.csv")),
      repeat(ended.signal, (round) => get(hub, chartPath(folder, round))),
    ]);
    const readings = METRICS_PER_DEVICE * acknowledged;
    await untilSealed(hub, readings);
    const stored = (await countStored(hub)) - folder.readings;
    return [
      {
        what: `PUBACK p99 at 1,000 messages/s while ${count(charts)} charts are read, ${exports} exports of ${thousands(folder.readings)} readings stream and sealing runs`,
        bar: `≤ ${BAR_MS} ms`,
        measured: `${milliseconds(p99Ms)} (p50 ${milliseconds(p50Ms)})`,
        passed: p99Ms <= BAR_MS,
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

/** Another device and another length each time. */
function chartPath({ fleets, endMs }: FilledFolder, round: number): string {
  const devices = fleets.flatMap((fleet) => fleet.deviceIds);
  const lengthMs = chartLengthsMs[round % chartLengthsMs.length] ?? HOUR_MS;
  const query = new URLSearchParams({ metric: "humidity", from: String(endMs - lengthMs), to: String(endMs) });
  return `/api/v1/devices/${devices[round % devices.length]}/readings?${query}`;
}
