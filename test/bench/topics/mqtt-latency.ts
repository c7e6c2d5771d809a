// How long an acknowledgement takes at a thousand messages a second, beside the broker alone.
import { join } from "node:path";
import type { Topic } from "../bench.ts";
import { startHub, startServer } from "../children.ts";
import { type PaceReport, pace } from "../pace.ts";
import { inTurns, medianPair, milliseconds } from "../statistics.ts";

const PAIRS = 3;
const BAR_MS = 2;
const window = { warmupMs: 1_000, measureMs: 10_000 };

export const mqttLatency: Topic = {
  name: "mqtt-latency",
  async run({ folder, tell }) {
    tell("a thousand messages a second");
    await using bare = await startServer("bare-broker");
    await using hub = await startHub(join(folder, "latency"));
    const pairs = await inTurns(
      PAIRS,
      () => pace(bare.port, window),
      () => pace(hub.mqttPort, window),
    );
    const { a, b, value: moreMs } = medianPair(pairs, (alone, stored) => stored.p99Ms - alone.p99Ms);
    return [
      {
        what: "PUBACK p99 at 1,000 messages/s from 50 clients, more than bare aedes",
        bar: `≤ ${BAR_MS} ms`,
        measured: `${milliseconds(moreMs)} (hub ${words(b)}; aedes ${words(a)})`,
        passed: moreMs <= BAR_MS,
      },
    ];
  },
};

function words({ p50Ms, p99Ms }: PaceReport): string {
  return `p50 ${milliseconds(p50Ms)}, p99 ${milliseconds(p99Ms)}`;
}
