// `npm run fuzz -- [PACKETS] [SEED]`: mutated MQTT 5 packets against a hub of its own, which has to live and answer to the end.
import { readFileSync } from "node:fs";
import { buildIfStale } from "../build/build.ts";
import { startTestHub } from "./support/hub.ts";
import { fuzzMqtt } from "./support/mqtt/fuzz-mqtt.ts";

const PACKETS = 1_000_000;
/** What the hub may have grown by, in MB: its limits together. */
const MAX_GROWTH_MB = 200;

const megabytes = (pid: number) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

async function main([packets = PACKETS, seed = 1]: readonly number[]): Promise<void> {
  buildIfStale();
  await using hub = await startTestHub("--anonymous", "all", "--no-rate-limit");
  const before = megabytes(hub.pid);
  const onProgress = (sent: number) => console.log(`${sent} packets, ${Math.round(megabytes(hub.pid))} MB`);
  const connections = await fuzzMqtt({ port: hub.mqttPort, packets, seed, onProgress });
  if (!hub.isAlive) throw new Error(`the hub has ended:\n${hub.output}`);
  const health = await fetch(`${hub.file.http}/healthz`, { signal: AbortSignal.timeout(5_000) });
  if (!health.ok) throw new Error(`the hub is not well: ${await health.text()}`);
  const growth = megabytes(hub.pid) - before;
  if (growth > MAX_GROWTH_MB) throw new Error(`the hub has grown by ${Math.round(growth)} MB`);
  console.log(`${packets} packets on ${connections} connections: the hub lives, ${Math.round(growth)} MB larger`);
}

await main(process.argv.slice(2).map(Number));
