// `bramble work`: runs one worker until it is stopped.
import { pino } from "pino";
import packageJson from "../../../package.json" with { type: "json" };
import { reasonOf } from "../../shared/errors.ts";
import { type AnyMessage, message } from "../../shared/messages/message.ts";
import { render } from "../../shared/messages/render.ts";
import { Misuse, parseArguments } from "../arguments.ts";
import type { BrokerAddress } from "../broker/broker-address.ts";
import { systemClock } from "../clock.ts";
import { type Config, readConfig } from "../config.ts";
import { consoleHost, surviveClosedOutput } from "../host.ts";
import type { StoreAddress } from "../store/store-address.ts";
import { StatusServer } from "./status-server.ts";
import { Worker } from "./worker.ts";

/** A stop that takes longer is aborted: acknowledged messages are stored, and the broker still has the others. */
const STOP_WITHIN_MS = 30_000;

const help = `bramble work: stores readings from an outside broker in a database server, beside a hub on both. Any number of them share the
work: each reading goes to one. Each flag is also BRAMBLE_<NAME> in the environment.

  --broker URL       the broker, with MQTT 5: mqtt://… or mqtts://user@host
  --broker-ca FILE   authority that signed that broker's certificate (PEM)
  --store URL        the database server of the hub: postgres://… or mariadb://…
  --http-port N      answer /health and /metrics on this port; 0 is any free one (none)
  --host ADDR        address to listen on for that (every address)
  --memory MB        what messages may fill of the memory (512)
  --max-devices N    devices that the hub takes (1000), as that one has it
  --max-metrics N    metrics of a device that the hub takes (500), as that one has it
  --log-level LEVEL  what is logged, to standard error (info)

BRAMBLE_STORE and BRAMBLE_BROKER_PASSWORD, or the file that BRAMBLE_BROKER_PASSWORD_FILE names, keep passwords from other users of this
computer. The hub, bramble serve with the same --store, makes the tables, decides which devices join, and shows what is stored.
SIGINT and SIGTERM give its share of the readings back and end it. Ends with 0 when it was stopped, with 1 when it could not run, and with
2 when an argument is wrong.`;

interface WorkConfig
  extends Pick<Config, "host" | "httpPort" | "memoryBytes" | "maxDevices" | "maxMetrics" | "logLevel"> {
  readonly store: StoreAddress;
  readonly broker: BrokerAddress;
}

/** Runs until it is stopped. Resolves with the exit code. */
export async function work(args: readonly string[]): Promise<number> {
  surviveClosedOutput();
  try {
    const config = readWorkConfig(args);
    if (config === "help") {
      console.log(help);
      return 0;
    }
    return await run(config);
  } catch (error) {
    const isMisuse = error instanceof Misuse;
    console.error(
      render(isMisuse ? message("cli/misuse", { problem: error.reason, command: "work" }) : whyEnded(error)),
    );
    return isMisuse ? 2 : 1;
  }
}

async function run({ host, httpPort, logLevel, store, broker, ...limits }: WorkConfig): Promise<number> {
  const log = pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
  const { version } = packageJson;
  const clock = systemClock;
  const worker = new Worker({ store, broker, ...limits, version, clock, log });
  const status = httpPort.named ? new StatusServer(worker, version, clock) : null;
  const stopped = Promise.withResolvers<void>();
  consoleHost().onStop(() => stopped.resolve());
  try {
    const port = await status?.start(host, httpPort.number);
    const started = worker.start();
    // Where it is stopped first, it does not start.
    started.catch(() => undefined);
    await Promise.race([started, stopped.promise]);
    console.log(
      `Bramble ${version} stores what ${broker.url} brings in ${store}${port === undefined ? "" : `; HTTP on port ${port}`}.`,
    );
    await stopped.promise;
    return 0;
  } finally {
    setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref();
    await worker.stop();
    await status?.stop();
  }
}

function readWorkConfig(args: readonly string[]): WorkConfig | "help" {
  const { values } = parseArguments({
    args: [...args],
    options: {
      broker: { type: "string" },
      "broker-ca": { type: "string" },
      store: { type: "string" },
      "http-port": { type: "string" },
      host: { type: "string" },
      memory: { type: "string" },
      "max-devices": { type: "string" },
      "max-metrics": { type: "string" },
      "log-level": { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return "help";
  const read = readConfig(args, process.env);
  if (read.kind === "help") return "help";
  if (read.kind === "wrong") throw new Misuse(read.reason);
  const { store, broker, host, httpPort, memoryBytes, maxDevices, maxMetrics, logLevel } = read.config;
  if (broker === null) throw new Misuse(message("work/no-broker"));
  if (store === null) throw new Misuse(message("work/no-store"));
  return { store, broker, host, httpPort, memoryBytes, maxDevices, maxMetrics, logLevel };
}

function whyEnded(error: unknown): AnyMessage {
  const reason = reasonOf(error);
  return typeof reason === "string" ? message("start/failed", { reason }) : reason;
}
