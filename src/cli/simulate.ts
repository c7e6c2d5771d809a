// Synthetic Pis over real MQTT, for demonstrations and load tests.
import { connectAsync, type MqttClient } from "mqtt";
import { Misuse, parseArguments } from "../hub/arguments.ts";
import { readConfig } from "../hub/config.ts";
import { DataFolder } from "../hub/data-folder.ts";
import { errorText } from "../shared/error-text.ts";
import { message } from "../shared/messages/message.ts";
import { runCommand } from "./run-command.ts";
import { answerCommands } from "./simulated-controls.ts";

const help = `bramble simulate: synthetic Pis that send readings over MQTT, and answer commands, until the time is up.

  --devices N      how many Pis (5)
  --rate R         messages a second from each (1)
  --seconds S      for how long (60)
  --metrics M      readings in each message (2)
  --url URL        the hub (the one that runs on this computer, else mqtt://127.0.0.1:1883)
  --data DIR       data folder of the hub that runs on this computer

A hub that asks who may join takes 20 unknown Pis from one address, and shows their readings once they are approved;
one that was started with --joining open lets them in at once.

Ends with 0 when every message was acknowledged, with 1 when one was not, and with 2 when an argument is wrong.`;

const options = {
  devices: { type: "string", default: "5" },
  rate: { type: "string", default: "1" },
  seconds: { type: "string", default: "60" },
  metrics: { type: "string", default: "2" },
  url: { type: "string" },
  data: { type: "string" },
  help: { type: "boolean" },
} as const;

/** A hub takes 200 connections from one address; more Pis than this share theirs. */
const CONNECTIONS = 150;

/** Resolves with the exit code: 0 when every message was acknowledged. */
export const simulate = (args: readonly string[]): Promise<number> =>
  runCommand("simulate", async () => {
    const { values } = parseArguments({ args: [...args], options });
    if (values.help) {
      console.log(help);
      return 0;
    }
    return run({
      devices: count("devices", values.devices, 1_000),
      metrics: count("metrics", values.metrics, 500),
      ratePerSecond: positive("rate", values.rate),
      seconds: positive("seconds", values.seconds),
      hub: parseHub(values.url ?? findHub(values.data)),
    });
  });

interface Plan {
  readonly devices: number;
  readonly metrics: number;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly hub: { readonly host: string; readonly port: number };
}

async function run(plan: Plan): Promise<number> {
  const where = `${plan.hub.host}:${plan.hub.port}`;
  const tally = { sent: 0, acknowledged: 0 };
  let clients: MqttClient[];
  try {
    clients = await Promise.all(
      Array.from({ length: Math.min(plan.devices, CONNECTIONS) }, (_, index) =>
        connectAsync({ ...plan.hub, clientId: deviceName(index), reconnectPeriod: 500 }),
      ),
    );
  } catch (error) {
    console.error(`No hub at ${where}: ${errorText(error)}`);
    return 1;
  }
  console.log(`${plan.devices} Pis send ${plan.ratePerSecond} messages/s each to ${where} for ${plan.seconds} s.`);
  const devices = Array.from({ length: plan.devices }, (_, index) => {
    const client = clients[index % clients.length];
    return client === undefined ? Promise.resolve() : runDevice(client, index, plan, tally);
  });
  await Promise.all(devices);
  await Promise.all(clients.map((client) => client.endAsync()));
  console.log(`${tally.acknowledged} of ${tally.sent} messages acknowledged.`);
  return tally.acknowledged === tally.sent ? 0 : 1;
}

/** One Pi: it sends on its own beat, and is done when everything it sent was acknowledged. */
async function runDevice(
  client: MqttClient,
  index: number,
  plan: Plan,
  tally: { sent: number; acknowledged: number },
): Promise<void> {
  await answerCommands(client, deviceName(index));
  const walks = Array.from({ length: plan.metrics }, (_, metric) => new Walk(metric));
  const messages = Math.max(1, Math.round(plan.seconds * plan.ratePerSecond));
  const waiting: Promise<void>[] = [];
  const startedAtMs = performance.now() + (index / plan.devices / plan.ratePerSecond) * 1_000;
  for (let sent = 0; sent < messages; sent++) {
    const dueInMs = startedAtMs + (sent / plan.ratePerSecond) * 1_000 - performance.now();
    if (dueInMs > 0) await new Promise((resolve) => setTimeout(resolve, dueInMs));
    const readings = Object.fromEntries(walks.map((walk) => [walk.name, walk.next()]));
    const payload = JSON.stringify({ device_id: deviceName(index), ...readings });
    tally.sent++;
    waiting.push(
      client.publishAsync("sensor/data", payload, { qos: 1 }).then(() => {
        tally.acknowledged++;
      }),
    );
  }
  const failed = (await Promise.allSettled(waiting)).find((outcome) => outcome.status === "rejected");
  if (failed !== undefined) console.error(`${deviceName(index)}: ${String(failed.reason)}`);
}

const KINDS = [
  { name: "temperature", start: 21, step: 0.2, decimals: 1 },
  { name: "humidity", start: 55, step: 0.6, decimals: 1 },
  { name: "cpu.temperature", start: 48, step: 0.8, decimals: 1 },
  { name: "pressure", start: 1_013, step: 0.3, decimals: 1 },
  { name: "light", start: 400, step: 15, decimals: 0 },
] as const;

/** A value that wanders around where it began. */
class Walk {
  readonly name: string;
  readonly #kind: (typeof KINDS)[number];
  #value: number;

  constructor(metric: number) {
    const kind = KINDS[metric % KINDS.length] ?? KINDS[0];
    const round = Math.floor(metric / KINDS.length);
    this.#kind = kind;
    this.#value = kind.start;
    this.name = round === 0 ? kind.name : `${kind.name}.${round + 1}`;
  }

  next(): number {
    const { start, step, decimals } = this.#kind;
    this.#value += (Math.random() - 0.5) * 2 * step + (start - this.#value) * 0.02;
    return Number(this.#value.toFixed(decimals));
  }
}

function deviceName(index: number): string {
  return `sim-${String(index + 1).padStart(2, "0")}`;
}

function findHub(dataFolder: string | undefined): string {
  const read = readConfig(dataFolder === undefined ? [] : ["--data", dataFolder], process.env);
  const running = read.kind === "config" ? new DataFolder(read.config.dataFolder).findRunning() : null;
  return running?.mqtt ?? "mqtt://127.0.0.1:1883";
}

function parseHub(url: string): Plan["hub"] {
  const { protocol, hostname, port } = URL.parse(url) ?? {};
  if (protocol !== "mqtt:" || !hostname)
    throw new Misuse(message("cli/choice", { flag: "url", choices: "mqtt://HOST:PORT", value: url }));
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || "1883") };
}

function count(name: string, text: string, most: number): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most)
    throw new Misuse(message("cli/choice", { flag: name, choices: `1 to ${most}`, value: text }));
  return number;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new Misuse(message("cli/choice", { flag: name, choices: "a number over 0", value: text }));
  return number;
}
