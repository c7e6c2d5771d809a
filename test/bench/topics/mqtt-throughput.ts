// Messages of QoS 1 that are acknowledged a second, once they are on disk, as a share of what the broker alone does.
import { join } from "node:path";
import { Type } from "typebox";
import type { Bench, Row, Topic } from "../bench.ts";
import { runLoad, startHub, startServer } from "../children.ts";
import { countStored } from "../http-get.ts";
import { untilQuiet } from "../proc.ts";
import { count, inTurns, medianPair, sum, thousands } from "../statistics.ts";

const PAIRS = 5;
const METRICS = 2;
const window = { warmupMs: 1_000, measureMs: 4_000 };
const settings = [
  { clients: 10, inFlight: 100, bar: 0.6, aim: 0.9 },
  { clients: 200, inFlight: 10, bar: 0.9, aim: 1.2 },
  { clients: 200, inFlight: 1, bar: 0.75, aim: 0.9 },
];
type Setting = (typeof settings)[number];

const Report = Type.Object({ perSecond: Type.Number(), acknowledged: Type.Integer() });

interface Measured {
  readonly row: Row;
  readonly acknowledged: number;
  readonly stored: number;
}

export const mqttThroughput: Topic = {
  name: "mqtt-throughput",
  async run(bench) {
    const measured: Measured[] = [];
    for (const setting of settings) measured.push(await measure(bench, setting));
    const acknowledged = METRICS * sum(measured.map((one) => one.acknowledged));
    const stored = sum(measured.map((one) => one.stored));
    const nothingLost: Row = {
      what: "of these, readings acknowledged and found again",
      bar: "all",
      measured: `${count(stored)} of ${count(acknowledged)}`,
      passed: stored >= acknowledged,
    };
    return [...measured.map(({ row }) => row), nothingLost];
  },
};

async function measure(bench: Bench, { clients, inFlight, bar, aim }: Setting): Promise<Measured> {
  bench.tell(`${clients} clients × ${inFlight} in flight`);
  await using bare = await startServer("bare-broker");
  await using hub = await startHub(join(bench.folder, `throughput-${clients}-${inFlight}`));
  const flood = (port: number) => runLoad("mqtt-flood", { port, clients, inFlight, window }, Report);
  const floodHub = async () => {
    const report = await flood(hub.mqttPort);
    await untilQuiet(hub.pid);
    return report;
  };
  const pairs = await inTurns(PAIRS, () => flood(bare.port), floodHub);
  const { a, b, value: share } = medianPair(pairs, (bare, stored) => stored.perSecond / bare.perSecond);
  return {
    row: {
      what: `MQTT QoS 1 messages/s, ${clients} clients × ${inFlight} in flight, as a share of bare aedes`,
      bar: `≥ ${bar} (aim ${aim})`,
      measured: `${share.toFixed(2)} (${thousands(b.perSecond)} of ${thousands(a.perSecond)})`,
      passed: share >= bar,
    },
    acknowledged: sum(pairs.b.map((report) => report.acknowledged)),
    stored: await countStored(hub),
  };
}
