// The configuration: flags, else the environment, else the default. Read once, at start.
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { JoiningMode } from "../shared/api.ts";
import { errorText } from "../shared/error-text.ts";
import { Failure } from "../shared/errors.ts";
import { isLoopbackHost } from "../shared/loopback.ts";
import { type AnyMessage, message } from "../shared/messages/message.ts";
import { limits } from "../shared/reading.ts";
import type { AccessFlags } from "./access/access-settings.ts";
import { parseCidr } from "./access/cidr.ts";
import { parseArguments } from "./arguments.ts";
import { type BrokerAddress, parseBrokerAddress } from "./broker/broker-address.ts";
import { StoreAddress } from "./store/store-address.ts";

type LogLevel = (typeof LOG_LEVELS)[number];

/** All flags. */
export interface Config extends AccessFlags {
  readonly dataFolder: string;
  /** The database server that stores readings and records; null stores them in a file in the data folder. */
  readonly store: StoreAddress | null;
  /** Limit of the spool in the data folder for a database server that is away; with 0 nothing is acknowledged then. */
  readonly spoolBytes: number;
  readonly host: string;
  readonly httpPort: Port;
  readonly mqttPort: Port;
  /** In use while TLS is on; one that is named turns it on where nothing else was set. */
  readonly httpsPort: Port;
  readonly mqttsPort: Port;
  /** Whether the hub is advertised on the local network (mDNS). */
  readonly mdns: boolean;
  /** An outside broker that the hub is a client of, beside its own. */
  readonly broker: BrokerAddress | null;
  /** The folder of nightly backups; null where people set it. */
  readonly backupFolder: string | null;
  /** Encrypts them; null leaves them plain. */
  readonly backupPassphrase: string | null;
  /** Whether it runs in a container, which has to have a volume for the data. */
  readonly isContainer: boolean;
  /** Whether a clock that is behind the last message is right all the same. */
  readonly trustClock: boolean;
  /** How unknown devices are handled. */
  readonly joining: JoiningMode;
  /** The base path of every HTTP request, such as "/bramble"; empty where there is none. */
  readonly basePath: string;
  /** The memory of the hub, beside its store's caches. */
  readonly memoryBytes: number;
  /** More are refused. */
  readonly maxDevices: number;
  /** Of one device. */
  readonly maxMetrics: number;
  /** Whether /metrics includes the devices' readings. */
  readonly metricsReadings: boolean;
  readonly logLevel: LogLevel;
}

/** 0 is any free one. A default port gives way to the next free one when it is taken. */
export interface Port {
  readonly number: number;
  readonly named: boolean;
}

const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
const JOINING = ["ask", "open", "closed"] as const;
const ANONYMOUS = ["none", "readings", "all"] as const;
/** Of IPv6, and of IPv4 with it. */
const EVERY_ADDRESS = "::";
const MIN_MEMORY_MB = 64;
const MAX_MEMORY_MB = 65_536;
/** Pages and periodic work iterate over all devices: beyond this number, several hubs are faster. */
const MAX_DEVICES = 20_000;
/** Pages list all metrics of a device. */
const MAX_METRICS = 5_000;
const DEFAULT_SPOOL_MB = "1024";
const MAX_SPOOL_MB = 1_048_576;
const ON = ["1", "true", "yes"] as const;
const OFF = ["0", "false", "no"] as const;

const flags = {
  data: { type: "string", value: "DIR", help: "folder of the database, the logs and hub.json" },
  store: { type: "string", value: "URL", help: "keep readings in postgres://… or mariadb://… instead of a file" },
  spool: { type: "string", value: "MB", help: "keep so much here while the database server is away (1024); 0 is off" },
  host: { type: "string", value: "ADDR", help: "address to listen on (every address, IPv4 and IPv6)" },
  "http-port": { type: "string", value: "N", help: "HTTP port (8080); 0 is any free one" },
  "mqtt-port": { type: "string", value: "N", help: "MQTT port (1883); 0 is any free one" },
  "https-port": { type: "string", value: "N", help: "HTTPS port (8443), in use while TLS is on, and turning it on" },
  "mqtts-port": { type: "string", value: "N", help: "port of MQTT over TLS (8883), the same" },
  "no-mdns": { type: "boolean", help: "do not advertise the hub as bramble.local on the local network" },
  broker: { type: "string", value: "URL", help: "take readings from this broker too: mqtt://… or mqtts://user@host" },
  "broker-ca": { type: "string", value: "FILE", help: "authority that signed that broker's certificate (PEM)" },
  joining: { type: "string", value: JOINING.join("|"), help: "may unknown devices join? (ask)" },
  anonymous: { type: "string", value: "none|readings|all", help: "what clients without a key may do (readings)" },
  allow: { type: "string", value: "CIDR,…", help: "networks to let in beside the private ones" },
  "allowed-host": { type: "string", value: "NAME,…", help: "more names under which browsers may reach the hub" },
  "trust-proxy": { type: "string", value: "CIDR,…", help: "proxies whose word about a client's address is taken" },
  "base-path": { type: "string", value: "PATH", help: "serve HTTP below this path, for a proxy that passes it on" },
  "no-rate-limit": { type: "boolean", help: "any number of connections, requests and messages for each address" },
  memory: {
    type: "string",
    value: "MB",
    help: "what clients may fill of the memory before they are turned away (512)",
  },
  "max-devices": { type: "string", value: "N", help: "devices that the hub takes before it refuses new ones (1000)" },
  "max-metrics": { type: "string", value: "N", help: "metrics that a device may have (500)" },
  backups: { type: "string", value: "DIR", help: "folder of the nightly backups (backups, in the data folder)" },
  "metrics-readings": { type: "boolean", help: "give Prometheus the latest readings, at /metrics/readings" },
  "trust-clock": { type: "boolean", help: "start although the clock is behind the last message" },
  "log-level": { type: "string", value: "LEVEL", help: `what the log file holds: ${LOG_LEVELS.join(", ")} (info)` },
  help: { type: "boolean", help: "show this" },
} as const;
type FlagName = keyof typeof flags;

