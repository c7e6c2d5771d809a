// A year of readings in a database server: what it takes on the disk before and after compaction, and how soon its chart is there
// when the server and the hub have just been started.
import type { ServerStore } from "../../../../src/hub/store/server-sql/server-store.ts";
import type { IncomingReading } from "../../../../src/shared/reading.ts";
import { metricName } from "../../../support/stores/store.ts";
import type { DatabaseServer } from "../../../support/system/database-server.ts";
import type { Row } from "../../bench.ts";
import { Fleet } from "../../sensors.ts";
import { median, thousands } from "../../statistics.ts";
import { openStore } from "./open-server-store.ts";

const YEAR_MS = 365 * 24 * 3_600_000;
const START_MS = Date.UTC(2024, 0, 1);
const CADENCE_MS = 60_000;
const DEVICES = 2;
const READINGS_PER_MESSAGE = 1_000;
const MESSAGES_IN_FLIGHT = 100;
const CHART_POINTS = 800;
const COLD_STARTS = 3;
/** The chart is looked for among so many times the readings. */
const COPIES = 24;
const MAX_BYTES_PER_READING = 4;
const MAX_CHART_MS = 30;

export interface HistoryProduct {
  readonly product: string;
  /** Bytes of a table with its indexes, after its statistics were brought up to date. */
  readonly tableBytes: (running: DatabaseServer, database: string, table: string) => Promise<number>;
}

/** Two rows of the table for this server. */
export async function measureHistory(
  running: DatabaseServer,
  { product, tableBytes }: HistoryProduct,
  tell: (words: string) => void,
): Promise<Row[]> {
  const address = await running.createDatabase();
  const database = new URL(address).pathname.slice(1);
  const fleet = new Fleet({
    name: "pi",
    devices: DEVICES,
    cadenceMs: CADENCE_MS,
    startMs: START_MS,
    messages: YEAR_MS / CADENCE_MS,
  });
  tell(`a year of ${thousands(fleet.readings)} readings in ${product}`);
  // Its own maintenance would compact while readings come in.
  let store = openStore(address, 100 * YEAR_MS);
  await store.start();
  await appendAll(store, fleet);
  const bytesAsRows = await tableBytes(running, database, "reading");
  await store.refreshRollups();
  await store.stop();
  store = openStore(address, 0);
  await store.start();
  const startedAt = performance.now();
  await store.compact();
  const seconds = (performance.now() - startedAt) / 1_000;
  const bytesAsChunks = await tableBytes(running, database, "reading_chunk");
  const bytesOfSummaries = await tableBytes(running, database, "rollup_slot");
  await store.stop();
  tell(`that ${COPIES + 1} times`);
  await copyAll(running, database);
  const chartMs: number[] = [];
  for (let start = 0; start < COLD_STARTS; start++) {
    await running.stop();
    await running.start();
    store = openStore(address, 0);
    await store.start();
    chartMs.push(await timeChart(store, fleet));
    await store.stop();
  }
  await running.dropDatabase(address);
  const perReading = bytesAsChunks / fleet.readings;
  const of = (bytes: number) => (bytes / fleet.readings).toFixed(1);
  return [
    {
      what: `bytes a compacted reading in ${product}`,
      bar: `≤ ${MAX_BYTES_PER_READING}`,
      measured: `${perReading.toFixed(2)} (${of(bytesAsRows)} as rows, ${of(bytesOfSummaries)} of summaries beside; ${thousands(fleet.readings / seconds)} readings/s)`,
      passed: perReading <= MAX_BYTES_PER_READING,
    },
    {
      what: `a year's chart of one series in ${product}, cold`,
      bar: `≤ ${MAX_CHART_MS} ms`,
      measured: `${median(chartMs).toFixed(1)} ms in ${thousands((COPIES + 1) * fleet.readings)} readings`,
      passed: median(chartMs) <= MAX_CHART_MS,
    },
  ];
}

/** Every series once more for each of some made up devices: its chunks, and its summaries. */
async function copyAll(running: DatabaseServer, database: string): Promise<void> {
  const columns = {
    reading_chunk: "first_ts, last_ts, last_value, readings, checksum, data",
    rollup_slot: "minutes, slot, readings, min_value, max_value, mean",
  };
  for (let copy = 1; copy <= COPIES; copy++)
    await running.administer(
      `INSERT INTO series (device, metric) SELECT CONCAT('copy-${copy}-', device), metric FROM series WHERE device NOT LIKE 'copy-%'`,
      database,
    );
  for (const [table, names] of Object.entries(columns))
    await running.administer(
      `INSERT INTO ${table} (series_id, ${names}) SELECT copy.id, ${names} FROM ${table} AS original
       JOIN series AS named ON named.id = original.series_id
       JOIN series AS copy ON copy.device LIKE CONCAT('copy-%-', named.device) AND copy.metric = named.metric`,
      database,
    );
}

async function appendAll(store: ServerStore, fleet: Fleet): Promise<void> {
  const send = async () => {
    while (Number.isFinite(fleet.dueMs)) {
      const readings: IncomingReading[] = [];
      while (readings.length < READINGS_PER_MESSAGE && Number.isFinite(fleet.dueMs)) fleet.send(readings);
      await store.readings.append({ readings, attributes: [], receivedAtMs: START_MS, isOfFlood: true });
    }
  };
  await Promise.all(Array.from({ length: MESSAGES_IN_FLIGHT }, send));
}

/** The first chart of a server that was just started. */
async function timeChart({ readings }: ServerStore, { deviceIds: [device] }: Fleet): Promise<number> {
  if (device === undefined) throw new Error("the fleet has no device");
  const range = { fromMs: START_MS, toMs: START_MS + YEAR_MS };
  const startedAt = performance.now();
  const grid = readings.bucketGrid(range.fromMs, range.toMs, CHART_POINTS);
  const buckets = await readings.buckets({ device, metric: metricName("temperature"), ...range, ...grid });
  const ms = performance.now() - startedAt;
  if (buckets.length < CHART_POINTS / 4) throw new Error(`${buckets.length} buckets of a year`);
  return ms;
}
