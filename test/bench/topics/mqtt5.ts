// MQTT 5 beside 3.1.1: messages that are stored and acknowledged, and what one client that listens to everything is sent, which
// is measured beside Mosquitto, too: it sends it on and stores nothing.
import { join } from "node:path";
import { Type } from "typebox";
import type { Bench, Row, Topic } from "../bench.ts";
import { runLoad, startHub } from "../children.ts";
import { startMosquitto } from "../mosquitto.ts";
import { untilQuiet } from "../proc.ts";
import { inTurns, medianPair, thousands } from "../statistics.ts";

const PAIRS = 5;
/** Of new connections: some are read in larger pieces than others, for as long as they last. */
const RUNS = 3;
const turns = { warmupTurns: 4, turns: 24, turnMs: 250 };
const BAR = 0.95;
const MOSQUITTO_BAR = 1;
const window = { warmupMs: 1_000, measureMs: 3_000 };
const settings = [
  { what: "stored", clients: 10, inFlight: 100, listens: false },
  { what: "stored", clients: 200, inFlight: 1, listens: false },
  { what: "sent to one that listens to all", clients: 10, inFlight: 20, listens: true },
  { what: "sent to one that listens to all", clients: 200, inFlight: 1, listens: true },
];
type Setting = (typeof settings)[number];

const Report = Type.Object({ perSecond: Type.Number(), acknowledged: Type.Integer() });
const VersionsReport = Type.Object({ older: Type.Number(), newer: Type.Number() });

export const mqtt5: Topic = {
  name: "mqtt5",
  async run(bench) {
    const rows: Row[] = [];
    for (const setting of settings) rows.push(await measure(bench, setting));
    for (const setting of settings) if (setting.listens) rows.push(await measureBesideMosquitto(bench, setting));
    return rows;
  },
};

async function measure(bench: Bench, { what, ...load }: Setting): Promise<Row> {
  const { clients, inFlight } = load;
  bench.tell(`${what}: ${clients} clients × ${inFlight} in flight`);
  const folder = join(bench.folder, `mqtt5-${clients}-${inFlight}-${load.listens}`);
  await using hub = await startHub(folder, ["--no-rate-limit", "--anonymous", "all"]);
  const older: number[] = [];
  const newer: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const report = await runLoad("mqtt-versions", { port: hub.mqttPort, ...load, ...turns }, VersionsReport);
    older.push(report.older);
    newer.push(report.newer);
    await untilQuiet(hub.pid);
  }
  const { a, b, value: share } = medianPair({ a: older, b: newer }, (old, young) => young / old);
  return {
    what: `MQTT 5 messages/s ${what}, ${clients} clients × ${inFlight} in flight, as a share of 3.1.1`,
    bar: `≥ ${BAR}`,
    measured: `${share.toFixed(2)} (${thousands(b)} of ${thousands(a)})`,
    passed: share >= BAR,
  };
}

async function measureBesideMosquitto(bench: Bench, { what, ...load }: Setting): Promise<Row> {
  const { clients, inFlight } = load;
  bench.tell(`${what}, beside Mosquitto: ${clients} clients × ${inFlight} in flight`);
  const folder = join(bench.folder, `mosquitto-${clients}-${inFlight}`);
  await using hub = await startHub(join(folder, "hub"), ["--no-rate-limit", "--anonymous", "all"]);
  await using mosquitto = await startMosquitto(join(folder, "mosquitto"));
  const flood = (port: number) => () => runLoad("mqtt-flood", { port, ...load, window }, Report);
  const floodHub = async () => {
    const report = await flood(hub.mqttPort)();
    await untilQuiet(hub.pid);
    return report;
  };
  const pairs = await inTurns(PAIRS, flood(mosquitto.port), floodHub);
  const { a, b, value: share } = medianPair(pairs, (alone, stored) => stored.perSecond / alone.perSecond);
  return {
    what: `Messages/s stored and ${what}, ${clients} clients × ${inFlight} in flight, as a share of Mosquitto, which stores none`,
    bar: `≥ ${MOSQUITTO_BAR}`,
    measured: `${share.toFixed(2)} (${thousands(b.perSecond)} of ${thousands(a.perSecond)})`,
    passed: share >= MOSQUITTO_BAR,
  };
}