export const serveHelp = `bramble serve: runs the hub without a window. Each flag is also BRAMBLE_<NAME> in the environment.

${Object.entries(flags)
  .map(([name, flag]) => `  ${`--${name}${"value" in flag ? ` ${flag.value}` : ""}`.padEnd(36)}${flag.help}`)
  .join("\n")}

A hub on a database server that is away goes on to acknowledge readings, and forwards them when it is back (--spool); behind an
outside broker, which keeps them itself, only where --spool is given.

In the environment alone: BRAMBLE_TOKEN is this run's administrator token. BRAMBLE_BROKER_PASSWORD, or the file that
BRAMBLE_BROKER_PASSWORD_FILE names, is the hub's password at the outside broker. BRAMBLE_PASSPHRASE, or the file that
BRAMBLE_PASSPHRASE_FILE names, encrypts the nightly backups. A --store with a password is best given as BRAMBLE_STORE, which other
users of this computer cannot see.

SIGINT, SIGTERM and SIGHUP (its terminal was closed) stop it. Ends with 0 when it was stopped, with 1 when it could not run, and
with 2 when an argument is wrong.`;

export type ConfigResult =
  | { readonly kind: "config"; readonly config: Config }
  | { readonly kind: "help" }
  /** `value` names the flag. */
  | { readonly kind: "wrong"; readonly reason: AnyMessage };

/** Reads flags and environment; what is wrong comes back with a message. */
export function readConfig(args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): ConfigResult {
  try {
    const { values } = parseArguments({ args: [...args], options: flags });
    if (values.help) return { kind: "help" };
    const text = (name: FlagName): string | undefined => {
      const flag = values[name];
      return typeof flag === "string" ? flag : fromEnvironment(env, name);
    };
    const isSet = (name: FlagName): boolean => values[name] === true || isOn(env, name);
    const broker = optional(text("broker"), (url) =>
      parseBrokerAddress({
        url,
        password: nonEmpty(env["BRAMBLE_BROKER_PASSWORD"]),
        passwordFile: nonEmpty(env["BRAMBLE_BROKER_PASSWORD_FILE"]),
        caFile: text("broker-ca"),
      }),
    );
    return {
      kind: "config",
      config: {
        dataFolder: parseFolder(text("data")) ?? defaultDataFolder(env),
        store: optional(text("store"), (value) => new StoreAddress(value)),
        // An outside broker stores messages that are not acknowledged.
        spoolBytes: parseSpool(text("spool") ?? (broker === null ? DEFAULT_SPOOL_MB : "0")),
        host: parseHost(text("host") ?? EVERY_ADDRESS),
        httpPort: parsePort("http-port", text("http-port"), 8080),
        mqttPort: parsePort("mqtt-port", text("mqtt-port"), freeOf(broker, 1883)),
        httpsPort: parsePort("https-port", text("https-port"), 8443),
        mqttsPort: parsePort("mqtts-port", text("mqtts-port"), 8883),
        mdns: !isSet("no-mdns"),
        rateLimit: !isSet("no-rate-limit"),
        memoryBytes: parseMemory(text("memory") ?? "512"),
        maxDevices: parseCount("max-devices", text("max-devices") ?? String(limits.devices), MAX_DEVICES),
        maxMetrics: parseCount("max-metrics", text("max-metrics") ?? String(limits.metricsPerDevice), MAX_METRICS),
        broker,
        backupFolder: parseFolder(text("backups")) ?? null,
        backupPassphrase: readPassphrase(env),
        joining: oneOf("joining", text("joining") ?? "ask", JOINING),
        anonymous: optional(text("anonymous"), (value) => oneOf("anonymous", value, ANONYMOUS)),
        allow: optional(text("allow"), (value) => list(value).map((network) => allowedNetwork("allow", network))),
        trustProxy: list(text("trust-proxy")).map((network) => allowedNetwork("trust-proxy", network)),
        basePath: parseBasePath(text("base-path") ?? ""),
        allowedHosts: list(text("allowed-host")).map((name) => name.toLowerCase()),
        isContainer: isOn(env, "container"),
        trustClock: isSet("trust-clock"),
        metricsReadings: isSet("metrics-readings"),
        logLevel: oneOf("log-level", text("log-level") ?? "info", LOG_LEVELS),
        token: nonEmpty(env["BRAMBLE_TOKEN"]) ?? null,
      },
    };
  } catch (error) {
    if (error instanceof Failure) return { kind: "wrong", reason: error.reason };
    throw error;
  }
}

