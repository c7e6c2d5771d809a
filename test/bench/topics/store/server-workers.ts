// Workers between Mosquitto and a database server: how much longer a publisher waits for its acknowledgement where they store what it
// sends, and how much more two of them store than one.
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { connectAsync } from "mqtt";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import { until } from "../../../support/until.ts";
import { startWorker, type TestWorker } from "../../../support/worker.ts";
import type { Bench, Row } from "../../bench.ts";
import { type Server, startHub } from "../../children.ts";
import { startMosquitto } from "../../mosquitto.ts";
import { pace } from "../../pace.ts";
import { inTurns, median, medianPair, milliseconds, thousands } from "../../statistics.ts";
import { openStore } from "./open-server-store.ts";

const PAIRS = 3;
const WINDOW = { warmupMs: 1_000, measureMs: 5_000 };
const MAX_COMMITS = 2;
const COMMITS = 101;
const CLIENTS = 50;
/** What gathers at the broker while workers hang: less than the database waits for them. */
const WAITING_MESSAGES = 30_000;
const METRICS = 2;
const STORED_WITHIN_MS = 120_000;
const MIN_GAIN = 1.6;
/** One for each worker, and for Mosquitto, the database's two processes, and whoever sends. */
const MIN_CORES = 6;

export async function measureWorkers(running: DatabaseServer, { folder, tell }: Bench): Promise<Row[]> {
  const address = await running.createDatabase();
  const commitMs = await medianCommitMs(running);
  await using alone = await startMosquitto(join(folder, "mosquitto-alone"));
  await using mosquitto = await startMosquitto(join(folder, "mosquitto-workers"));
  const where = ["--store", address, "--broker", urlOf(mosquitto)];
  await using hub = await startHub(join(folder, "before-workers"), ["--log-level", "warn", ...where]);
  await using one = await startWorker(...where);
  tell("1,000 messages/s through Mosquitto, a worker and PostgreSQL");
  const paces = await inTurns(
    PAIRS,
    () => pace(alone.port, WINDOW),
    () => pace(mosquitto.port, WINDOW),
  );
  const { a, b, value: moreMs } = medianPair(paces, (bare, stored) => stored.p99Ms - bare.p99Ms);
  // The devices are known now. The hub would take its share, and so does the session that it leaves.
  const { hubId } = hub.file;
  await hub.end("SIGTERM");
  const session = await connectAsync(urlOf(mosquitto), { clientId: `bramble-hub-${hubId}`, protocolVersion: 5 });
  await session.endAsync();
  tell(`${thousands(WAITING_MESSAGES)} messages wait for a worker, and for two`);
  const oneAlone: number[] = [];
  for (let time = 0; time < PAIRS; time++) oneAlone.push(await storedPerSecond(urlOf(mosquitto), [one]));
  await using two = await startWorker(...where);
  const both: number[] = [];
  for (let time = 0; time < PAIRS; time++) both.push(await storedPerSecond(urlOf(mosquitto), [one, two]));
  const gain = median(both) / median(oneAlone);
  const cores = availableParallelism();
  return [
    {
      what: "PUBACK p99 at 1,000 messages/s from 50 clients through Mosquitto, a worker and PostgreSQL, more than Mosquitto alone",
      bar: `≤ ${MAX_COMMITS} commits (${milliseconds(MAX_COMMITS * commitMs)})`,
      measured: `${milliseconds(moreMs)} (${milliseconds(b.p99Ms)}; alone ${milliseconds(a.p99Ms)})`,
      passed: moreMs <= MAX_COMMITS * commitMs,
    },
    {
      what: "readings/s that two workers store in PostgreSQL, of one worker's",
      bar: `≥ ${MIN_GAIN} on ${MIN_CORES} cores or more`,
      measured: `${gain.toFixed(2)} on ${cores} cores (${thousands(median(both))} of ${thousands(median(oneAlone))})`,
      passed: gain >= MIN_GAIN || cores < MIN_CORES,
    },
  ];
}

const urlOf = ({ port }: Server) => `mqtt://127.0.0.1:${port}`;

/** Of a single setting. */
async function medianCommitMs(running: DatabaseServer): Promise<number> {
  const address = await running.createDatabase();
  const store = openStore(address);
  await store.start();
  const ms: number[] = [];
  for (let commit = 0; commit < COMMITS; commit++) {
    const startedAt = performance.now();
    await store.records.setting(`commit-${commit}`, () => "");
    ms.push(performance.now() - startedAt);
  }
  await store.stop();
  await running.dropDatabase(address);
  return median(ms);
}

/** Messages gather while the workers hang, and are stored when they go on. */
async function storedPerSecond(url: string, workers: readonly TestWorker[]): Promise<number> {
  const before = await stored(workers);
  for (const { pid } of workers) process.kill(pid, "SIGSTOP");
  await publishAll(url);
  const startedAt = performance.now();
  for (const { pid } of workers) process.kill(pid, "SIGCONT");
  const wanted = before + METRICS * WAITING_MESSAGES;
  const areStored = async () => (await stored(workers)) >= wanted || undefined;
  await until("all messages are stored", areStored, STORED_WITHIN_MS);
  return (METRICS * WAITING_MESSAGES) / ((performance.now() - startedAt) / 1_000);
}

/** From many devices, with times of their own. */
async function publishAll(url: string): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: CLIENTS }, (_, index) => connectAsync(url, { clientId: `pi-${index + 1}` })),
  );
  const startMs = Date.now() - WAITING_MESSAGES;
  await Promise.all(
    Array.from({ length: WAITING_MESSAGES }, async (_, message) => {
      const payload = JSON.stringify({ ts: startMs + message, temperature: 20 + (message % 97) / 10, humidity: 40 });
      const place = message % CLIENTS;
      await clients[place]?.publishAsync(`sensor/pi-${place + 1}/data`, payload, { qos: 1 });
    }),
  );
  await Promise.all(clients.map((client) => client.endAsync()));
}

async function stored(workers: readonly TestWorker[]): Promise<number> {
  let readings = 0;
  for (const { url } of workers) {
    const text = await (await fetch(`${url}/metrics`)).text();
    readings += Number(/^bramble_readings_total (\d+)/m.exec(text)?.[1] ?? 0);
  }
  return readings;
}
