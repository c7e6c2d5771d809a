// POST /data on connections that stay open, answered once the readings are on disk, as a share of the same without a disk.
import { join } from "node:path";
import { Type } from "typebox";
import type { Topic } from "../bench.ts";
import { runLoad, startHub, startServer } from "../children.ts";
import { untilQuiet } from "../proc.ts";
import { inTurns, medianPair, thousands } from "../statistics.ts";

const PAIRS = 5;
const CONNECTIONS = 50;
const BAR = 0.7;
const window = { warmupMs: 1_000, measureMs: 4_000 };

const Report = Type.Object({ perSecond: Type.Number() });

export const httpThroughput: Topic = {
  name: "http-throughput",
  async run({ folder, tell }) {
    tell(`POST /data on ${CONNECTIONS} connections`);
    await using nothing = await startServer("null-hub");
    await using hub = await startHub(join(folder, "http"));
    const flood = (port: number) => runLoad("http-flood", { port, connections: CONNECTIONS, window }, Report);
    const floodHub = async () => {
      const report = await flood(hub.httpPort);
      await untilQuiet(hub.pid);
      return report;
    };
    const pairs = await inTurns(PAIRS, () => flood(nothing.port), floodHub);
    const { a, b, value: share } = medianPair(pairs, (nothing, stored) => stored.perSecond / nothing.perSecond);
    return [
      {
        what: `POST /data/s on ${CONNECTIONS} keep-alive connections, as a share of the same route that stores nothing`,
        bar: `≥ ${BAR}`,
        measured: `${share.toFixed(2)} (${thousands(b.perSecond)} of ${thousands(a.perSecond)})`,
        passed: share >= BAR,
      },
    ];
  },
};