/** The first line of a file, which may be a container's secret. */
function readPassphrase(env: Readonly<NodeJS.ProcessEnv>): string | null {
  const file = nonEmpty(env["BRAMBLE_PASSPHRASE_FILE"]);
  if (file === undefined) return nonEmpty(env["BRAMBLE_PASSPHRASE"]) ?? null;
  try {
    const [line = ""] = readFileSync(file, "utf8").split(/\r?\n/, 1);
    if (line !== "") return line;
  } catch (cause) {
    throw new Failure(message("flag/passphrase-file", { path: file, reason: errorText(cause) }), { cause });
  }
  throw new Failure(message("flag/passphrase-file", { path: file, reason: "its first line is empty" }));
}

function parseFolder(text: string | undefined): string | undefined {
  if (text === "") throw new Failure(message("flag/empty-folder"));
  return text === undefined ? undefined : resolve(text);
}

/** The folder of this system for programs' data. */
function defaultDataFolder(env: Readonly<NodeJS.ProcessEnv>): string {
  if (process.platform === "win32")
    return join(absolute(env["APPDATA"]) ?? join(homedir(), "AppData", "Roaming"), "Bramble");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support", "Bramble");
  return join(absolute(env["XDG_DATA_HOME"]) ?? join(homedir(), ".local", "share"), "bramble");
}

/** A relative path in these variables is invalid and to be ignored (XDG Base Directory Specification). */
function absolute(path: string | undefined): string | undefined {
  return path !== undefined && isAbsolute(path) ? path : undefined;
}

function parsePort(name: string, text: string | undefined, byDefault: number): Port {
  if (text === undefined) return { number: byDefault, named: false };
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) throw new Failure(message("flag/port", { flag: name, value: text }));
  return { number, named: true };
}

/** The outside broker may be on this computer and yet to be started: its port is left to it. */
function freeOf(broker: BrokerAddress | null, port: number): number {
  return broker !== null && isLoopbackHost(broker.host) && broker.port === port ? port + 1 : port;
}

function parseMemory(text: string): number {
  const megabytes = Number(text);
  if (/^\d+$/.test(text) && megabytes >= MIN_MEMORY_MB && megabytes <= MAX_MEMORY_MB) return megabytes * 1024 * 1024;
  throw new Failure(message("flag/memory", { min: MIN_MEMORY_MB, max: MAX_MEMORY_MB, value: text }));
}

function parseCount(flag: string, text: string, max: number): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= max) return count;
  throw new Failure(message("flag/count", { flag, max, value: text }));
}

function parseSpool(text: string): number {
  const megabytes = Number(text);
  if (/^\d+$/.test(text) && megabytes <= MAX_SPOOL_MB) return megabytes * 1024 * 1024;
  throw new Failure(message("flag/spool", { max: MAX_SPOOL_MB, value: text }));
}

function parseHost(text: string): string {
  if (isIP(text) === 0 && text !== "localhost") throw new Failure(message("flag/host", { value: text }));
  return text;
}

function allowedNetwork(flag: string, text: string): string {
  const cidr = parseCidr(text);
  if (cidr === null) throw new Failure(message("flag/network", { flag, value: text }));
  return cidr;
}

function optional<T>(text: string | undefined, parse: (text: string) => T): T | null {
  return text === undefined ? null : parse(text);
}

/** Without its last slash. Characters that a URL has to encode are refused, since they have more than one spelling. */
function parseBasePath(text: string): string {
  const path = text.replace(/\/$/, "");
  const isPlain = /^(?:\/[\w~-][\w.~-]*)*$/.test(path);
  if (!isPlain) throw new Failure(message("flag/base-path", { value: text }));
  return path;
}

/** A flag without a value, from the environment. */
function isOn(env: Readonly<NodeJS.ProcessEnv>, name: string): boolean {
  const text = fromEnvironment(env, name)?.toLowerCase() ?? "0";
  return ON.some((on) => on === oneOf(name, text, [...ON, ...OFF]));
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new Failure(message("flag/choice", { flag: name, choices: choices.join(", "), value: text }));
  return found;
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function fromEnvironment(env: Readonly<NodeJS.ProcessEnv>, name: string): string | undefined {
  return nonEmpty(env[`BRAMBLE_${name.toUpperCase().replaceAll("-", "_")}`]);
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
