// `npm run bench -- NAME…`: measures the hub against its bars and prints one table; exits with 1 where it falls short.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { buildIfStale } from "../../build/build.ts";
import { attackKinds } from "../support/attacks/all-attacks.ts";
import type { Bench, Row, Topic } from "./bench.ts";
import { checkDisk, describeMachine } from "./machine.ts";
import { Stores } from "./stores.ts";
import { ALL_ATTACKS, abuse } from "./topics/abuse.ts";
import { access } from "./topics/access.ts";
import { cluster } from "./topics/cluster.ts";
import { httpThroughput } from "./topics/http-throughput.ts";
import { idle } from "./topics/idle.ts";
import { image } from "./topics/image.ts";
import { mixed } from "./topics/mixed.ts";
import { mqttLatency } from "./topics/mqtt-latency.ts";
import { mqttThroughput } from "./topics/mqtt-throughput.ts";
import { mqtt5 } from "./topics/mqtt5.ts";
import { press } from "./topics/press.ts";
import { soak } from "./topics/soak.ts";
import { bytesWritten } from "./topics/store/bytes-written.ts";
import { charts } from "./topics/store/charts.ts";
import { exportCsv } from "./topics/store/export.ts";
import { server } from "./topics/store/server.ts";
import { start } from "./topics/store/start.ts";
import { storeSize } from "./topics/store/store-size.ts";
import { window } from "./window/window.ts";
import { windowMemory } from "./window/window-memory.ts";

const allTopics: readonly Topic[] = [
  mqttThroughput,
  mqtt5,
  mqttLatency,
  bytesWritten,
  httpThroughput,
  access,
  storeSize,
  charts,
  exportCsv,
  start,
  idle,
  mixed,
  press,
  window,
  server,
  abuse,
];

/** With fewer, series would be too short to look at. */
const MIN_READINGS = 100_000;
/** With fewer, there would be no first minutes to compare the end with. */
const MIN_MINUTES = 2;

/** The time that a topic takes says that it has to be asked for. */
const longTopics: readonly Topic[] = [soak, image, cluster, windowMemory];

const help = `npm run bench -- [NAME…] [--folder DIR] [--readings N] [--attacks NAME,…] [--minutes N]

  NAME…           only these: ${allTopics.map(({ name }) => name).join(", ")};
                  and where it is named: ${longTopics.map(({ name }) => name).join(", ")}
  --folder DIR    where the data lies while it runs, on a disk (${tmpdir()})
  --readings N    size of the store that charts and start look at (100000000); fewer for a quick trial
  --attacks NAME  of abuse, only these: ${attackKinds.map(({ name }) => name).join(", ")}, ${ALL_ATTACKS}
  --minutes N     how long the soak takes (60)`;

async function bench(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      folder: { type: "string", default: tmpdir() },
      readings: { type: "string", default: "100000000" },
      attacks: { type: "string", default: [...attackKinds.map(({ name }) => name), ALL_ATTACKS].join(",") },
      minutes: { type: "string", default: "60" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const topics = positionals.length === 0 ? allTopics : positionals.map(topicOf);
  const readings = parseReadings(values.readings);
  const attacks = values.attacks.split(",").map(parseAttack);
  const minutes = parseMinutes(values.minutes);
  const parent = resolve(values.folder);
  if (process.platform !== "linux") throw new Error("The bench needs Linux, whose /proc knows what processes take.");
  checkDisk(parent);
  buildIfStale();

  const folder = mkdtempSync(join(parent, "bramble-bench-"));
  // Also where Ctrl+C ends it. Whatever still runs is ended before, by children.ts, which heard of the end first.
  process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

  const tell = (words: string) => console.error(`  ${words}`);
  const stores = new Stores({ folder, readings, tell });
  const machine = describeMachine(parent);
  const rows: Row[] = [];
  for (const topic of topics) rows.push(...(await measure(topic, { folder, stores, attacks, minutes, tell })));
  console.log(`${machine}\n\n${table(rows)}`);
  return rows.every(({ passed }) => passed) ? 0 : 1;
}

function parseReadings(text: string): number {
  const readings = Number(text);
  if (Number.isSafeInteger(readings) && readings >= MIN_READINGS) return readings;
  throw new Error(`--readings takes a number from ${MIN_READINGS}, not “${text}”.`);
}

function parseAttack(text: string): string {
  if (text === ALL_ATTACKS || attackKinds.some(({ name }) => name === text)) return text;
  throw new Error(`There is no attack “${text}”.\n\n${help}`);
}

function parseMinutes(text: string): number {
  const minutes = Number(text);
  if (minutes >= MIN_MINUTES) return minutes;
  throw new Error(`--minutes takes a number from ${MIN_MINUTES}, not “${text}”.`);
}

function topicOf(text: string): Topic {
  const topic = [...allTopics, ...longTopics].find(({ name }) => name === text);
  if (topic === undefined) throw new Error(`There is no topic “${text}”.\n\n${help}`);
  return topic;
}

/** A topic that fails is a row that falls short: the others are measured all the same. */
async function measure(topic: Topic, bench: Bench): Promise<Row[]> {
  console.error(topic.name);
  try {
    const rows = await topic.run(bench);
    for (const { what, measured } of rows) bench.tell(`${what}: ${measured}`);
    return rows;
  } catch (error) {
    console.error(error);
    const words = error instanceof Error ? error.message : String(error);
    return [{ what: topic.name, bar: "to be measured", measured: `failed: ${words}`, passed: false }];
  }
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, bar, measured, passed }) => [what, bar, measured, passed ? "yes" : "**no**"]);
  const cells = [["what", "bar", "measured", "pass"], ["---", "---", "---", "---"], ...lines];
  return cells.map((line) => `| ${line.join(" | ")} |`).join("\n");
}

try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
