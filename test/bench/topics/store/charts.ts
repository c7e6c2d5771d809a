// A look at any stretch of a series, from the last hour to ten years: each by a fresh process, from a cold disk.
import { Value } from "typebox/value";
import { Chart } from "../../../../src/shared/api.ts";
import type { Row, Topic } from "../../bench.ts";
import { startHub } from "../../children.ts";
import { get } from "../../http-get.ts";
import { dropFromPageCache } from "../../page-cache.ts";
import { untilQuiet } from "../../proc.ts";
import type { FleetOptions } from "../../sensors.ts";
import { milliseconds, sum, thousands } from "../../statistics.ts";
import type { FilledFolder } from "../../stores.ts";

const BAR_MS = 30;
const POINTS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ranges = [
  { name: "hour", lengthMs: HOUR_MS },
  { name: "day", lengthMs: DAY_MS },
  { name: "week", lengthMs: 7 * DAY_MS },
  { name: "month", lengthMs: 30 * DAY_MS },
  { name: "year", lengthMs: 365 * DAY_MS },
  { name: "ten years", lengthMs: 3_652.5 * DAY_MS },
];
type Range = (typeof ranges)[number];
const metrics = ["temperature", "humidity"];

export const charts: Topic = {
  name: "charts",
  async run({ stores, tell }) {
    const folder = await stores.years();
    const rows: Row[] = [];
    for (const range of ranges) {
      tell(`charts of the last ${range.name}`);
      const times: number[] = [];
      for (const { options } of folder.fleets) {
        for (const metric of metrics) times.push(await ask(folder, options, metric, range));
      }
      const worstMs = Math.max(...times);
      rows.push({
        what: `chart of the last ${range.name} in ${thousands(folder.readings)} readings, fresh process, cold file, worst of ${times.length} series`,
        bar: `≤ ${BAR_MS} ms`,
        measured: milliseconds(worstMs),
        passed: worstMs <= BAR_MS,
      });
    }
    return rows;
  },
};

/** How long a fresh hub takes to answer, in milliseconds. */
async function ask(folder: FilledFolder, fleet: FleetOptions, metric: string, { lengthMs }: Range): Promise<number> {
  await using hub = await startHub(folder.path);
  await untilQuiet(hub.pid);
  // What its start has read is not to help it.
  dropFromPageCache(folder.databasePath);
  const query = new URLSearchParams({
    metric,
    from: String(Math.round(folder.endMs - lengthMs)),
    to: String(folder.endMs),
    points: String(POINTS),
  });
  const pieces: Buffer[] = [];
  const ms = await get(hub, `/api/v1/devices/${fleet.name}-1/readings?${query}`, (bytes) =>
    pieces.push(Buffer.from(bytes)),
  );
  const chart = Value.Parse(Chart, JSON.parse(Buffer.concat(pieces).toString()));
  checkChart(chart, fleet, lengthMs);
  return ms;
}

/** A quick answer must be the right one too: every reading of the range is in one of its buckets. */
function checkChart({ buckets }: Chart, { cadenceMs, messages }: FleetOptions, lengthMs: number): void {
  const found = sum(buckets.map(({ n }) => n));
  const expected = Math.min(messages, lengthMs / cadenceMs);
  if (buckets.length <= POINTS && Math.abs(found - expected) <= 2) return;
  throw new Error(`a chart of ${lengthMs} ms has ${found} readings in ${buckets.length} buckets, not ${expected}`);
}
